/** What every agent promises, whatever stands behind it: one session for each way to end. */
import { readFile, stat } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import type { SessionEvent, SessionRequest, SessionResult } from "../../src/ports/agent.ts";
import { sleepers, uniqueSeconds, until } from "../support/processes.ts";

/** What the model, its vendor or the machine does to a session. */
export type Situation =
  /** Says `Looking`, runs `true`, answers `{done: true}`. */
  | { readonly kind: "answers" }
  /** Says `All done` and never gives its answer. */
  | { readonly kind: "talks" }
  /** Runs commands for ever. */
  | { readonly kind: "goesOn" }
  /** Uses far more than a dollar, and wants to go on. */
  | { readonly kind: "squanders" }
  /** Uses far more than a dollar for its answer. */
  | { readonly kind: "answersDearly" }
  /** A login's limit is used up until `resetAt`, seconds since the epoch. */
  | { readonly kind: "limitUntil"; readonly resetInS: number }
  /** The vendor asks to wait for an hour and does not say why. */
  | { readonly kind: "longWait" }
  | { readonly kind: "answersWith"; readonly status: number }
  /** Refuses to answer. */
  | { readonly kind: "refuses" }
  | { readonly kind: "connectionRefused" }
  | { readonly kind: "malformed" }
  /** The first answer is cut off, the next one is whole. */
  | { readonly kind: "cutOnce" }
  /** Begins to answer and falls silent. */
  | { readonly kind: "stalls" }
  /** Starts `command` and answers when it has ended. */
  | { readonly kind: "runs"; readonly command: string };

/** An agent of any kind, in a situation. */
export interface AnyAgent {
  readonly events: readonly SessionEvent[];
  run(changes?: Partial<SessionRequest>, signal?: AbortSignal): Promise<SessionResult>;
  /** What it answers where it does. */
  readonly answer: unknown;
  /** Milliseconds since the epoch, as it tells the time. */
  now(): number;
}

/** One that starts processes. */
export interface AgentUnderTest extends AnyAgent {
  request(changes?: Partial<SessionRequest>): SessionRequest;
  /** Kills the agent's program of a session as the machine might. */
  kill(request: SessionRequest): Promise<unknown>;
}

type Open = (situation: Situation) => Promise<AgentUnderTest>;
type OpenAny = (situation: Situation) => Promise<AnyAgent>;

const limits = { budgetUsd: 1, turnsMax: 4, timeoutMs: 50_000, silenceMs: 30_000 };

const endings = (open: OpenAny): EndingIn => {
  return async (situation, changes = {}) =>
    (await (await open(situation)).run({ limits, ...changes })).ending;
};

/** Runs what holds for any implementation, fakes included: nothing in it looks at processes. */
export function anyAgentContract(name: string, open: OpenAny): void {
  describe(`${name}, as any agent`, () => {
    capsHold(open, endings(open));
    vendorsTroubles(open, endings(open));
  });
}

/** Runs the whole contract: what holds for any agent, and what is about programs and processes. */
export function agentContract(name: string, open: Open): void {
  anyAgentContract(name, open);
  describe(name, () => {
    answers(open, endings(open));
    timeHolds(open, endings(open));
    lives(open, endings(open));
  });
}

type EndingIn = (
  situation: Situation,
  changes?: Partial<SessionRequest>,
) => Promise<SessionResult["ending"]>;

function answers(open: Open, endingIn: EndingIn): void {
  test("an answer comes with its text, its cost and what happened on the way", async () => {
    const agent = await open({ kind: "answers" });
    const request = agent.request();
    const result = await agent.run(request);
    expect(result).toMatchObject({ ending: { kind: "answered", json: { done: true } }, turns: 2 });
    expect(result.text).toContain("Looking");
    expect(result.costUsd).toBeGreaterThan(0);
    expect(result.usage.reduce((sum, each) => sum + each.costUsd, 0)).toBeCloseTo(
      result.costUsd,
      9,
    );
    const call = expect.any(String);
    expect(agent.events.filter((each) => each.type !== "spent")).toEqual([
      { type: "started", model: expect.any(String) },
      { type: "replied" },
      { type: "said", text: "Looking" },
      { type: "replied" },
      { type: "tool.called", tool: "Bash", summary: "Bash true", call, change: null },
      expect.objectContaining({ type: "tool.answered", tool: "Bash", failed: false, call }),
      { type: "replied" },
    ]);
    expect(agent.events.at(-1)).toEqual({
      type: "spent",
      costUsd: expect.closeTo(result.costUsd, 9),
    });
    const lines = (await readFile(request.transcript, "utf8")).trimEnd().split("\n");
    expect(lines.map((line) => typeof JSON.parse(line))).toContain("object");
    expect((await stat(request.transcript)).mode & 0o777).toBe(0o600);
  });

  test("a model that never gives its answer is heard, with no answer", async () => {
    expect(await endingIn({ kind: "talks" })).toEqual({ kind: "answered", json: null });
  });

  test("an answer that was cut off is asked for again", async () => {
    expect((await endingIn({ kind: "cutOnce" })).kind).toBe("answered");
  });
}

function capsHold(open: OpenAny, endingIn: EndingIn): void {
  test("turns and money end a session; a finished answer over the cap still counts", async () => {
    expect(await endingIn({ kind: "goesOn" })).toEqual({ kind: "outOfTurns" });
    expect(await endingIn({ kind: "squanders" })).toEqual({ kind: "outOfBudget" });
    const dear = await open({ kind: "answersDearly" });
    const result = await dear.run({ limits });
    expect(result.ending).toEqual({ kind: "answered", json: dear.answer });
    expect(result.costUsd).toBeGreaterThan(limits.budgetUsd);
  });

  test("what a session costs is the sum over its models, and is told last", async () => {
    const agent = await open({ kind: "answers" });
    const result = await agent.run({ limits });
    expect([result.ending, result.earlierUsd]).toEqual([
      { kind: "answered", json: agent.answer },
      0,
    ]);
    expect(result.turns).toBeGreaterThan(0);
    const sum = result.usage.reduce((all, each) => all + each.costUsd, 0);
    expect(sum).toBeCloseTo(result.costUsd, 9);
    const told = agent.events.filter((each) => each.type === "spent").at(-1);
    expect(told).toEqual({ type: "spent", costUsd: expect.closeTo(result.costUsd, 9) });
  });

  test("a session that is aborted already does not begin", async () => {
    const agent = await open({ kind: "answers" });
    const result = await agent.run({ limits }, AbortSignal.abort());
    expect(result).toMatchObject({ ending: { kind: "aborted" }, costUsd: 0, turns: 0 });
    expect(agent.events).toEqual([]);
  });
}

function timeHolds(open: Open, endingIn: EndingIn): void {
  test("a silent model is given up, but not while a command runs", async () => {
    const silenceMs = 2_500;
    const stalled = endingIn({ kind: "stalls" }, { limits: { ...limits, silenceMs } });
    const command = "sleep 4";
    const busy = endingIn({ kind: "runs", command }, { limits: { ...limits, silenceMs } });
    expect([await stalled, (await busy).kind]).toEqual([{ kind: "stalled" }, "answered"]);
  });

  test("the wall clock ends a session; what it used until then is known", async () => {
    const agent = await open({ kind: "runs", command: `sleep ${uniqueSeconds()}` });
    const result = await agent.run({ limits: { ...limits, timeoutMs: 4_000 } });
    expect(result).toMatchObject({ ending: { kind: "timedOut" }, costBasis: "table", turns: 1 });
    expect(result.costUsd).toBeGreaterThan(0);
  });
}

function vendorsTroubles(open: OpenAny, endingIn: EndingIn): void {
  test("a used-up limit is told with the time of its end where the vendor says it", async () => {
    const agent = await open({ kind: "limitUntil", resetInS: 3600 });
    const resetAt = agent.now() + 3_600_000;
    const { ending } = await agent.run({ limits });
    expect(ending).toMatchObject({ kind: "limitReached" });
    const toldAt = ending.kind === "limitReached" ? Number(ending.resetAt) : 0;
    expect(Math.abs(toldAt - resetAt)).toBeLessThan(10_000);
    expect(await endingIn({ kind: "longWait" })).toMatchObject({
      kind: "limitReached",
      resetAt: null,
    });
  });

  test("an outage is the vendor's, whatever form it takes", async () => {
    const outages: readonly Situation[] = [
      ...[429, 500, 529].map((status) => ({ kind: "answersWith", status }) as const),
      { kind: "connectionRefused" },
      { kind: "malformed" },
    ];
    const ended = await Promise.all(outages.map((each) => endingIn(each)));
    expect(ended.map(({ kind }) => kind)).toEqual(outages.map(() => "overloaded"));
  });

  test("a bad key and a bad request are told apart, each with the vendor's words", async () => {
    const badKey = endingIn({ kind: "answersWith", status: 401 });
    const refused: readonly Situation[] = [
      ...[400, 403, 404, 413].map((status) => ({ kind: "answersWith", status }) as const),
      { kind: "refuses" },
    ];
    const ended = await Promise.all(refused.map((each) => endingIn(each)));
    const detail = expect.stringMatching(/\w+/);
    expect(ended).toEqual(refused.map(() => ({ kind: "refused", detail })));
    expect(await badKey).toEqual({ kind: "unauthorised", detail });
  });
}

function lives(open: Open, endingIn: EndingIn): void {
  test("a model that does not exist is refused by its name", async () => {
    const ending = await endingIn({ kind: "answers" }, { model: "no-such-model" });
    expect(ending).toEqual({
      kind: "refused",
      detail: expect.stringContaining("no-such-model"),
    });
  });

  test("an abort ends a session at once, before it began as well", async () => {
    const agent = await open({ kind: "runs", command: `sleep ${uniqueSeconds()}` });
    const abort = new AbortController();
    const onEvent = (event: SessionEvent) => {
      if (event.type === "tool.called") abort.abort();
    };
    const running = agent.run({ limits, onEvent }, abort.signal);
    let abortedAt = 0;
    abort.signal.addEventListener("abort", () => {
      abortedAt = performance.now();
    });
    expect((await running).ending).toEqual({ kind: "aborted" });
    expect(performance.now() - abortedAt).toBeLessThan(1_500);
    expect((await agent.run({ limits }, abort.signal)).ending).toEqual({ kind: "aborted" });
  });

  test("a program that dies is a crash, told with its cost", async () => {
    const agent = await open({ kind: "runs", command: `sleep ${uniqueSeconds()}` });
    const request = agent.request();
    const onEvent = (event: SessionEvent) => {
      if (event.type === "tool.called") void agent.kill(request);
    };
    const result = await agent.run({ ...request, onEvent });
    expect(result).toMatchObject({ ending: { kind: "crashed" }, costBasis: "table" });
    expect(result.costUsd).toBeGreaterThan(0);
  });

  test("nothing that a command left running outlives its session", async () => {
    const seconds = uniqueSeconds();
    const command = `setsid sleep ${seconds} > /dev/null 2>&1 & echo started`;
    const agent = await open({ kind: "runs", command });
    let seen = 0;
    const watching = until(async () => {
      seen = Math.max(seen, (await sleepers(seconds)).length);
      return seen > 0;
    }, "the command has started");
    const result = await agent.run();
    await watching;
    expect(result.ending.kind).toBe("answered");
    expect(await sleepers(seconds)).toEqual([]);
  });
}
