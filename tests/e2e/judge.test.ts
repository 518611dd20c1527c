/** What the judge lets through, and what it makes of the next attempt. */
import { expect, test } from "vitest";
import { openCycleRig } from "../support/cycle-rig.ts";
import { bash, brief, type Play, passes, rejects, works, write } from "../support/plays.ts";
import { sessionsOf } from "../support/recorded.ts";

const only = (task: string, play: Play): Play => ({ task, ...play });

test("a rejected attempt is followed by one that is told the evidence, and lands", async () => {
  const rig = await openCycleRig({
    scenario: {
      worker: [
        { ...works("Grow app", bash("sed -i 's/one/uno/' app.txt")), attempt: 1 },
        { ...works("Grow app", bash("echo four >> app.txt")), attempt: 2 },
        { ...works("Add a file", write({ "file.txt": "bad\n" })), attempt: 1 },
        { ...works("Add a file", write({ "file.txt": "good\n" })), attempt: 2 },
      ],
      judge: [
        { ...only("Add a file", rejects("file.txt", "the word bad stands here")), attempt: 1 },
        passes,
      ],
    },
  });
  const app = rig.project();
  await app.add(brief("Grow app"));
  await app.add(brief("Add a file"));
  const [cycle] = await rig.run();
  expect(cycle?.state).toMatchObject({ outcome: { landed: 2, failed: 0 } });

  // red tests: the judge is not even asked to read, so no reading can overrule them
  const grown = await app.task("Grow app");
  expect(grown.verdicts.map(({ decision, reading }) => [decision, reading === null])).toEqual([
    ["fail", true],
    ["pass", false],
  ]);
  expect(grown.verdicts[0]?.spending.costUsd).toBe(0);
  expect(sessionsOf(rig.model, "judge", /Grow app/)).toHaveLength(1);
  const [red, green] = sessionsOf(rig.model, "worker", /Grow app/).map(({ prompt }) => prompt);
  expect(red).not.toContain("last attempt");
  expect(green).toContain("Why the last attempt failed");
  expect(green).toContain("not ok 1 - tests/app.sh");
  expect(app.git("show", "main:app.txt")).toBe("one\ntwo\nthree\nfour");

  // a red reading: its finding reaches the next attempt, with its place
  const added = await app.task("Add a file");
  expect(added.verdicts.map(({ decision }) => decision)).toEqual(["fail", "pass"]);
  const [first, second] = sessionsOf(rig.model, "worker", /Add a file/).map(({ prompt }) => prompt);
  expect(first).not.toContain("the word bad");
  expect(second).toContain("file.txt:1: the word bad stands here");
  expect(app.git("show", "main:file.txt")).toBe("good");
  // the rejected work was never on the branch, and is not lost
  const bad = added.attempts[0]?.outcome;
  const commit = bad?.kind === "submitted" ? bad.commit : "";
  expect(app.git("for-each-ref", "--contains", commit, "--format=%(refname)")).toBe(
    `refs/orch/rescue/${added.task.id}/1`,
  );
  // the judge is told the task and the change, not what the worker says of itself
  for (const { text } of sessionsOf(rig.model, "judge")) expect(text).not.toContain("It is done.");
});

test("what was red before does not block; what a change adds does", async () => {
  const rig = await openCycleRig({
    scenario: {
      worker: [
        works("Add a note", write({ "note.txt": "n\n" })),
        works("Break the app", bash("echo uno > app.txt")),
      ],
      judge: [passes],
    },
    projects: {
      app: { files: { "tests/broken.sh": "test -e never.txt\n" }, config: { max_attempts: 1 } },
    },
  });
  const app = rig.project();
  await app.add(brief("Add a note"));
  await app.add(brief("Break the app"));
  await rig.run();
  const note = await app.task("Add a note");
  expect(note.task.state.at).toBe("done");
  expect(note.verdicts[0]?.checks[0]).toMatchObject({
    decision: "pass",
    by: "name",
    introduced: [],
    preExisting: [expect.stringContaining("tests/broken.sh")],
  });
  const broken = await app.task("Break the app");
  expect(broken.task.state).toMatchObject({
    at: "failed",
    failure: { kind: "checksRed", detail: expect.stringContaining("the check test is red: ") },
  });
  expect(broken.verdicts[0]?.checks[0]).toMatchObject({
    decision: "fail",
    introduced: [{ name: expect.stringContaining("tests/app.sh") }],
  });
  expect(sessionsOf(rig.model, "judge", /Break the app/)).toHaveLength(0);
});

test("what stopped a change is told by its gate: the scope, the checks, or the reading", async () => {
  const rig = await openCycleRig({
    scenario: {
      worker: [
        works("Stray", write({ "other.txt": "n\n" })),
        works("Misread", write({ "file.txt": "bad\n" })),
        works("Break", bash("echo uno > app.txt")),
      ],
      judge: [{ task: "Misread", ...rejects("file.txt", "the word bad stands here") }, passes],
    },
    projects: { app: { config: { max_attempts: 1 } } },
  });
  const app = rig.project();
  await app.add(brief("Stray", { allowedFiles: ["file.txt"] }));
  await app.add(brief("Misread"));
  await app.add(brief("Break"));
  await rig.run();
  const failureOf = async (title: string) => {
    const { state } = (await app.task(title)).task;
    return state.at === "failed" ? state.failure : null;
  };
  expect(await failureOf("Stray")).toEqual({
    kind: "outOfScope",
    detail: "it changes files that the task does not allow: other.txt",
  });
  expect(await failureOf("Misread")).toMatchObject({ kind: "judgedBad" });
  expect(await failureOf("Break")).toMatchObject({ kind: "checksRed" });
});

test("a reading that cannot be read never passes, and its cost is recorded", async () => {
  const rig = await openCycleRig({
    scenario: {
      worker: [works("Add a note", write({ "note.txt": "n\n" }))],
      judge: [{ steps: [{ say: "I would rather not say.", stop: "refusal" }] }],
    },
  });
  const app = rig.project();
  await app.add(brief("Add a note"));
  const [cycle] = await rig.run();
  expect(cycle?.state).toMatchObject({ at: "completed", outcome: { landed: 0, failed: 1 } });
  const { task, verdicts } = await app.task("Add a note");
  expect(task.state).toMatchObject({ at: "failed", attempt: 1, failure: { kind: "judgeLost" } });
  expect(new Set(verdicts.map(({ decision }) => decision))).toEqual(new Set(["inconclusive"]));
  expect(sessionsOf(rig.model, "worker")).toHaveLength(1); // the work itself is not done again
  expect(app.git("log", "--format=%s", "main")).toBe("Start");
  const { today } = await app.overview();
  expect(today.settledUsd).toBeCloseTo(rig.model.bill().total.costUsd, 6);
});
