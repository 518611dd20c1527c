/**
 * The gateway's servers: a socket of its own for each session that is held in a sandbox, and one
 * loopback port, where a token tells the others apart.
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import { setMaxListeners } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listed, type PriceTable } from "../../core/prices.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Door, Gateway } from "../../ports/gateway.ts";
import { type Counter, openCounter } from "./door.ts";
import { openEstimates } from "./estimate.ts";
import type { House } from "./pass.ts";
import type { FindProxy } from "./proxy.ts";
import { refuse } from "./replies.ts";
import { deny, machineRoads, type Roads, tunnel } from "./tunnel.ts";
import { openUpstream, type Vendor } from "./upstream.ts";

export interface GatewayOptions {
  readonly vendor: Vendor;
  readonly credential: Gateway["credential"];
  readonly prices: PriceTable;
  readonly clock: Pick<Clock, "now">;
  /** Begins the names of its sockets' folders among the temporary ones: their paths are short. */
  readonly prefix: string;
  readonly roads?: Roads;
  /** The proxy by which a host is reached; none where it is left out. */
  readonly proxyFor?: FindProxy;
}

/** One session, as the servers know it. */
interface Guest {
  readonly token: string;
  readonly counter: Counter;
  readonly hosts: readonly string[];
  readonly leaving: AbortController;
}

type Find = (request: IncomingMessage, shown: string | null) => Guest | null;

/** Opens the gateway; nothing listens until a door is opened. */
export function openGateway(options: GatewayOptions): Gateway {
  const { prices, proxyFor = () => null } = options;
  const roads = { ...(options.roads ?? machineRoads), proxyFor };
  const upstream = openUpstream(options.vendor, proxyFor);
  const news = new Set<string>();
  const house: House = {
    speech: options.vendor.speech ?? { kind: "messages" },
    ...{ upstream, prices, clock: options.clock, estimates: openEstimates(prices) },
    isNews(model) {
      if (news.has(model) || listed(prices, model) !== null) return false;
      news.add(model);
      return true;
    },
  };
  const guests = new Set<Guest>();
  const doors = new Set<Door>();
  let port: Promise<{ readonly server: Server; readonly number: number }> | null = null;
  const openPort = async () => {
    const server = serverFor((_request, shown) => guestOf(guests, shown), roads);
    await listening(server, () => server.listen(0, "127.0.0.1"));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port to listen on");
    return { server, number: address.port };
  };
  return {
    credential: options.credential,
    async open(request) {
      const guest: Guest = {
        token: `orch-${randomBytes(24).toString("hex")}`,
        counter: openCounter(house, request),
        hosts: request.hosts,
        leaving: new AbortController(),
      };
      setMaxListeners(0, guest.leaving.signal); // each tunnel hears it
      const leave = async (): Promise<void> => {
        guests.delete(guest);
        doors.delete(door);
        guest.leaving.abort();
        await guest.counter.close();
      };
      const byPort = async (): Promise<Door> => {
        guests.add(guest);
        port ??= openPort();
        const { number } = await port;
        const url = `http://127.0.0.1:${number}`;
        return doorOf(guest, { kind: "loopback", url, port: number }, leave);
      };
      const door =
        request.by === "socket" ? await bySocket(options, roads, guest, leave) : await byPort();
      doors.add(door);
      return door;
    },
    async close() {
      await Promise.all([...doors].map((each) => each.close()));
      if (port !== null) await stopped((await port).server);
      upstream.close();
    },
  };
}

/** Whoever can open the socket is the session: the folder lets nobody else in. */
async function bySocket(
  { prefix }: GatewayOptions,
  roads: Roads,
  guest: Guest,
  leave: () => Promise<void>,
): Promise<Door> {
  const folder = await mkdtemp(join(tmpdir(), prefix));
  const path = join(folder, "door");
  const server = serverFor(() => guest, roads);
  await listening(server, () => server.listen({ path }));
  return doorOf(guest, { kind: "socket", path }, async () => {
    await leave();
    await stopped(server);
    await rm(folder, { recursive: true, force: true });
  });
}

function doorOf({ token, counter }: Guest, at: Door["at"], close: () => Promise<void>): Door {
  const { shut, trouble, usage } = counter;
  return { at, token, shut, trouble, usage, close };
}

function serverFor(find: Find, roads: Roads): Server {
  const server = createServer((request, response) => {
    response.on("error", () => response.destroy()); // the session went away: nothing to tell it
    const guest = find(request, shownBy(request));
    if (guest === null) return refuse(response, 401, "no session has this token");
    void guest.counter.serve(request, response);
  });
  // a session decides for itself how long it waits for a model
  server.requestTimeout = 0;
  server.on("connect", (request, inner, head) => {
    const guest = find(request, basicOf(request.headers["proxy-authorization"]));
    if (guest === null) return deny(inner, 407, "no session has this token");
    void tunnel(request, inner, head, {
      ...{ hosts: guest.hosts, roads, signal: guest.leaving.signal },
    });
  });
  return server;
}

const shownBy = ({ headers }: IncomingMessage): string | null => {
  const key = headers["x-api-key"];
  if (typeof key === "string") return key;
  return /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1] ?? null;
};

/** The password of a proxy's credential. */
function basicOf(header: string | undefined): string | null {
  const encoded = /^Basic (.+)$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return null;
  const [, ...password] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  return password.join(":");
}

function guestOf(guests: ReadonlySet<Guest>, shown: string | null): Guest | null {
  if (shown === null) return null;
  const given = Buffer.from(shown);
  for (const guest of guests) {
    const token = Buffer.from(guest.token);
    if (given.length === token.length && timingSafeEqual(given, token)) return guest;
  }
  return null;
}

function listening(server: Server, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("listening", resolve);
    listen();
  });
}

function stopped(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
