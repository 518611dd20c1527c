/** The fake agent: sessions of a few requests, each charged, each of which may be the last. */
import { noLimit } from "../../../src/core/limit.ts";
import type { Agent, Ending, SessionRequest, SessionResult } from "../../../src/ports/agent.ts";
import type { Calls } from "./calls.ts";
import { freeze, kill } from "./calls.ts";
import { taskOf, think } from "./minds.ts";
import { type Book, type Land, onPurpose, strikes, type Universe } from "./universe.ts";
import { accountOf, charge, dayOf, trouble } from "./vendor.ts";

/** Opens the agent as one process of a project has it. */
export function fakeAgent(universe: Universe, calls: Calls, land: Land): Agent {
  return {
    ready: async () => null,
    async run(request, signal) {
      const { time, vendor, watch } = universe;
      const startedAt = time.now();
      const known = vendor.sessions.get(request.session) ?? null;
      const earlierUsd = known?.costUsd ?? 0;
      const book: Book = known ?? { costUsd: 0, requests: 0, answer: null, toldUsd: 0 };
      universe.tally.sessions += 1;
      if (!signal.aborted) {
        vendor.sessions.set(request.session, book);
        watch.began(land, request, calls.process, known);
      }
      const ending = await play(universe, calls, land, {
        ...{ request, book, signal, earlierUsd: book.toldUsd },
      });
      watch.ended(land, request, calls.process, ending);
      return {
        ...resultOf(request, book, ending),
        earlierUsd,
        durationMs: time.now() - startedAt,
      };
    },
  };
}

function resultOf(
  { model }: SessionRequest,
  { costUsd, requests }: Book,
  ending: Ending,
): Omit<SessionResult, "durationMs" | "earlierUsd"> {
  const tokens = { inputTokens: 10, outputTokens: 5, cacheReadTokens: 0, cacheWriteTokens: 0 };
  return {
    ending,
    text: "Looking",
    costUsd,
    costBasis: requests === 0 ? "none" : "vendor",
    usage: requests === 0 ? [] : [{ model, costUsd, ...tokens }],
    turns: requests,
  };
}

interface Play {
  readonly request: SessionRequest;
  readonly book: Book;
  readonly signal: AbortSignal;
  /** What its own books say that it cost before this run. */
  readonly earlierUsd: number;
}

/** How a session that begins now will go, drawn before it does. */
function lotOf(universe: Universe, land: Land, { request, book }: Play) {
  const { random } = universe;
  const finished = book.answer !== null;
  return {
    finished,
    requests: finished ? 1 : random.between(1, 4),
    stepMs: finished ? 500 : random.between(500, random.chance(0.1) ? 40_000 : 9_000),
    stepUsd: finished ? 0.01 : request.limits.budgetUsd * (0.02 + 0.1 * random.next()),
    endless: strikes(universe, "session goes on for ever"),
    stalls: strikes(universe, "session stalls"),
    slow: strikes(universe, "session runs out of time"),
    squanders: strikes(universe, "session squanders"),
    isDear: strikes(universe, "answer is dear"),
    half: !finished && strikes(universe, "worker leaves half of its work"),
    isAligned: strikes(universe, "sessions ask at the same moment"),
    mind: think(universe, land, request),
  };
}

/** Requests after which a session answers; none where it never does. */
function turnsOf(lot: ReturnType<typeof lotOf>): number {
  if (lot.endless || lot.squanders) return Number.POSITIVE_INFINITY;
  return lot.isDear ? 2 : lot.requests;
}

async function play(universe: Universe, calls: Calls, land: Land, given: Play): Promise<Ending> {
  const { request, book, signal } = given;
  const { budgetUsd, timeoutMs, silenceMs } = request.limits;
  const { owner } = calls.process;
  const aborted: Ending = { kind: "aborted" };
  if (signal.aborted) return aborted;
  const lot = lotOf(universe, land, given);
  const { transcript } = request;
  const account = accountOf(universe, land.name, { owner, transcript, budgetUsd });
  const deadline = universe.time.now() + timeoutMs;
  const { mode } = universe.store.portfolio.limit.get("") ?? noLimit;
  const tries = mode.at === "probing" && mode.probe.token === account.token;
  if (tries && strikes(universe, "frozen while it tries")) freeze(universe, calls.process);
  for (let turn = 1; ; turn += 1) {
    // without a gateway the agent's own cap is all that ends it
    if (!isMetered(land) && book.costUsd >= budgetUsd) return { kind: "outOfBudget" };
    const ending = trouble(universe, account);
    if (ending !== null) return ending;
    const costUsd = lot.squanders || lot.isDear ? budgetUsd * 0.7 : lot.stepUsd;
    const opened = await setAside(universe, land, given, costUsd);
    if (opened.kind !== "granted") return opened;
    // with a gateway a request counts to the day on which it was sent
    const day = isMetered(land) ? dayOf(universe.time.now()) : account.day;
    const lasts = lot.slow ? timeoutMs : lot.stalls ? silenceMs : stepOf(universe, lot);
    const left = deadline - universe.time.now();
    await calls.sleep(Math.min(lasts, left), signal);
    await calls.hazard(`agent: ${request.transcript}`, "crash before a call");
    const early = earlyEnd(signal, lasts >= left, lot.stalls);
    if (early !== null) {
      await settle(universe, given, opened.number, { costUsd: 0, cut: true });
      return early;
    }
    if (turn === 1) reply(universe, calls, request);
    const cut = isMetered(land) && strikes(universe, "answer is cut off");
    charge(universe, book, account, { costUsd, day });
    const half = land.rooms.get(request.cwd);
    if (turn === 1 && lot.half && half !== undefined) lot.mind.edit(half);
    poison(universe, calls, land, request);
    // killed between the vendor's charge and its record
    await calls.hazard(`agent: ${request.transcript}`, "crash after a call");
    await settle(universe, given, opened.number, { costUsd, cut });
    if (cut) continue; // it asks again
    request.onEvent({ type: "spent", costUsd: book.costUsd });
    if (lot.endless && turn >= 6) return { kind: "outOfTurns" };
    if (turn >= turnsOf(lot)) break;
  }
  const room = land.rooms.get(request.cwd);
  if (!lot.finished && room !== undefined) lot.mind.edit(room);
  book.answer ??= { json: lot.mind.json };
  if (strikes(universe, "frozen when a session has answered")) freeze(universe, calls.process);
  return { kind: "answered", json: book.answer.json };
}

/** How a session ends while the model is still asked; the vendor charges nothing yet. */
function earlyEnd(signal: AbortSignal, isLate: boolean, stalls: boolean): Ending | null {
  if (signal.aborted) return { kind: "aborted" };
  if (isLate) return { kind: "timedOut" };
  return stalls ? { kind: "stalled" } : null;
}

const isMetered = ({ rules }: Land): boolean => rules.limits.metered === true;

type Opened = { readonly kind: "granted"; readonly number: number } | Ending;

/** Sets a request's worst case aside, as the gateway does; what is refused ends the session. */
async function setAside(
  { random, vendor }: Universe,
  land: Land,
  given: Play,
  costUsd: number,
): Promise<Opened> {
  if (!isMetered(land)) return { kind: "granted", number: 0 };
  const worstUsd = costUsd * (1 + random.next());
  vendor.worstUsd = Math.max(vendor.worstUsd, worstUsd);
  const { request, earlierUsd } = given;
  const { model } = request;
  const asked = { model, unpriced: false, worstUsd, earlierUsd };
  const answer = await request.purse.open(asked);
  if (answer.kind === "granted") return answer;
  if (answer.cause === "cap") return { kind: "outOfBudget" };
  return { kind: "overloaded", retryAfterMs: null, detail: `${onPurpose}${answer.why}` };
}

/** Tells the purse what a request came to, if its answer says so. */
async function settle(
  { random }: Universe,
  { request, book }: Play,
  number: number,
  { costUsd, cut }: { readonly costUsd: number; readonly cut: boolean },
): Promise<void> {
  if (number === 0) return;
  const tokens = { inputTokens: 10, outputTokens: 5, cacheReadTokens: 0, cacheWriteTokens: 0 };
  const usage = { model: request.model, costUsd, ...tokens };
  const mostUsd = costUsd === 0 ? Number.POSITIVE_INFINITY : costUsd * (1 + random.next());
  await request.purse.close(
    number,
    cut ? { kind: "broken", mostUsd } : { kind: "answered", usage },
  );
  if (!cut) book.toldUsd += costUsd;
}

/** How long a request takes; some sessions all ask at the same moments. */
function stepOf({ time }: Universe, { stepMs, isAligned }: ReturnType<typeof lotOf>): number {
  const now = time.now();
  return isAligned ? Math.ceil((now + stepMs) / momentMs) * momentMs - now : stepMs;
}

const momentMs = 10_000;

/** The model begins to answer; whoever hears it may die before that is written down. */
function reply(universe: Universe, { process }: Calls, { onEvent }: SessionRequest): void {
  onEvent({ type: "replied" });
  if (strikes(universe, "killed when the model has replied"))
    kill(universe, process, "killed when the model has replied");
}

/** Some tasks take the whole machine with them, until the world is calm. */
function poison(universe: Universe, calls: Calls, land: Land, request: SessionRequest): void {
  const task = taskOf(universe, land, request);
  if (task === null || universe.luck.isCalm()) return;
  if (land.poison === null && strikes(universe, "a task that kills its process"))
    land.poison = task.id;
  if (land.poison === task.id) kill(universe, calls.process, `poisoned by ${task.id}`);
}
