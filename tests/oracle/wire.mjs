// Bare DynamoDB requests over keep-alive connections: no SDK between the test and the bytes.
import http from "node:http";

const NAMESPACE = "DynamoDB_20120810.";
// Neither side checks signatures here, but DynamoDB Local insists on a header of the right form.
const AUTHORIZATION =
    "AWS4-HMAC-SHA256 Credential=oracle/20260101/us-east-1/dynamodb/aws4_request, " +
    `SignedHeaders=host;x-amz-date;x-amz-target, Signature=${"0".repeat(64)}`;
const ANSWER_TIMEOUT_MS = 60_000;

/** One server. `call` answers {status, error, message, messageMember, body, text}; error is null on success
 * and 'NoAnswer' when the connection broke. */
export class Endpoint {
    constructor(url, name = url) {
        const { hostname, port } = new URL(url);
        this.url = url;
        this.name = name;
        this.hostname = hostname;
        this.port = port || 80;
        this.agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
    }

    /** `request` is an object, or a string that is sent as it stands. */
    async call(operation, request) {
        const sent = Buffer.from(typeof request === "string" ? request : JSON.stringify(request));
        try {
            const { status, text } = await this.post(operation, sent);
            return readAnswer(status, text);
        } catch (failure) {
            return {
                status: 0,
                error: "NoAnswer",
                message: failure.message,
                messageMember: null,
                body: {},
                text: "",
            };
        }
    }

    post(operation, bytes) {
        return new Promise((resolve, reject) => {
            const request = http.request(
                {
                    agent: this.agent,
                    hostname: this.hostname,
                    port: this.port,
                    method: "POST",
                    path: "/",
                    headers: {
                        "content-type": "application/x-amz-json-1.0",
                        "content-length": bytes.length,
                        "x-amz-target": NAMESPACE + operation,
                        "x-amz-date": "20260101T000000Z",
                        authorization: AUTHORIZATION,
                    },
                },
                (reply) => {
                    const parts = [];
                    reply.on("data", (part) => parts.push(part));
                    reply.on("end", () =>
                        resolve({ status: reply.statusCode, text: Buffer.concat(parts).toString() }),
                    );
                    reply.on("error", reject);
                },
            );
            request.setTimeout(ANSWER_TIMEOUT_MS, () => request.destroy(new Error(`no answer from ${this.name}`)));
            request.on("error", reject);
            request.end(bytes);
        });
    }

    close() {
        this.agent.destroy();
    }
}

function readAnswer(status, text) {
    let body = null;
    try {
        body = text === "" ? {} : JSON.parse(text);
    } catch {
        return { status, error: "NotJson", message: text.slice(0, 200), messageMember: null, body, text };
    }
    if (status === 200) return { status, error: null, message: null, messageMember: null, body, text };
    const messageMember = ["message", "Message"].find((member) => member in body) ?? null;
    const error = String(body.__type ?? "NoType").replace(/^.*#/, "");
    return { status, error, message: messageMember && body[messageMember], messageMember, body, text };
}
