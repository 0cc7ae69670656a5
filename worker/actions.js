// The action loop: runs a role's steps, carries out what each asks for, and resumes with the answers of its calls.
//
// An actor is what the gateway and the objects implement:
//   step(event, message, state, answers) → { actions, state, items }   committed; throws when it had to roll back
//   perform(action) → promise or nothing                            SET_ALARM, DELETE_ALL
//   call(actions) → promise of their answers                        never rejects
//   known(action, items) → a Response to what is to be forwarded, or null
//   forward(action, items) → promise of { response } or { answer }  never rejects
//   later(promise)                                                  keeps work alive that goes on after the reply
//   wait(ms) → promise
//   rest() → promise or null                                    between calls: lets others have a turn
import { Action, EMPTY, NO_ANSWERS, StepEvent } from "./envelope.js";

const RESTARTS_MAX = 4; // each renews a stale descriptor; more would be a fault of ours

// Runs from an event to the reply: reply bytes, or the Response that known() or forward() gave. null: there is none
// (alarms). A promise only where something was waited for: most messages to objects are answered by their first step,
// and a promise costs more than some steps do.
export function runSteps(actor, event, message) {
    const step = actor.step(event, event === StepEvent.START ? message : EMPTY, EMPTY, NO_ANSWERS);
    if (step.actions.length === 1) {
        const [action] = step.actions;
        if (action.reply !== undefined) return action.reply;
        const known = action.kind === Action.FORWARD ? actor.known(action, step.items) : null;
        if (known !== null) return known;
    }
    return goOn(actor, message, step);
}

async function goOn(actor, message, step) {
    for (let restarts = 0; ; ) {
        const asked = sortActions(actor, step.actions);
        if (asked.performing.length > 0) await Promise.all(asked.performing);
        if (asked.restart) {
            if (++restarts > RESTARTS_MAX) throw new Error("the core asked for too many restarts");
            step = actor.step(StepEvent.START, message, EMPTY, NO_ANSWERS);
            continue;
        }
        let answers;
        if (asked.forward !== null) {
            const { response, answer } = await actor.forward(asked.forward, step.items);
            if (response !== undefined) return response;
            answers = [answer];
        } else if (asked.calls.length > 0) {
            if (asked.reply !== null) {
                actor.later(resumeLater(actor, asked, step.state));
                return asked.reply;
            }
            answers = await answersOf(actor, asked);
            const rest = actor.rest();
            if (rest !== null) await rest;
        } else {
            return asked.reply;
        }
        step = actor.step(StepEvent.RESUME, asked.repeatMessage ? message : EMPTY, step.state, answers);
    }
}

// Of its calls; where the step asked for a WAIT too, not before that is over.
async function answersOf(actor, { calls, wait }) {
    const waiting = wait === null ? null : actor.wait(wait);
    const answers = await actor.call(calls);
    if (waiting !== null) await waiting;
    return answers;
}

// What is left after a reply that went out beside calls: its own replies go nowhere.
async function resumeLater(actor, asked, state) {
    while (asked.calls.length > 0) {
        const answers = await answersOf(actor, asked);
        const step = actor.step(StepEvent.RESUME, EMPTY, state, answers);
        state = step.state;
        asked = sortActions(actor, step.actions);
        if (asked.performing.length > 0) await Promise.all(asked.performing);
    }
}

// Starts what can be started at once, without an await since the commit, so that an alarm is stored with its cause.
function sortActions(actor, actions) {
    const asked = {
        calls: [], wait: null, forward: null, reply: null, restart: false, repeatMessage: false, performing: [],
    };
    for (const action of actions) {
        if (action.kind === Action.CALL) asked.calls.push(action);
        else if (action.kind === Action.WAIT) asked.wait = action.milliseconds;
        else if (action.kind === Action.FORWARD) asked.forward = action;
        else if (action.kind === Action.RESTART) asked.restart = true;
        else if (action.kind === Action.REPEAT_MESSAGE) asked.repeatMessage = true;
        else if (action.reply !== undefined) asked.reply = action.reply;
        else asked.performing.push(actor.perform(action));
    }
    return asked;
}
