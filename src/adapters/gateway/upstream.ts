/** Sends requests on to the vendor, with the real credential in place of the session's. */
import http, { type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import https from "node:https";

import { type FindProxy, proxiedAgent } from "./proxy.ts";
import type { Speech } from "./speech.ts";

export interface Vendor {
  /** Base address of its API; may have a path of its own. */
  readonly base: string;
  /** The protocol in which it is asked; that of the Messages API where it is left out. */
  readonly speech?: Speech;
  /** The header that shows who pays; null where nobody does, and nothing is asked. */
  readonly credential: readonly [name: "x-api-key" | "authorization", value: string] | null;
}

export interface Sending {
  /** Path with its query, as the session asked for it. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The vendor could not be asked, or broke off before it answered. */
export class Unanswered extends Error {
  override readonly name = "Unanswered";
  /** Whether the vendor may have taken the request. */
  readonly taken: boolean;

  constructor(message: string, taken: boolean, options?: ErrorOptions) {
    super(message, options);
    this.taken = taken;
  }
}

export interface Upstream {
  /** Resolves with the answer's head; rejects with `Unanswered`. An abort cuts the connection. */
  send(sending: Sending, signal: AbortSignal): Promise<IncomingMessage>;
  close(): void;
}

/** What concerns one connection alone, and what we say ourselves. */
const ours = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "host",
  "content-length",
  "expect",
]);
const credentials = new Set(["x-api-key", "authorization", "cookie"]);

/** The headers of an answer that are passed on. */
export function passedOn(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const passed: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined && (!ours.has(name) || name === "content-length")) passed[name] = value;
  return passed;
}

/** Opens connections to a vendor, through a proxy where there is one; they are used again. */
export function openUpstream(vendor: Vendor, find: FindProxy): Upstream {
  const base = new URL(vendor.base);
  const isPlain = base.protocol === "http:";
  const agent = isPlain ? new http.Agent({ keepAlive: true }) : proxiedAgent(find);
  const request = isPlain ? http.request : https.request;
  const prefix = base.pathname.replace(/\/$/, "");
  const once = ({ path, headers, body }: Sending, signal: AbortSignal): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      let connected = false;
      const asking = request(
        {
          ...{ agent, signal, method: "POST", host: base.hostname.replace(/^\[|\]$/g, "") },
          port: base.port === "" ? (isPlain ? 80 : 443) : Number(base.port),
          path: prefix + path,
          headers: { ...headersFor(headers, vendor), "content-length": body.length },
        },
        resolve,
      );
      asking.on("socket", (socket) => {
        connected ||= !socket.connecting;
        if (socket.connecting)
          socket.once(isPlain ? "connect" : "secureConnect", () => {
            connected = true;
          });
      });
      asking.on("error", (cause) => {
        const stale = asking.reusedSocket && "code" in cause && cause.code === "ECONNRESET";
        const taken = connected && !stale;
        reject(new Unanswered(cause.message, taken, { cause: stale ? "stale" : cause }));
      });
      asking.end(body);
    });
  return {
    async send(sending, signal) {
      try {
        return await once(sending, signal);
      } catch (fault) {
        // the vendor had closed a connection that was kept for the next request: it took nothing
        if (!(fault instanceof Unanswered) || fault.cause !== "stale" || signal.aborted)
          throw fault;
        return once(sending, signal);
      }
    },
    close: () => agent.destroy(),
  };
}

function headersFor(headers: IncomingHttpHeaders, { credential }: Vendor): IncomingHttpHeaders {
  const kept = Object.entries(headers).filter(
    ([name]) => !ours.has(name) && !credentials.has(name),
  );
  const shown = credential === null ? [] : [credential];
  // what is compressed could not be read on its way
  return { ...Object.fromEntries([...kept, ...shown]), "accept-encoding": "identity" };
}
