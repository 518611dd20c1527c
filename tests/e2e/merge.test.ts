/** What happens where two pieces of work meet. */
import { join } from "node:path";
import { execaSync } from "execa";
import { expect, test } from "vitest";
import { openCycleRig } from "../support/cycle-rig.ts";
import { person } from "../support/git-fixture.ts";
import { bash, brief, passes, works, write } from "../support/plays.ts";
import { sessionsOf } from "../support/recorded.ts";

test("conflicts are resolved, judged again as what they became, and land", async () => {
  const rig = await openCycleRig({
    scenario: {
      worker: [
        works("Say two in German", bash("sed -i s/two/zwei/ app.txt")),
        works("Say two in French", bash("sed -i s/two/deux/ app.txt")),
        works("Drop the list", bash("rm list.txt")),
        works("Grow the list", bash("echo more >> list.txt")),
      ],
      judge: [passes],
      refinery: [
        works("(German|French)", bash("printf 'one\\nzwei deux\\nthree\\n' > app.txt")),
        works("list", bash("printf 'kept\\n' > list.txt")),
      ],
    },
    projects: { app: { files: { "list.txt": "first\n" }, config: { max_workers: 4 } } },
  });
  const app = rig.project();
  const titles = ["Say two in German", "Say two in French", "Drop the list", "Grow the list"];
  for (const title of titles) await app.add(brief(title));
  const [cycle] = await rig.run();
  expect(cycle?.state).toMatchObject({ outcome: { landed: 4 } });
  expect(app.git("show", "main:app.txt")).toBe("one\nzwei deux\nthree");
  expect(app.git("show", "main:list.txt")).toBe("kept");
  expect(app.git("status", "--porcelain")).toBe("");
  // each is on the branch exactly once
  const landed = app.git("log", "main", "--format=%(trailers:key=Orch-Task,valueonly)");
  const tasks = await Promise.all(titles.map((title) => app.task(title)));
  expect(landed.split("\n").filter(Boolean).sort()).toEqual(
    tasks.map(({ task }) => task.id).sort(),
  );
  // of each pair one was resolved, and that resolution has a verdict of its own
  const resolved = tasks.filter(({ attempts }) => attempts.some(({ kind }) => kind === "resolve"));
  expect(resolved).toHaveLength(2);
  for (const { attempts, verdicts } of resolved) {
    const outcome = attempts.find(({ kind }) => kind === "resolve")?.outcome;
    expect(outcome).toEqual({ kind: "submitted", commit: verdicts[1]?.commit });
    expect(verdicts.map(({ decision }) => decision)).toEqual(["pass", "pass"]);
  }
  const { today } = await app.overview();
  expect(today.settledUsd).toBeCloseTo(rig.model.bill().total.costUsd, 6);
});

test("a resolution with conflict markers in it is rejected, and the work begins afresh", async () => {
  const rig = await openCycleRig({
    scenario: {
      worker: [
        { ...works("German", bash("sed -i s/two/zwei/ app.txt")), attempt: 1 },
        { ...works("French", bash("sed -i s/two/deux/ app.txt")), attempt: 1 },
        works("Say two", bash("echo four >> app.txt")),
      ],
      judge: [passes],
      refinery: [works("Say two", bash("echo done > note.txt"))],
    },
  });
  const app = rig.project();
  await app.add(brief("Say two in German"));
  await app.add(brief("Say two in French"));
  const [cycle] = await rig.run();
  expect(cycle?.state).toMatchObject({ outcome: { landed: 2 } });
  const tree = app.git("grep", "-c", "", "main");
  expect(tree).not.toContain("note.txt");
  expect(app.git("show", "main:app.txt")).toMatch(/^one\n(zwei|deux)\nthree\nfour$/);
  expect(app.git("log", "--branches", "-p", "--format=")).not.toContain("+<<<<<<<");
  const again = sessionsOf(rig.model, "worker", /last attempt failed/);
  expect(again).toHaveLength(1);
  expect(again[0]?.prompt).toContain("conflict markers are left in app.txt");
});

test("of two changes that are red together the second is sent back with the evidence", async () => {
  const strict = { "tests/strict.sh": "test ! -e loose.txt || { echo loose; exit 1; }\n" };
  const rig = await openCycleRig({
    scenario: {
      worker: [
        { ...works("Be strict", write(strict)), attempt: 1 },
        { ...works("Be loose", write({ "loose.txt": "l\n" })), attempt: 1 },
        works("Be strict", write({ "tests/strict.sh": "test -e app.txt\n" })),
        works("Be loose", write({ "free.txt": "f\n" })),
      ],
      judge: [passes],
    },
  });
  const app = rig.project();
  const ids = [await app.add(brief("Be strict")), await app.add(brief("Be loose"))];
  const [cycle] = await rig.run();
  expect(cycle?.state).toMatchObject({ outcome: { landed: 2 } });
  const stories = await Promise.all(ids.map((id) => app.story(id)));
  expect(stories.filter((story) => story.includes("merge.rejected"))).toHaveLength(1);
  const again = sessionsOf(rig.model, "worker", /last attempt failed/);
  expect(again).toHaveLength(1);
  expect(again[0]?.prompt).toContain("checks fail once it is merged");
  expect(again[0]?.prompt).toMatch(/not ok \d - tests\/strict.sh/);
  // every commit that was put on the branch is green by itself
  const commits = app.git("log", "--first-parent", "--format=%H", "main").split("\n");
  expect(commits).toHaveLength(3);
  person(rig.root, "clone", "--quiet", app.path, "seen");
  for (const commit of commits) {
    const seen = join(rig.root, "seen");
    person(seen, "checkout", "--quiet", commit);
    expect(execaSync("sh", ["check.sh"], { cwd: seen, reject: false }).exitCode).toBe(0);
  }
});
