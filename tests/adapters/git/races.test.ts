import { describe, expect, test } from "vitest";
import type { Landing } from "../../../src/adapters/git/attempt.ts";
import { locate } from "../../../src/adapters/git/locate.ts";
import { openRepo } from "../../../src/adapters/git/open-repo.ts";
import type { Site } from "../../../src/adapters/git/site.ts";
import { unoccupied } from "../../../src/adapters/git/unoccupied.ts";
import { commitSha, instant, projectName, token } from "../../../src/core/ids.ts";
import { opened, person, repository, signal, task, worked } from "../../support/git-fixture.ts";

const files = { "a.txt": "one\n", "b.txt": "two\n" };
const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);

/** Landings of a task in the branch's history, by their trailers. */
function landings(root: string): string[] {
  const format = "--format=%(trailers:key=Orch-Task,valueonly,separator=%x2C)";
  return person(root, "log", "--first-parent", format, "main").split("\n").filter(Boolean).sort();
}

test("twenty mergers of one task with twenty commits land it once", async () => {
  const root = await repository(files);
  person(root, "checkout", "-q", "-b", "wip");
  const { repo, options } = await opened(root, { branch: "main" });
  const { commit: from } = await repo.sync(signal);
  const { candidate } = await worked(repo, 1, { "a.txt": "changed\n" });
  const racers = await Promise.all(
    numbers(20).map(async (number) => {
      const message = `Merge by ${number}\n\nOrch-Task: ${task(1)}\n`;
      const merge = await repo.merge(from, candidate, message, signal);
      return merge.kind === "merged" ? merge.commit : from;
    }),
  );
  expect(new Set(racers).size).toBe(20);
  const answers = await Promise.all(
    racers.map(async (to, number) => {
      // each has opened the repository on its own, as processes do
      const other = number % 2 === 0 ? repo : await openRepo(options, signal);
      return other.publish({ task: task(1), from, to, token: token(7) }, signal);
    }),
  );
  const tip = person(root, "rev-parse", "main");
  expect(landings(root)).toEqual([task(1)]);
  expect(racers).toContain(tip);
  const landed = answers.flatMap((answer) => (answer.kind === "landed" ? [answer.commit] : []));
  expect(new Set(landed)).toEqual(new Set([tip]));
  expect(answers.every(({ kind }) => kind !== "parked")).toBe(true);
});

test("workers that begin at once all see where the branch has moved to", async () => {
  const root = await repository(files);
  const { repo, options } = await opened(root);
  const others = await Promise.all(numbers(7).map(() => openRepo(options, signal)));
  for (const round of numbers(3)) {
    person(root, "commit", "-q", "--allow-empty", "-m", `Move on ${round}`);
    const tip = person(root, "rev-parse", "main");
    const seen = await Promise.all([repo, ...others].map((each) => each.sync(signal)));
    expect(seen.map(({ commit }) => commit)).toEqual(seen.map(() => tip));
  }
});

test("tasks that race for the branch, checked out, each land exactly once", async () => {
  const root = await repository(files);
  const { repo } = await opened(root);
  const candidates = [];
  for (const number of numbers(5)) {
    candidates.push((await worked(repo, number, { [`n${number}.txt`]: "n\n" })).candidate);
  }
  await Promise.all(
    candidates.map(async (candidate, number) => {
      for (let round = 0; round < 40; round += 1) {
        const { commit: from } = await repo.sync(signal);
        const message = `Merge\n\nOrch-Task: ${task(number)}\n`;
        const merge = await repo.merge(from, candidate, message, signal);
        if (merge.kind !== "merged") return;
        const request = { task: task(number), from, to: merge.commit, token: token(round + 1) };
        if ((await repo.publish(request, signal)).kind === "landed") return;
      }
    }),
  );
  expect(landings(root)).toEqual(numbers(5).map(task));
  expect(person(root, "status", "--porcelain")).toBe("");
});

test("a person's commit in between makes the landing wait for the next round", async () => {
  const root = await repository(files);
  const { repo } = await opened(root);
  const work = await worked(repo, 1, { "a.txt": "changed\n" });
  person(root, "commit", "-q", "--allow-empty", "-m", "Theirs");
  const theirs = person(root, "rev-parse", "HEAD");
  const answer = await repo.publish({ ...work, token: token(1) }, signal);
  expect(answer).toEqual({ kind: "raced" });
  expect(person(root, "rev-parse", "main")).toBe(theirs);
});

test("a branch that the person took back by a commit is not moved past them", async () => {
  const root = await repository(files);
  const earlier = person(root, "rev-parse", "HEAD");
  person(root, "commit", "-q", "--allow-empty", "-m", "Regretted");
  const { repo } = await opened(root);
  const work = await worked(repo, 1, { "a.txt": "changed\n" });
  person(root, "reset", "-q", "--hard", earlier);
  expect((await repo.publish({ ...work, token: token(1) }, signal)).kind).toBe("raced");
  expect(person(root, "rev-parse", "main")).toBe(earlier);
});

describe("the transaction that moves a branch which nobody has checked out", () => {
  async function prepared() {
    const root = await repository(files);
    person(root, "checkout", "-q", "-b", "wip");
    const from = commitSha(person(root, "rev-parse", "main"));
    const to = commitSha(person(root, "commit-tree", "-p", from, "-m", "Next", "main^{tree}"));
    const fence = person(root, "rev-parse", "main^{tree}");
    person(root, "update-ref", "refs/orch/fence/demo", fence);
    const place = await locate(root, signal);
    const site: Site = {
      project: projectName("demo"),
      hub: { dir: root, settings: "/dev/null", place },
      branch: "main",
      prefix: "",
      branchPrefix: "orch/",
      author: { name: "orch", email: "orch@localhost" },
      workspacesDir: root,
      now: () => instant(0),
    };
    const landing: Landing = { task: task(1), from, to, token: token(1), fence, earlier: null };
    return { root, site, landing };
  }

  test("moves it when all is as it should be", async () => {
    const { root, site, landing } = await prepared();
    expect(await unoccupied(site, landing, signal)).toEqual({ kind: "moved" });
    expect(person(root, "rev-parse", "main")).toBe(landing.to);
  });

  const changes: readonly (readonly [string, string, string])[] = [
    ["the branch moved", "refs/heads/main", "wip^{commit}"],
    ["the fence was taken", "refs/orch/fence/demo", "wip^{commit}"],
    ["the task landed", `refs/orch/merged/${task(1)}`, "main"],
  ];
  test.each(changes)("does nothing when %s meanwhile", async (_, ref, to) => {
    const { root, site, landing } = await prepared();
    person(root, "commit", "-q", "--allow-empty", "-m", "Other");
    person(root, "update-ref", ref, person(root, "rev-parse", to));
    const before = person(root, "rev-parse", "main");
    expect(await unoccupied(site, landing, signal)).toEqual({ kind: "undecided" });
    expect(person(root, "rev-parse", "main")).toBe(before);
  });
});

test("what was not built on the head that it names is refused", async () => {
  const { repo, root } = await opened(await repository(files));
  const work = await worked(repo, 1, { "a.txt": "changed\n" });
  const wrong = { ...work, from: work.candidate, token: token(1) };
  await expect(repo.publish(wrong, signal)).rejects.toThrow("was built on");
  expect(person(root, "rev-parse", "main")).toBe(work.from);
});
