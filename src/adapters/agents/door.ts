/** A session's way through the gateway: what it is given of it, and what its ending owes to it. */
import { listed, type PriceTable } from "../../core/prices.ts";
import type { Ending, SessionRequest } from "../../ports/agent.ts";
import type { Door, Gateway, Sight } from "../../ports/gateway.ts";
import type { Credential } from "./credential.ts";

/** Opens a session's door; what it sees of the vendor becomes the session's events. */
export function openDoor(
  gateway: Gateway,
  { purse, network, onEvent }: SessionRequest,
  earlierUsd: number,
): Promise<Door> {
  const onSight = (sight: Sight): void => {
    if (sight.type === "allowance" || sight.type === "limited") onEvent(sight);
  };
  const hosts = network === "all" ? [] : network;
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
