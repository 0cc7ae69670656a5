// Carries out one step on one server: a single request, or a walk to the end of its pages (and segments).

const PAGES_MAX = 400;
const STAND_IN = "@table@";

/** The request as it is sent: the table's real name for its stand-in. */
export function withTable(request, tableName) {
    return JSON.parse(JSON.stringify(request).replaceAll(`"${STAND_IN}"`, JSON.stringify(tableName)));
}
export { STAND_IN };

/**
 * {answer, pages}: `answer` is the first answer that failed, or the first one; `pages` all that came, in order, each
 * {segment, request, answer}.
 */
export async function execute(endpoint, step, tableName) {
    const request = withTable(step.request, tableName);
    if (!step.walk) {
        const answer = await endpoint.call(step.operation, request);
        return { answer, pages: [{ segment: null, request, answer }] };
    }
    const pages = [];
    const segments = request.TotalSegments && request.Segment === undefined ? request.TotalSegments : 1;
    for (let segment = 0; segment < segments; segment++) {
        const first =
            segments > 1 || request.TotalSegments ? { ...request, Segment: request.Segment ?? segment } : request;
        const failure = await walk(endpoint, step.operation, first, segment, pages);
        if (failure) return { answer: failure, pages };
    }
    return { answer: pages[0].answer, pages };
}

async function walk(endpoint, operation, first, segment, pages) {
    let request = first;
    for (let page = 0; ; page++) {
        const answer = await endpoint.call(operation, request);
        pages.push({ segment, request, answer });
        if (answer.error) return answer;
        const { LastEvaluatedKey } = answer.body;
        if (!LastEvaluatedKey) return null;
        if (page >= PAGES_MAX)
            return { status: 0, error: "EndlessPages", message: `more than ${PAGES_MAX}`, body: {} };
        request = { ...first, ExclusiveStartKey: LastEvaluatedKey };
    }
}
