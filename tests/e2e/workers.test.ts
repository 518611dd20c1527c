/** Several workers at once: how many, and what they know. */
import { expect, test } from "vitest";
import { openCycleRig } from "../support/cycle-rig.ts";
import { answers, brief, draft, passes, plans, wait, works, write } from "../support/plays.ts";
import { mostAtOnce, sessionsOf } from "../support/recorded.ts";

const notes = `# App

Lines end in a full stop: rule-mauve.

## Backlog

- build the cathedral: secret-olive

### Later

- gild the cathedral: secret-ochre

## Conventions

Names are short: rule-teal.
`;

test("workers work side by side, and know their own task and nothing else", async () => {
  const words = ["alder", "birch", "cedar"] as const;
  const rig = await openCycleRig({
    scenario: {
      planner: [
        plans(
          ...words.map((word) =>
            draft(`Plant the ${word}`, { backlog_item: `the ${word}`, leave_alone: ["app.txt"] }),
          ),
        ),
      ],
      worker: words.map((word) =>
        works(`Plant the ${word}`, wait(600), write({ [`${word}.txt`]: `${word}\n` })),
      ),
      judge: [passes],
    },
    projects: {
      app: { files: { "CLAUDE.md": notes }, config: { backlog_source: "claude_md" } },
    },
  });
  const app = rig.project();
  await rig.run();
  const sessions = sessionsOf(rig.model, "worker");
  expect(sessions).toHaveLength(3);
  expect(mostAtOnce(await app.attempts())).toBe(3);
  for (const word of words) {
    const { text = "", prompt = "" } =
      sessions.find((each) => each.prompt.includes(`Plant the ${word}`)) ?? {};
    expect(prompt).toContain(word);
    for (const other of words) if (other !== word) expect(text).not.toContain(other);
    // the project's conventions, without its backlog
    expect(text).toContain("rule-mauve");
    expect(text).toContain("rule-teal");
    expect(text).not.toMatch(/secret-olive|secret-ochre|cathedral/);
  }
  expect(sessionsOf(rig.model, "planner")[0]?.prompt).toContain("secret-olive");
  // all three landed, one after the other, each a merge on top of the last
  const log = app.git("log", "--first-parent", "--format=%s", "main").split("\n");
  expect(log.map((each) => each.replace(/^Merge task .{12}: /, "")).sort()).toEqual([
    "Plant the alder",
    "Plant the birch",
    "Plant the cedar",
    "Start",
  ]);
});

test("neither a project's number of workers nor the portfolio's is ever passed", async () => {
  const rig = await openCycleRig({
    scenario: { worker: [{ steps: [wait(500), answers("declined", { why: "No." })] }] },
    projects: { north: { config: { max_workers: 2 } }, south: { config: { max_workers: 2 } } },
    portfolio: { max_workers: 3 },
  });
  for (const name of ["north", "south"])
    for (const n of [1, 2, 3]) await rig.project(name).add(brief(`${name} task ${n}`));
  const cycles = await rig.run();
  expect(cycles.map(({ state }) => state)).toMatchObject([
    { at: "completed", outcome: { skipped: 3 } },
    { at: "completed", outcome: { skipped: 3 } },
  ]);
  const of = (name: string) => sessionsOf(rig.model, "worker", new RegExp(name));
  expect([of("north").length, of("south").length]).toEqual([3, 3]);
  const both = await Promise.all(["north", "south"].map((name) => rig.project(name).attempts()));
  for (const each of both) expect(mostAtOnce(each)).toBeLessThanOrEqual(2);
  expect(mostAtOnce(both.flat())).toBe(3);
  expect(mostAtOnce(sessionsOf(rig.model, "worker"))).toBeLessThanOrEqual(3);
});

test("where workers are few, the project with the higher priority goes first", async () => {
  const rig = await openCycleRig({
    scenario: { worker: [{ steps: [answers("declined", { why: "No." })] }] },
    projects: { low: {}, high: { config: { priority: 9 } } },
    portfolio: { max_workers: 1 },
  });
  for (const n of [1, 2]) await rig.project("low").add(brief(`of low, ${n}`));
  await rig.project("high").add(brief("of high, 1"));
  await rig.run();
  const order = sessionsOf(rig.model, "worker").map(({ prompt }) => /of (\w+),/.exec(prompt)?.[1]);
  expect(order).toHaveLength(3);
  expect(order.indexOf("high")).toBeLessThan(order.lastIndexOf("low"));
});
