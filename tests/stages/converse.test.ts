/** What a session's ending means for its task. */
import { expect, test } from "vitest";
import { instant, sessionId } from "../../src/core/ids.ts";
import type { Agent, Ending, SessionEvent, SessionRequest } from "../../src/ports/agent.ts";
import type { Stage } from "../../src/stages/context.ts";
import { converse } from "../../src/stages/converse.ts";
import { noon } from "../support/records.ts";

type Run = Agent["run"];

/** Holds a conversation with an agent that does this. */
async function held(run: Run, signal = new AbortController().signal) {
  const heard: SessionEvent[] = [];
  const stage = {
    world: { agent: { run, ready: async () => null }, clock: { now: () => noon } },
    settings: {
      models: { worker: "sonnet" },
      timeoutsMs: { worker: 1_000 },
      env: {},
      transcript: (name: string) => name,
    },
    listen: (event: SessionEvent) => void heard.push(event),
  } as unknown as Stage; // a conversation asks for nothing else
  const talk = {
    ...{
      role: "worker" as const,
      cwd: "/",
      readable: [],
      writable: [],
      system: "",
      prompt: "",
      schema: {},
      env: {},
    },
    ...{ budgetUsd: 1, session: sessionId("s"), name: "work", resume: true, edits: true },
  } as const;
  return { ...(await converse(stage, talk, signal)), heard };
}

const ends = (ending: Ending, request?: (request: SessionRequest) => void): Run => {
  return async (asked) => {
    request?.(asked);
    const none = {
      text: "",
      costUsd: 0,
      costBasis: "none",
      usage: [],
      turns: 0,
      earlierUsd: 0,
    } as const;
    return { ending, ...none, durationMs: 0 };
  };
};

test.each<readonly [Ending, object]>([
  [
    { kind: "limitReached", resetAt: instant(9), detail: "5-hour" },
    { cause: "limit", until: 9 },
  ],
  [
    { kind: "limitReached", resetAt: null, detail: "5-hour" },
    { cause: "limit", until: null },
  ],
  [
    { kind: "overloaded", retryAfterMs: 500, detail: "529" },
    { cause: "outage", until: noon + 500 },
  ],
  [
    { kind: "overloaded", retryAfterMs: null, detail: "529" },
    { cause: "outage", until: null },
  ],
  [{ kind: "stalled" }, { cause: "outage", until: null }],
])("the vendor's doing is no failure of the task: %o", async (ending, release) => {
  expect((await held(ends(ending))).ended).toMatchObject({ kind: "released", release });
});

test.each<readonly [Ending, string]>([
  [{ kind: "timedOut" }, "timedOut"],
  [{ kind: "crashed", detail: "signal 9" }, "agentFailed"],
  [{ kind: "refused", detail: "too long" }, "refused"],
])("the session's own end is a failure: %o", async (ending, kind) => {
  expect((await held(ends(ending))).ended).toMatchObject({ kind: "failed", failure: { kind } });
});

const failing: SessionEvent = {
  ...{ type: "tool.answered", tool: "Bash", failed: true, call: "c", outcome: "o", tail: "boom" },
};

/** Fails in the same way until it is ended. */
const circles: Run = async (request, signal) => {
  for (let n = 0; n < 20 && !signal.aborted; n += 1) request.onEvent(failing);
  return ends(signal.aborted ? { kind: "aborted" } : { kind: "answered", json: {} })(
    request,
    signal,
  );
};

test("a session that goes round in circles is ended, and fails with the evidence", async () => {
  const { ended, heard } = await held(circles);
  const detail = "ran `Bash` 5 times with the same failure: boom";
  expect(ended).toEqual({ kind: "failed", failure: { kind: "noProgress", detail } });
  expect(heard).toHaveLength(5);
});

test("one that had answered all the same has answered; one that was stopped was stopped", async () => {
  const late: Run = async (request, signal) => {
    for (let n = 0; n < 5; n += 1) request.onEvent(failing);
    return ends({ kind: "answered", json: { done: true } })(request, signal);
  };
  expect((await held(late)).ended).toEqual({ kind: "answered", json: { done: true } });
  const { ended } = await held(circles, AbortSignal.abort());
  expect(ended).toMatchObject({ kind: "released", release: { cause: "aborted" } });
});
