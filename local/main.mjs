// `npm start`: serves until it is told to stop.
import { once } from "node:events";
import { createServer } from "node:net";
import { DataFolderError, openDataFolder, openTemporaryFolder } from "./data_folder.mjs";
import { startHost } from "./host.mjs";
import { UsageError, USAGE, readOptions } from "./options.mjs";

class PortError extends Error {}

try {
    const options = readOptions(process.argv.slice(2));
    if (options.help) console.log(USAGE);
    else await serve(options);
} catch (error) {
    if (![UsageError, DataFolderError, PortError].some((known) => error instanceof known)) throw error;
    console.error(error.message);
    process.exitCode = error instanceof UsageError ? 2 : 1;
}

async function serve(options) {
    const folder = options.inMemory ? openTemporaryFolder() : openDataFolder(options.data);
    let host;
    const stop = async () => {
        process.once("SIGINT", () => process.exit(1)); // asked twice: at once
        await host.stop();
        folder.release();
        process.exit(0);
    };
    try {
        await checkPort(options);
        host = await startHost({ ...options, data: folder.path });
    } catch (error) {
        folder.release();
        throw error;
    }
    for (const signal of ["SIGINT", "SIGTERM"]) {
        process.removeAllListeners(signal); // Miniflare's would end the process before it has cleaned up
        process.once(signal, stop);
    }
    if (options.quiet) return;
    const kept = options.inMemory ? "in memory" : `in ${options.data}`;
    console.log(`shvm-db serves DynamoDB at ${address(host.url)} (tables ${kept}, layout ${options.layout})`);
}

// The runtime's own words for a port in use are a crash report, so ask first.
async function checkPort({ host, port }) {
    const probe = createServer();
    probe.listen({ host, port });
    try {
        await once(probe, "listening");
    } catch (error) {
        const why = error.code === "EADDRINUSE" ? "it is in use (--port N takes another)" : error.code;
        throw new PortError(`cannot serve on port ${port} of ${host}: ${why}`);
    }
    probe.close();
    await once(probe, "close");
}

function address(url) {
    return `http://${url.hostname === "127.0.0.1" ? "localhost" : url.hostname}:${url.port}`;
}
