/** A session's way through the gateway: what it is given of it, and what its ending owes to it. */
import type { Ending, SessionRequest } from "../../ports/agent.ts";
import type { Door, Gateway, Sight } from "../../ports/gateway.ts";
import type { Credential } from "./credential.ts";

/** Opens a session's door; what it sees of the vendor becomes the session's events. */
export function openDoor(
  gateway: Gateway,
  { purse, hosts, onEvent }: SessionRequest,
  earlierUsd: number,
): Promise<Door> {
  const onSight = (sight: Sight): void => {
    if (sight.type === "allowance" || sight.type === "limited") onEvent(sight);
  };
  return gateway.open({ purse, earlierUsd, hosts, by: "loopback", onSight });
}

/** What a session shows at its door: never the real credential, and through a pipe. */
export function placeholder(gateway: Gateway, { token }: Door): Credential {
  const kind = gateway.credential === "oauthToken" ? "oauthToken" : "apiKey";
  return { kind, secret: token };
}

/** Where the agent finds its model, and its way to other hosts where any are open. */
export function doorEnv({ at, token }: Door, hosts: readonly string[]) {
  if (at.kind === "socket" || hosts.length === 0) return {};
  const proxy = `http://orch:${token}@127.0.0.1:${at.port}`;
  const none = "127.0.0.1,localhost,::1";
  return {
    ...{ HTTPS_PROXY: proxy, https_proxy: proxy },
    ...{ NO_PROXY: none, no_proxy: none },
  };
}

/** The ending as the door saw it: first-hand, where the agent knows it by hearsay. */
export function endingThrough(door: Door, ending: Ending): Ending {
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
