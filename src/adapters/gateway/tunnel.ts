/** Tunnels to other hosts (CONNECT), where a door allows them. */
import { lookup } from "node:dns/promises";
import type { IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { isOutside, parseTarget, whyClosed } from "./hosts.ts";
import { dialThrough, dialTimeoutMs, type FindProxy } from "./proxy.ts";

/** How the outside is reached. */
export interface Roads {
  /** All addresses of a name. */
  readonly resolve: (host: string) => Promise<readonly string[]>;
  readonly dial: (address: string, port: number) => Socket;
  readonly proxyFor?: FindProxy;
}

/** The machine's own. */
export const machineRoads: Roads = {
  resolve: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  dial: (address, port) => connect({ host: address, port }),
};

/** Opens a tunnel, or says why not; never rejects. */
export async function tunnel(
  request: Pick<IncomingMessage, "url">,
  inner: Duplex,
  head: Buffer,
  through: {
    readonly hosts: readonly string[];
    readonly roads: Roads;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { hosts, roads, signal } = through;
  inner.on("error", () => inner.destroy());
  const leave = (): void => void inner.destroy();
  signal.addEventListener("abort", leave, { once: true });
  inner.once("close", () => signal.removeEventListener("abort", leave));
  const target = parseTarget(request.url ?? "");
  if (target === null) return deny(inner, 403, "a host is reached by its name, not by an address");
  const why = whyClosed(target, hosts);
  if (why !== null) return deny(inner, 403, why);
  const proxy = roads.proxyFor?.(target) ?? null;
  const addresses = await roads.resolve(target.host).catch(() => null);
  // where a proxy leads out it may be the only one that knows the names of the world
  if (addresses === null && proxy === null) return deny(inner, 502, `${target.host} was not found`);
  // one inward address is enough: whoever answers so may answer otherwise the next time
  const [address] = addresses ?? [target.host];
  if (address === undefined || addresses?.every(isOutside) === false)
    return deny(inner, 403, `${target.host} leads into a private network`);
  if (inner.destroyed) return;
  if (proxy === null) await join(inner, roads.dial(address, target.port), head);
  else
    try {
      await join(inner, await dialThrough(proxy, target), head);
    } catch (fault) {
      return deny(inner, 502, fault instanceof Error ? fault.message : String(fault));
    }
  // what the host said last may still be on its way
  if (inner.writableEnded && !inner.writableFinished) inner.once("finish", leave);
  else leave();
}

/** Joins both ends, the outer one as soon as it is there, until either has gone. */
async function join(inner: Duplex, outer: Socket, head: Buffer): Promise<void> {
  const begin = (): void => {
    outer.setTimeout(0);
    inner.write("HTTP/1.1 200 Connection established\r\n\r\n");
    if (head.length > 0) outer.write(head);
    outer.pipe(inner);
    inner.pipe(outer);
  };
  outer.on("error", (fault) => {
    if (outer.bytesRead === 0 && outer.bytesWritten === 0) deny(inner, 502, fault.message);
    else inner.destroy();
  });
  if (outer.connecting) {
    outer.setTimeout(dialTimeoutMs, () => outer.destroy(new Error("no answer")));
    outer.once("connect", begin);
  } else begin();
  if (inner.destroyed) outer.destroy();
  await new Promise<void>((resolve) => {
    outer.once("close", resolve);
    inner.once("close", () => outer.destroy());
  });
}

/** Refuses a tunnel in one line that the asker's program shows. */
export function deny(inner: Duplex, status: 403 | 407 | 502, why: string): void {
  const names = { 403: "Forbidden", 407: "Proxy Authentication Required", 502: "Bad Gateway" };
  const body = `orch: ${why}\n`;
  const head = [
    `HTTP/1.1 ${status} ${names[status]}`,
    "content-type: text/plain",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
    ...(status === 407 ? ['proxy-authenticate: Basic realm="orch"'] : []),
  ];
  // whoever asked may keep its end open for ever
  inner.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => inner.destroy());
}
