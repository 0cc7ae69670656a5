// The action loop: runs a role's steps, carries out what each asks for, and resumes with the answers of its calls.
//
// An actor is what the gateway and the objects implement:
//   step(event, message, state, answers) → { actions, state }   the step, committed; throws when it had to roll back
//   perform(action) → promise or nothing                        SET_ALARM, DELETE_ALL
//   call(action) → promise of an answer                         never rejects
//   forward(action) → promise of { response } or { answer }     never rejects
//   later(promise)                                              keeps work alive that goes on after the reply
import { Action, EMPTY, StepEvent } from "./envelope.js";

const RESTARTS_MAX = 4; // each renews a stale descriptor; more would be a fault of ours

// Runs from an event to the reply: reply bytes, or the Response that forward() gave. null: there is none (alarms).
export async function runSteps(actor, event, message) {
    let state = EMPTY;
    let answers = [];
    let takesMessage = event === StepEvent.START;
    for (let restarts = 0; ; ) {
        const step = actor.step(event, takesMessage ? message : EMPTY, state, answers);
        const asked = sortActions(actor, step.actions);
        if (asked.performing.length > 0) await Promise.all(asked.performing);
        if (asked.restart) {
            if (++restarts > RESTARTS_MAX) throw new Error("the core asked for too many restarts");
            event = StepEvent.START;
            state = EMPTY;
            answers = [];
            takesMessage = true;
            continue;
        }
        if (asked.forward !== null) {
            const { response, answer } = await actor.forward(asked.forward);
            if (response !== undefined) return response;
            answers = [answer];
        } else if (asked.calls.length > 0) {
            if (asked.reply !== null) {
                actor.later(resumeLater(actor, asked.calls, step.state));
                return asked.reply;
            }
            answers = await Promise.all(asked.calls.map((call) => actor.call(call)));
        } else {
            return asked.reply;
        }
        event = StepEvent.RESUME;
        state = step.state;
        takesMessage = asked.repeatMessage;
    }
}

// What is left after a reply that went out beside calls: its own replies go nowhere.
async function resumeLater(actor, calls, state) {
    const answers = await Promise.all(calls.map((call) => actor.call(call)));
    const step = actor.step(StepEvent.RESUME, EMPTY, state, answers);
    const asked = sortActions(actor, step.actions);
    await Promise.all(asked.performing);
    if (asked.calls.length > 0) await resumeLater(actor, asked.calls, step.state);
}

// Starts what can be started at once, without an await since the commit, so that an alarm is stored with its cause.
function sortActions(actor, actions) {
    const asked = { calls: [], forward: null, reply: null, restart: false, repeatMessage: false, performing: [] };
    for (const action of actions) {
        if (action.kind === Action.CALL) asked.calls.push(action);
        else if (action.kind === Action.FORWARD) asked.forward = action;
        else if (action.kind === Action.RESTART) asked.restart = true;
        else if (action.kind === Action.REPEAT_MESSAGE) asked.repeatMessage = true;
        else if (action.reply !== undefined) asked.reply = action.reply;
        else asked.performing.push(actor.perform(action));
    }
    return asked;
}
