// Starts DynamoDB Local, fetched once by Maven into an ignored cache folder.
// As a program: `node tests/oracle/dynamodb_local.mjs [port]` serves until it is interrupted.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import net from "node:net";
import { fileURLToPath } from "node:url";
import { Endpoint } from "./wire.mjs";

const VERSION = "2.6.1";
const MAIN_CLASS = "com.amazonaws.services.dynamodbv2.local.main.ServerRunner";
const START_LIMIT_MS = 60_000;
const CACHE = fileURLToPath(new URL(`../../.cache/dynamodb-local/${VERSION}`, import.meta.url));

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>oracle</groupId><artifactId>oracle</artifactId><version>1</version>
  <dependencies><dependency>
    <groupId>com.amazonaws</groupId><artifactId>DynamoDBLocal</artifactId><version>${VERSION}</version>
  </dependency></dependencies>
</project>
`;

/** Why DynamoDB Local cannot run here, or null. */
export function reasonToSkip() {
    if (!has("java", "-version")) return "java is not installed";
    if (!existsSync(`${CACHE}/complete`) && !has("mvn", "-version")) return "mvn is not installed";
    return null;
}

function has(program, argument) {
    return spawnSync(program, [argument], { stdio: "ignore" }).status === 0;
}

/** Fetches the jars when the cache has none; throws with Maven's words when that fails. */
function fetchJars() {
    if (existsSync(`${CACHE}/complete`)) return;
    mkdirSync(CACHE, { recursive: true });
    writeFileSync(`${CACHE}/.gitignore`, "*\n");
    writeFileSync(`${CACHE}/pom.xml`, POM);
    const maven = spawnSync("mvn", ["-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib"], {
        cwd: CACHE,
        encoding: "utf8",
    });
    if (maven.status !== 0) throw new Error(`mvn could not fetch DynamoDB Local:\n${maven.stdout}${maven.stderr}`);
    writeFileSync(`${CACHE}/complete`, `${VERSION}\n`);
}

/** A port nobody listens on; DynamoDB Local cannot choose one itself. */
function freePort() {
    return new Promise((resolve, reject) => {
        const server = net.createServer();
        server.on("error", reject);
        server.listen(0, "127.0.0.1", () => {
            const { port } = server.address();
            server.close(() => resolve(port));
        });
    });
}

/** Starts one instance in memory. Resolves to {url, stop()}; the caller stops it. */
export async function startDynamoDbLocal(wantedPort) {
    fetchJars();
    const port = wantedPort ?? (await freePort());
    const child = spawn(
        "java",
        [
            "-Xmx1g",
            `-Djava.library.path=${CACHE}/lib`,
            "-cp",
            `${CACHE}/lib/*`,
            MAIN_CLASS,
            "-inMemory",
            "-sharedDb",
            "-disableTelemetry",
            "-port",
            String(port),
        ],
        { stdio: ["ignore", "pipe", "pipe"] },
    );
    let output = "";
    let exited = false;
    child.stdout.on("data", (text) => {
        output += text;
    });
    child.stderr.on("data", (text) => {
        output += text;
    });
    const exit = new Promise((resolve) =>
        child.on("exit", () => {
            exited = true;
            resolve();
        }),
    );
    const stopWithParent = () => child.kill();
    process.on("exit", stopWithParent);
    const url = `http://127.0.0.1:${port}`;
    const endpoint = new Endpoint(url);
    const deadline = Date.now() + START_LIMIT_MS;
    for (;;) {
        const answer = await endpoint.call("ListTables", {}).catch(() => null);
        if (answer?.status === 200) break;
        if (exited || Date.now() > deadline) {
            child.kill();
            throw new Error(`DynamoDB Local did not start:\n${output}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    endpoint.close();
    const stop = async () => {
        process.off("exit", stopWithParent);
        child.kill();
        await exit;
    };
    return { url, stop };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const reason = reasonToSkip();
    if (reason) {
        console.log(`SKIPPED: DynamoDB Local: ${reason}`);
    } else {
        const { url, stop } = await startDynamoDbLocal(process.argv[2] && Number(process.argv[2]));
        console.log(`DynamoDB Local ${VERSION} at ${url}`);
        for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => stop().then(() => process.exit(0)));
    }
}
