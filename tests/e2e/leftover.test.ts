/** Work that a session did not get to submit. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openCycleRig } from "../support/cycle-rig.ts";
import { bash, brief, passes, works, write } from "../support/plays.ts";
import { sessionsOf } from "../support/recorded.ts";

test("what a session that ran out of time left is kept, told, and gone on from", async () => {
  const rig = await openCycleRig({
    scenario: {
      worker: [
        { ...works("Add a story", write({ "story.txt": "once\n" }), bash("sleep 60")), attempt: 1 },
        { ...works("Add a story", bash("echo upon >> story.txt")), attempt: 2 },
      ],
      judge: [passes],
    },
    projects: { app: { config: { worker_timeout_seconds: 6 } } },
  });
  const app = rig.project();
  const id = await app.add(brief("Add a story"));
  await rig.run();
  // the second attempt appended to what the first had begun
  expect(app.git("show", "main:story.txt")).toBe("once\nupon");
  const { attempts } = await app.task("Add a story");
  const ref = `refs/orch/rescue/${id}/1`;
  expect(attempts[0]).toMatchObject({
    outcome: { kind: "failed", failure: { kind: "timedOut" } },
    leftover: { ref, changes: [{ path: "story.txt", status: "added" }], leftOut: [] },
  });
  expect(app.git("show", `${ref}:story.txt`)).toBe("once");
  expect(attempts[1]?.carried).toBe(attempts[0]?.leftover?.commit);
  const [first, second] = sessionsOf(rig.model, "worker").map(({ prompt }) => prompt);
  expect(first).not.toContain("What the last attempt left");
  expect(second).toContain("Its changes are in your working tree");
  expect(second).toContain("added story.txt");
  const trail = await readFile(join(app.path, ".orch", "workers", `${id}.md`), "utf8");
  expect(trail).toContain(`kept as \`${ref}\` (1 file, 1 line added, 0 deleted)`);
  expect(trail).toContain("Went on from what an earlier attempt left");
});

test("what a judge has refused is told to the next attempt, and not put before it", async () => {
  const rig = await openCycleRig({
    scenario: {
      worker: [
        {
          ...works("Add a note", bash("mkdir n; git init -q n"), write({ "n.txt": "n\n" })),
          attempt: 1,
        },
        { ...works("Add a note", write({ "note.txt": "n\n" })), attempt: 2 },
      ],
      judge: [passes],
    },
  });
  const app = rig.project();
  await app.add(brief("Add a note"));
  await rig.run();
  expect(app.git("ls-tree", "--name-only", "main")).not.toContain("n.txt");
  expect(app.git("show", "main:note.txt")).toBe("n");
  const { attempts } = await app.task("Add a note");
  expect(attempts[0]).toMatchObject({
    outcome: { kind: "failed", failure: { kind: "unsafeChange" } },
    leftover: { changes: [{ path: "n.txt" }], leftOut: ["n/.git: a nested repository"] },
  });
  expect(attempts[1]?.carried).toBeUndefined();
  const [, second] = sessionsOf(rig.model, "worker").map(({ prompt }) => prompt);
  expect(second).toContain(`git show ${attempts[0]?.leftover?.commit}`);
});
