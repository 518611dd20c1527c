/** What the rules make of a planner's answer, and what workers may answer instead of work. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { instant } from "../../src/core/ids.ts";
import { openCycleRig } from "../support/cycle-rig.ts";
import { answers, brief, draft, passes, plans, submit, works, write } from "../support/plays.ts";
import { sessionsOf } from "../support/recorded.ts";

const still = brief("Stand still").description;
const planned = { config: { backlog_source: "claude_md", max_attempts: 1 } };

test("what has failed, is open, or is no task at all is not planned again", async () => {
  const rig = await openCycleRig({
    scenario: {
      planner: [
        {
          ...plans(draft("Stand still"), draft("Do it once more"), draft("Ask first")),
          times: 1,
        },
        plans(
          draft("stand STILL!", {
            priority: 90,
            description: still,
          }),
          draft("Do it once more", { priority: 80 }),
          draft("Ask first", { priority: 70 }),
          draft("Too short", { priority: 60, description: "Do something." }),
          draft("Too long", { priority: 50, description: "x".repeat(1_501) }),
          draft("Not to be told", { priority: 45, criteria: [] }),
          draft("Add a note", { priority: 40 }),
          draft("Add a note", { priority: 30 }),
          draft("Add a word", { priority: 20 }),
          draft("Add a line", { priority: 10 }),
        ),
      ],
      worker: [
        { task: "Stand still", steps: [submit] },
        { task: "Do it once more", steps: [answers("declined", { why: "It is there already." })] },
        { task: "Ask first", steps: [answers("blocked", { question: "Which colour?" })] },
        works("Add a note", write({ "note.txt": "n\n" })),
        works("Add a word", write({ "word.txt": "w\n" })),
      ],
      judge: [passes],
    },
    projects: { app: planned },
  });
  const app = rig.project();
  const [first] = await rig.run();
  const ended = { landed: 0, reported: 0, failed: 1, skipped: 1, waiting: 1, leftOver: 0 };
  expect(first?.state).toMatchObject({ at: "completed", outcome: ended });
  // a worker that does nothing has not succeeded, and nobody is asked to judge it
  const nothing = (await app.task("Stand still")).task.state;
  expect(nothing).toMatchObject({ at: "failed", failure: { kind: "emptyChange" } });
  const declined = (await app.task("Do it once more")).task.state;
  expect(declined).toEqual({ at: "skipped", attempt: 1, reason: "It is there already." });
  const blocked = (await app.task("Ask first")).task.state;
  expect(blocked).toMatchObject({ at: "blocked", question: "Which colour?" });
  expect(sessionsOf(rig.model, "judge")).toHaveLength(0);

  const [second] = await rig.run();
  const stood = (await app.task("Stand still")).task.id;
  // three workers, one task still open: two drafts fit
  expect(second?.refused.map(({ title, why }) => `${title}: ${why}`)).toEqual([
    `stand STILL!: failed before as task ${stood} and may not be tried again as it was`,
    expect.stringMatching(/^Do it once more: was skipped as task .{12}$/),
    expect.stringMatching(/^Ask first: is already open as task .{12}$/),
    "Too short: its description has 13 characters, fewer than 200",
    expect.stringMatching(/^Too long: its description has 1501 characters, more than 1500/),
    "Not to be told: it has no acceptance criteria",
    "Add a note: stands in this plan twice",
    "Add a line: only 2 fit into this cycle",
  ]);
  expect(second?.state).toMatchObject({ outcome: { landed: 2, waiting: 1 } });
  const told = (await app.log()).flatMap(({ of, event }) =>
    of === "cycle" && event.type === "cycle.planned" ? [event.waiting] : [],
  );
  expect(told).toEqual([0, 1]);
  const prompt = sessionsOf(rig.model, "planner")[1]?.prompt ?? "";
  expect(prompt).toContain("Emit at most 2 tasks.");
  expect(prompt).toMatch(/## Open already\n\n- Ask first/);
  expect(prompt).toMatch(/Stand still \(nothing was changed\)/);
  const trail = await readFile(join(app.path, `.orch/plans/cycle_${second?.id}.md`), "utf8");
  expect(trail).toMatch(/## Refused drafts[\s\S]*Add a line: only 2 fit into this cycle/);
});

test("an answer that is no plan fails the cycle; an empty plan is said to be empty", async () => {
  const unreadable = { assessment: "Well.", tasks: [{ title: "A" }], deferred: [], risks: [] };
  const rig = await openCycleRig({
    scenario: {
      planner: [{ times: 1, repeat: true, steps: [{ say: JSON.stringify(unreadable) }] }, plans()],
    },
    projects: { app: planned },
  });
  const app = rig.project();
  const [failed] = await rig.run({ cycles: 2 });
  expect(failed?.state).toMatchObject({
    at: "failed",
    why: expect.stringContaining("planner's answer is not a plan"),
  });
  const [empty, ...more] = await rig.run();
  expect(more).toEqual([]);
  const nothing = {
    landed: 0,
    reported: 0,
    failed: 0,
    skipped: 0,
    waiting: 0,
    leftOver: 0,
    cutShort: null,
  };
  expect(empty?.state).toEqual({ at: "completed", outcome: nothing });
  const trail = await readFile(join(app.path, `.orch/plans/cycle_${empty?.id}.md`), "utf8");
  expect(trail).toContain("None: there is nothing to do.");
  expect(trail).toContain("There was nothing to do.");
  // both plannings are in the ledger
  const { today } = await app.overview();
  expect(today.settledUsd).toBeCloseTo(rig.model.bill().total.costUsd, 6);
  expect(today.settledUsd).toBeGreaterThan(0);
});

test("people's own tasks need no planner: a question is answered, a report is handed in", async () => {
  const rig = await openCycleRig({
    scenario: {
      worker: [
        { task: "A person answered", steps: works("", write({ "colour.txt": "red\n" })).steps },
        { task: "Paint", steps: [answers("blocked", { question: "Which colour?" })] },
        { task: "Review", steps: [answers("reported", { report: "All three lines are fine." })] },
      ],
      judge: [passes],
    },
    projects: { app: { config: { max_attempts: 1 } } },
  });
  const app = rig.project();
  const paint = await app.add(brief("Paint"));
  await app.add(brief("Review", { kind: "review" }));
  const [first] = await rig.run();
  expect(first?.state).toMatchObject({ outcome: { landed: 0, reported: 1, waiting: 1 } });
  const review = await app.task("Review");
  expect(review.task.state).toEqual({ at: "done", attempt: 1, landed: null });
  const trail = await readFile(join(app.path, `.orch/workers/${review.task.id}.md`), "utf8");
  expect(trail).toContain("All three lines are fine.");

  const answer = {
    type: "task.answered",
    answer: "Red, please.",
    now: instant(Date.now()),
  } as const;
  expect(await app.tell(paint, answer)).toEqual({ kind: "done" });
  const [second] = await rig.run();
  expect(second?.state).toMatchObject({ outcome: { landed: 1, waiting: 0 } });
  expect(sessionsOf(rig.model, "worker", /Paint/)[1]?.prompt).toContain(
    "Question: Which colour?\n\nAnswer: Red, please.",
  );
  expect(app.git("show", "main:colour.txt")).toBe("red");
  expect(sessionsOf(rig.model, "planner")).toHaveLength(0);
  expect(second?.plan).toBeNull();
});

test("the planner is told of the backlog file and of some failures, however many there were", async () => {
  const rig = await openCycleRig({
    scenario: { planner: [plans()] },
    projects: {
      app: {
        files: { "CLAUDE.md": "# Notes\n", "BACKLOG.md": "- build the cathedral\n" },
        config: { backlog_source: "backlog_file" },
      },
    },
  });
  const app = rig.project();
  await app.remember(300);
  await rig.run();
  const [session] = sessionsOf(rig.model, "planner");
  expect(session?.prompt).toContain("## From BACKLOG.md\n\n- build the cathedral");
  expect(session?.prompt).toContain("## From CLAUDE.md");
  expect(session?.prompt.match(/^- Old task \d+ \(/gm)).toHaveLength(20);
  expect(session?.prompt.length).toBeLessThan(4_000);
});
