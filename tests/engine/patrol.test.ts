import { expect, test } from "vitest";
import { memoryStore } from "../../src/adapters/engine/memory/storage.ts";
import { later, projectName, sessionId, type TaskId, taskId } from "../../src/core/ids.ts";
import type { Attempt } from "../../src/core/records.ts";
import type { Task } from "../../src/core/task.ts";
import { type PatrolRequest, patrol } from "../../src/engine/patrol.ts";
import type { Caretaker, Fate, Finding, Known } from "../../src/ports/caretaker.ts";
import { memoryLedger } from "../support/cli.ts";
import { realClock } from "../support/clock.ts";
import { states } from "../support/machine.ts";
import { anAttempt, aTask, noon } from "../support/records.ts";

const shop = projectName("shop");
const signal = new AbortController().signal;
const nothing: Caretaker = { look: async () => [] };

const finding = (what: string, action: string | null = "removed"): Finding => ({
  ...{ kind: "temporary", project: shop, what, action, bytes: 1 },
});

/** A caretaker that finds these things, and remembers what was mended and what it was told. */
function keeper(findings: readonly Finding[], fails: string | null = null) {
  const mended: string[] = [];
  const told: Known[] = [];
  const caretaker: Caretaker = {
    look: async (known) => {
      told.push(known);
      return findings.map((each) => ({
        finding: each,
        mend: async () => {
          if (each.what === fails) throw new Error("it resists");
          mended.push(each.what);
        },
      }));
    },
  };
  return { caretaker, mended, told };
}

const request = (caretaker: Caretaker, more: Partial<PatrolRequest> = {}): PatrolRequest => ({
  projects: new Map([[shop, caretaker]]),
  everybody: [shop],
  shared: nothing,
  mends: true,
  keepMs: 1_000,
  alone: false,
  thorough: false,
  ...more,
});

async function ledger(tasks: readonly Task[] = [], attempts: readonly Attempt[] = []) {
  const engine = memoryLedger(memoryStore());
  await engine.transact(shop, {}, () => ({
    changes: [
      ...tasks.map((task) => ({ kind: "task", task }) as const),
      ...attempts.map((attempt) => ({ kind: "attempt", attempt }) as const),
    ],
    answer: null,
  }));
  return { engine, clock: realClock };
}

const notes = async ({ engine }: Awaited<ReturnType<typeof ledger>>) =>
  (await engine.events(shop, 0, 100)).flatMap(({ event }) =>
    event.of === "note" ? [event.event] : [],
  );

test("what can be mended is, what resists is told, and neither keeps the rest from it", async () => {
  const house = await ledger();
  const { caretaker, mended } = keeper(
    [finding("one"), finding("two"), finding("three", null), finding("four")],
    "two",
  );
  const done = await patrol(house, request(caretaker), signal);
  expect(done.map(({ outcome, why }) => [outcome, why])).toEqual([
    ["mended", null],
    ["failed", "it resists"],
    ["found", null],
    ["mended", null],
  ]);
  expect(mended).toEqual(["one", "four"]);
  expect(await notes(house)).toEqual([
    {
      type: "note",
      level: "warning",
      text: "patrol: one: removed; two: it resists; four: removed",
    },
  ]);
});

test("a mere look changes nothing, and a patrol that finds nothing says nothing", async () => {
  const house = await ledger();
  const { caretaker, mended } = keeper([finding("one")]);
  const looked = await patrol(house, request(caretaker, { mends: false }), signal);
  expect(looked.map(({ outcome }) => outcome)).toEqual(["found"]);
  await patrol(house, request(nothing), signal);
  expect(mended).toEqual([]);
  expect(await notes(house)).toEqual([]);
});

test("what an open task may go on in is wanted, what its earlier attempts left is not", async () => {
  const id = (letter: string): TaskId => taskId(letter.repeat(12));
  const tasks = [
    aTask({ id: id("a"), state: { ...states.working, attempt: 2 } }),
    aTask({ id: id("b"), state: states.pending }),
    aTask({ id: id("c"), state: states.failed, updatedAt: later(noon, 5) }),
  ];
  const made = (letter: string, attempt: number, outcome: Attempt["outcome"]) =>
    anAttempt({
      ...{ task: id(letter), attempt, outcome, session: sessionId(`${letter}${attempt}`) },
      workspace: `work-${id(letter)}-${attempt}`,
    });
  const failed = { kind: "failed", failure: { kind: "timedOut", detail: "" } } as const;
  const attempts = [
    made("a", 1, failed),
    made("a", 2, { kind: "running" }),
    made("b", 1, { kind: "released", why: "stopped" }),
    made("c", 1, { kind: "running" }),
  ];
  const { caretaker, told } = keeper([]);
  const shared = keeper([]);
  const house = await ledger(tasks, attempts);
  await patrol(house, request(caretaker, { shared: shared.caretaker }), signal);
  const wanted = [`work-${id("a")}-2`, `work-${id("b")}-1`];
  expect([...(told[0]?.workspaces ?? [])].sort()).toEqual(wanted);
  expect([...(shared.told[0]?.sessions ?? [])].sort()).toEqual(["a2", "b1"]);
  const fates: (Fate | undefined)[] = [];
  for (const letter of ["a", "c", "z"]) fates.push(await told[0]?.fateOf(id(letter)));
  expect(fates).toEqual([{ at: "open" }, { at: "over", since: later(noon, 5) }, { at: "unknown" }]);
});
