/** A way from a Unix socket to the Messages API, and to nobody else. */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, request as plain, type RequestListener } from "node:http";
import { request as secure } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream";

/** A socket that leads to one address; gone, with its folder, when disposed of. */
export interface Forward extends AsyncDisposable {
  readonly socket: string;
}

/**
 * Opens a socket in a folder of its own whose requests go to `base`, its path put before theirs.
 * `prefix` names the folder among the temporary ones: a socket's path must be short.
 */
export async function openForward(base: string, prefix: string): Promise<Forward> {
  const folder = await mkdtemp(join(tmpdir(), prefix));
  const socket = join(folder, "api");
  const server = createServer(forwardTo(new URL(base)));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(socket, resolve);
  });
  return {
    socket,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function forwardTo(base: URL): RequestListener {
  const send = base.protocol === "https:" ? secure : plain;
  return (asked, answer) => {
    const { host: _, connection: __, ...headers } = asked.headers;
    const target = {
      protocol: base.protocol,
      host: base.hostname.replace(/^\[|\]$/g, ""),
      ...(base.port === "" ? {} : { port: base.port }),
      path: base.pathname.replace(/\/$/, "") + (asked.url ?? "/"),
      method: asked.method ?? "GET",
      headers: { ...headers, host: base.host },
    };
    const upstream = send(target, (answered) => {
      answer.writeHead(answered.statusCode ?? 502, answered.headers);
      answer.flushHeaders();
      pipeline(answered, answer, () => undefined); // a broken stream breaks the reader's as well
    });
    // the agent takes a connection that breaks for what it is, and asks again
    upstream.on("error", () => answer.destroy());
    answer.on("close", () => upstream.destroy());
    pipeline(asked, upstream, () => undefined); // its error is heard above
  };
}
