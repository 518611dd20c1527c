/** How a session reaches its model: by a door of the gateway's, or with a login by itself. */
import path from "node:path";
import type { Cloud } from "../../core/cloud.ts";
import { listed, type PriceTable } from "../../core/prices.ts";
import { hostsOf, proxyEnv, proxyPort } from "../../core/reach.ts";
import type { Ending, SessionRequest } from "../../ports/agent.ts";
import type { Door, Gateway, Sight } from "../../ports/gateway.ts";
import type { Confined, Network, Sandbox } from "../../ports/sandbox.ts";
import {
  besideLogin,
  type Credential,
  cloudEnv,
  credentialEnv,
  type Plain,
  shownAs,
} from "./credential.ts";

/** What a session is given of its way to the model; closed when disposed of. */
export interface SessionDoor extends AsyncDisposable {
  /** What the agent's environment says about it. */
  readonly env: Readonly<Record<string, string>>;
  /** What the agent reads from its pipe; null where it reads nothing. */
  readonly piped: string | null;
  /** What the session shows in place of a key, and no transcript may; null where it shows none. */
  readonly token: string | null;
  /** What its sandbox holds for it. */
  readonly room: Required<Pick<Confined, "writable" | "readable" | "hidden" | "network">>;
  /** The ending as the door saw it. */
  readonly through: (ending: Ending) => Ending;
}

/** Whose session it is. */
export interface Visit {
  readonly request: SessionRequest;
  readonly credential: Credential;
  /** What the session used before, in US dollars. */
  readonly earlierUsd: number;
  /** Where the model is for sessions with a login; null: where its vendor has it. */
  readonly apiBase: string | null;
}

/** Where a confined session finds the model: an address that only fills the header `Host`. */
const innerBase = "http://127.0.0.1:47114";
/** What it shows there, for show: whoever can open the socket is the session. */
const nobody = "by-socket";

/** Opens a session's door; what it sees of the vendor becomes the session's events. */
export async function openDoor(
  gateway: Gateway,
  sandbox: Sandbox,
  { request, credential, earlierUsd, apiBase }: Visit,
): Promise<SessionDoor> {
  if (credential.kind === "login") return ownWay(credential, apiBase);
  const { purse, network, onEvent } = request;
  const onSight = (sight: Sight): void => {
    if (sight.type === "allowance" || sight.type === "limited") onEvent(sight);
  };
  const isHeld = sandbox.confines && network !== "all";
  const hosts = isHeld ? hostsOf(network) : [];
  const by = isHeld ? "socket" : "loopback";
  const needsPort = isHeld && (hosts.length > 0 || credential.kind === "cloud");
  const port = needsPort ? await sandbox.portFor(proxyPort) : null;
  const door = await gateway.open({ purse, earlierUsd, hosts, by, onSight });
  return {
    ...(credential.kind === "cloud"
      ? inCloud(door, credential.cloud, { port, hosts })
      : door.at.kind === "socket"
        ? bySocket(door.at.path, credential, port)
        : byPort(door.at.url, credential, door.token)),
    through: (ending) => endingThrough(door, ending),
    [Symbol.asyncDispose]: door.close,
  };
}

type Told = Omit<SessionDoor, "through" | keyof AsyncDisposable>;

/** The agent has no pipe and no socket for a cloud's protocol: a port and a header lead there. */
function inCloud(
  { at, token }: Door,
  cloud: Cloud,
  { port, hosts }: { readonly port: number | null; readonly hosts: readonly string[] },
): Told {
  const room = { writable: [], readable: [], hidden: [] };
  if (at.kind === "loopback")
    return {
      env: cloudEnv(cloud, at.url, token),
      piped: null,
      token,
      room: { ...room, network: "all" },
    };
  const inside = port ?? proxyPort;
  const network: Network = { openings: [{ socket: at.path, port: inside }] };
  const way = cloudEnv(cloud, `http://127.0.0.1:${inside}`, nobody);
  return {
    env: { ...way, ...(hosts.length === 0 ? {} : proxyEnv(inside)) },
    ...{ piped: null, token: null, room: { ...room, readable: [at.path], network } },
  };
}

function byPort(url: string, credential: Plain, token: string): Told {
  const { env, piped } = credentialEnv(shownAs(credential, token), "piped");
  const room = { writable: [], readable: [], hidden: [], network: "all" } as const;
  return { env: { ANTHROPIC_BASE_URL: url, ...env }, piped, token, room };
}

/** `port`: where it finds other hosts; null where it may reach none. */
function bySocket(socket: string, credential: Plain, port: number | null): Told {
  const { env, piped } = credentialEnv(shownAs(credential, nobody), "told");
  const way = { ANTHROPIC_BASE_URL: innerBase, ANTHROPIC_UNIX_SOCKET: socket };
  const network: Network = { openings: port === null ? [] : [{ socket, port }] };
  return {
    env: { ...way, ...(port === null ? {} : proxyEnv(port)), ...env },
    ...{ piped, token: null },
    room: { writable: [], readable: [socket], hidden: [], network },
  };
}

/** A login is renewed elsewhere, and written back beside the old one: for that the agent has it. */
async function ownWay(
  credential: Extract<Credential, { readonly kind: "login" }>,
  apiBase: string | null,
): Promise<SessionDoor> {
  const { env, piped } = credentialEnv(credential, "piped");
  return {
    env: { ...(apiBase === null ? {} : { ANTHROPIC_BASE_URL: apiBase }), ...env },
    ...{ piped, token: null },
    room: {
      writable: [path.dirname(credential.file)],
      readable: [],
      hidden: await besideLogin(credential.file),
      network: "all",
    },
    through: (ending) => ending,
    async [Symbol.asyncDispose]() {},
  };
}

/** Most tokens of a single answer: more than a turn needs, and less where the money is short. */
const outputTokensMin = 16_000;
const outputTokensMax = 32_000;
/** An answer may take this share of a session's cap: a cap is passed by one answer at most. */
const answerShare = 0.25;

/** How long a single answer may become, so that the worst of it stays in proportion to the cap. */
export function outputTokens(
  { model, limits }: Pick<SessionRequest, "limits" | "model">,
  prices: PriceTable,
): number {
  const { output } = listed(prices, model) ?? prices.dearest;
  const affordable = Math.floor((limits.budgetUsd * answerShare * 1e6) / output);
  return Math.min(outputTokensMax, Math.max(outputTokensMin, affordable));
}

/** The ending as the door saw it: first-hand, where the agent knows it by hearsay. */
function endingThrough(door: Door, ending: Ending): Ending {
  if (ending.kind === "answered" || ending.kind === "aborted") return ending;
  if (ending.kind === "stalled" || ending.kind === "timedOut") return ending;
  const shut = door.shut();
  if (shut?.cause === "cap") return { kind: "outOfBudget" };
  if (shut !== null) return { kind: "overloaded", retryAfterMs: null, detail: shut.why };
  const trouble = door.trouble();
  if (trouble === null) return ending;
  if (ending.kind !== "limitReached" && ending.kind !== "overloaded") return ending;
  if (trouble.type === "limited") {
    const { resetAt } = trouble;
    return { kind: "limitReached", resetAt, detail: ending.detail };
  }
  if (ending.kind === "limitReached") return ending;
  const { retryAfterMs } = trouble;
  return { ...ending, retryAfterMs: ending.retryAfterMs ?? retryAfterMs };
}
