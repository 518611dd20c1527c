/** Connections through the person's own proxy (CONNECT). */
import http from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import tls from "node:tls";
import type { Target, WebProxy } from "../../core/proxy.ts";

export type FindProxy = (target: Target) => WebProxy | null;

/** How long the outside is waited for, until there is a connection. */
export const dialTimeoutMs = 20_000;

/** Reaches a host through a proxy; rejects with what that said, and never with its password. */
export function dialThrough(proxy: WebProxy, { host, port }: Target): Promise<Socket> {
  const path = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const { authorization } = proxy;
  const headers = {
    host: path,
    ...(authorization === null ? {} : { "proxy-authorization": authorization }),
  };
  return new Promise((resolve, reject) => {
    const asking = (proxy.isTls ? https : http).request({
      ...{ host: proxy.host, port: proxy.port, method: "CONNECT", path, headers, agent: false },
      timeout: dialTimeoutMs,
    });
    asking.on("timeout", () => asking.destroy(new Error("no answer")));
    asking.on("error", ({ message }) => reject(new Error(`the proxy: ${message}`)));
    asking.on("response", (answer) => {
      answer.destroy();
      reject(new Error(`the proxy refuses a tunnel: ${answer.statusCode}`));
    });
    asking.on("connect", (answer, socket, head) => {
      if (answer.statusCode !== 200) {
        socket.destroy();
        const why = answer.statusCode === 407 ? " (it wants a name and a password)" : "";
        return reject(new Error(`the proxy refuses a tunnel: ${answer.statusCode}${why}`));
      }
      socket.setTimeout(0);
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    asking.end();
  });
}

/** An agent of https that reaches its hosts through a proxy where there is one for them. */
export function proxiedAgent(find: FindProxy): https.Agent {
  const agent = new https.Agent({ keepAlive: true });
  const direct = agent.createConnection.bind(agent);
  agent.createConnection = (options, made) => {
    const target = { host: options.host ?? "localhost", port: Number(options.port ?? 443) };
    const proxy = find(target);
    if (proxy === null) return direct(options, made);
    dialThrough(proxy, target).then(
      (socket) => {
        const { host, path: _path, port: _port, ...rest } = options;
        const secure = tls.connect({ servername: host ?? "", ...rest, socket });
        const fail = (fault: Error) => made?.(fault, secure);
        secure.once("error", fail);
        // until then nothing was sent
        secure.once("secureConnect", () => {
          secure.off("error", fail);
          made?.(null, secure);
        });
      },
      (fault: Error) => made?.(fault, new Duplex()),
    );
    return null;
  };
  return agent;
}
