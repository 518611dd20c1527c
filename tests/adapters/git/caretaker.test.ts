import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { access, readdir, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openCaretaker } from "../../../src/adapters/git/caretaker.ts";
import { openRepo, type RepoOptions } from "../../../src/adapters/git/open-repo.ts";
import { instant, token } from "../../../src/core/ids.ts";
import type { Fate, Found, Known } from "../../../src/ports/caretaker.ts";
import {
  commitAll,
  fingerprint,
  opened,
  person,
  repository,
  rescues,
  signal,
  taken,
  task,
  worked,
  write,
} from "../../support/git-fixture.ts";

const files = { "a.txt": "one\n", "b.txt": "two\n" };
const hour = 3_600_000;

const known = (more: Partial<Known> = {}): Known => ({
  fateOf: async () => ({ at: "unknown" }),
  workspaces: new Set(),
  sessions: new Set(),
  now: instant(Date.now()),
  keepMs: 24 * hour,
  alone: false,
  thorough: false,
  ...more,
});

const over = (agoMs: number) => async (): Promise<Fate> => ({
  at: "over",
  since: instant(Date.now() - agoMs),
});

async function look(options: RepoOptions, more: Partial<Known> = {}): Promise<readonly Found[]> {
  return (await openCaretaker(options, signal)).look(known(more), signal);
}

const kinds = (found: readonly Found[]) => found.map(({ finding }) => finding.kind);
const mendAll = async (found: readonly Found[]) => {
  for (const each of found) await each.mend(signal);
};
const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
const refsOf = (root: string) => person(root, "for-each-ref");

/** Makes a file old enough to be nobody's. */
const age = (path: string) => utimes(path, new Date(0), new Date(0));

test("a workspace in which nobody goes on is given back, its work kept; others stay", async () => {
  const { repo, root, options } = await opened(await repository(files));
  const { commit: at } = await repo.sync(signal);
  const names = [1, 2, 3].map((number) => `work-${task(number)}-1`);
  const [left = "", wanted = "", open = ""] = names;
  for (const name of [left, wanted, "judge-1"]) {
    const workspace = await repo.open({ at, name }, signal);
    await write(workspace.path, { "half.txt": `${name}\n` });
    workspace.keep();
  }
  await using _used = await repo.open({ at, name: open }, signal);
  const before = refsOf(root);
  const found = await look(options, { workspaces: new Set([wanted]) });
  expect(found.map(({ finding }) => finding.what.split(" ")[2])).toEqual([left, "judge-1"]);
  expect(refsOf(root)).toBe(before); // looking changes nothing
  await mendAll(found);
  expect(rescues(root).map(([ref]) => person(root, "show", `${ref}:half.txt`))).toEqual([left]);
  expect(await repo.reopen(left, at, signal)).toBeNull();
  const again = await repo.reopen(wanted, at, signal);
  expect(again).not.toBeNull();
  await again?.[Symbol.asyncDispose]();
  expect(await look(options, { workspaces: new Set([wanted]) })).toEqual([]);
});

test("references of a landed task go; of a failed one they stay, and are rescues when it is long over", async () => {
  const { repo, root, options } = await opened(await repository(files));
  const landed = await worked(repo, 1, { "a.txt": "landed\n" });
  await repo.keep(task(1), 1, landed.candidate, signal);
  await repo.publish({ ...landed, token: token(1) }, signal);
  const failed = await worked(repo, 2, { "b.txt": "failed\n" });
  await repo.keep(task(2), 1, failed.candidate, signal);
  expect(kinds(await look(options))).toEqual([]); // the ledger does not say that they are over
  await mendAll(await look(options, { fateOf: over(hour) }));
  expect(
    person(root, "for-each-ref", "--format=%(refname)", "refs/heads", "refs/orch/attempts"),
  ).toBe(`refs/heads/main\nrefs/heads/orch/${task(2)}\nrefs/orch/attempts/${task(2)}/1`);
  expect(rescues(root)).toEqual([]);
  await mendAll(await look(options, { fateOf: over(48 * hour) }));
  expect(
    person(root, "for-each-ref", "--format=%(refname)", "refs/heads", "refs/orch/attempts"),
  ).toBe("refs/heads/main");
  expect(rescues(root)).toEqual([[`refs/orch/rescue/${task(2)}/1`, failed.candidate]]);
  expect(await look(options, { fateOf: over(48 * hour) })).toEqual([]);
});

test("a branch that the person has gone on with, or has checked out, is never removed", async () => {
  const { repo, root, options } = await opened(await repository(files));
  for (const number of [1, 2]) {
    const work = await worked(repo, number, { "b.txt": `${number}\n` });
    await repo.keep(task(number), 1, work.candidate, signal);
  }
  person(root, "checkout", "-q", `orch/${task(1)}`);
  commitAll(root, "Mine");
  person(root, "checkout", "-q", `orch/${task(2)}`);
  await mendAll(await look(options, { fateOf: over(48 * hour) }));
  expect(person(root, "for-each-ref", "--format=%(refname:short)", "refs/heads/orch/")).toBe(
    `orch/${task(1)}\norch/${task(2)}`,
  );
});

test("a lock in the clone goes when it is nobody's, and not while a git works there", async () => {
  const { repo, options } = await opened(await repository(files));
  await repo.sync(signal);
  const [hub = ""] = (await readdir(options.hubsDir)).filter((name) => name.endsWith(".hub.git"));
  const dir = join(options.hubsDir, hub);
  const lock = join(dir, "refs/heads/main.lock");
  await writeFile(lock, "");
  expect(await look(options)).toEqual([]); // too fresh to be anybody's leavings
  await age(lock);
  const busy = spawn("git", [`--git-dir=${dir}`, "cat-file", "--batch"], { stdio: "pipe" });
  onTestFinished(() => void busy.kill("SIGKILL"));
  await once(busy, "spawn");
  expect(await look(options)).toEqual([]);
  busy.kill("SIGKILL");
  await once(busy, "exit");
  const found = await look(options);
  expect(kinds(found)).toEqual(["lock"]);
  await mendAll(found);
  expect(await isThere(lock)).toBe(false);
});

/** Begins a fast-forward in a process of its own that is killed while it has the index locked. */
function killedWhileLanding(options: RepoOptions, root: string): void {
  const at = (name: string) => join(import.meta.dirname, "../../../src/adapters/git", name);
  const code = `
    import { writeFileSync } from "node:fs";
    import { recorded } from "${at("landing-lock.ts")}";
    import { openSite } from "${at("open-repo.ts")}";
    const options = { ...${JSON.stringify(options)}, now: () => Date.now() };
    const site = await openSite(options, new AbortController().signal);
    const checkout = { gitDir: "${root}/.git", top: "${root}" };
    await recorded(site, checkout, async () => {
      writeFileSync("${root}/.git/index.lock", "");
      process.kill(process.pid, "SIGKILL");
    });
  `;
  const words = ["--import", "tsx", "--input-type=module", "-"];
  const { signal: ended, stderr } = spawnSync(process.execPath, words, { input: code });
  expect(ended, String(stderr)).toBe("SIGKILL");
}

test("an index lock in the person's repository goes only where our killed git made it", async () => {
  const { root, options } = await opened(await repository(files));
  const lock = join(root, ".git/index.lock");
  await writeFile(lock, "");
  await age(lock);
  expect(await look(options)).toEqual([]); // theirs, however old
  await rm(lock);
  killedWhileLanding(options, root);
  const before = await fingerprint(root);
  const found = await look(options);
  expect(found.map(({ finding }) => finding.what)).toEqual([
    `${lock}, which our git left when it was killed`,
  ]);
  const busy = spawn("git", ["cat-file", "--batch"], { cwd: root, stdio: "pipe" });
  onTestFinished(() => void busy.kill("SIGKILL"));
  await once(busy, "spawn");
  expect(await look(options)).toEqual([]); // a git of theirs is at work there
  busy.kill("SIGKILL");
  await once(busy, "exit");
  await mendAll(found);
  expect(await isThere(lock)).toBe(false);
  expect(await fingerprint(root)).toBe(before);
  await writeFile(lock, ""); // and the next one is theirs again
  await utimes(lock, new Date(), new Date(Date.now() + hour));
  expect(await look(options)).toEqual([]);
});

test("half objects go when they are old", async () => {
  const { options } = await opened(await repository(files));
  const [hub = ""] = (await readdir(options.hubsDir)).filter((name) => name.endsWith(".hub.git"));
  const half = ["tmp_pack_old", "tmp_pack_new"].map((name) =>
    join(options.hubsDir, hub, "objects/pack", name),
  );
  await write("/", Object.fromEntries(half.map((path) => [path, "x".repeat(1_000)])));
  await age(half[0] ?? "");
  const found = await look(options);
  expect(found.map(({ finding }) => [finding.kind, finding.bytes])).toEqual([["temporary", 1_000]]);
  await mendAll(found);
  expect(await Promise.all(half.map(isThere))).toEqual([false, true]);
});

test("a damaged clone is found by a thorough look, and rebuilt with the work that it held", async () => {
  const { repo, options } = await opened(await repository(files));
  const { commit: at } = await repo.sync(signal);
  await using workspace = await repo.open({ at, name: `work-${task(1)}-1` }, signal);
  await write(workspace.path, { "a.txt": "work\n" });
  const { commit } = await taken(repo, workspace);
  const [hub = ""] = (await readdir(options.hubsDir)).filter((name) => name.endsWith(".hub.git"));
  const dir = join(options.hubsDir, hub);
  const blob = person(dir, "rev-parse", `${at}:b.txt`);
  await rm(join(dir, "objects", blob.slice(0, 2), blob.slice(2)), { force: true });
  const packs = (await readdir(join(dir, "objects/pack"))).filter((name) => name.endsWith(".pack"));
  for (const name of packs) {
    const pack = join(dir, "objects/pack", name);
    await rm(`${pack}.whole`, { force: true });
    await truncate(pack, Math.floor((await stat(pack)).size / 2));
  }
  expect(await look(options)).toEqual([]);
  const found = await look(options, { thorough: true, workspaces: new Set([workspace.name]) });
  expect(kinds(found)).toEqual(["hub"]);
  await mendAll(found);
  expect(await look(options, { thorough: true })).toEqual([]);
  const again = await openRepo(options, signal);
  expect(await again.read(commit, "a.txt", 100, signal)).toBe("work\n");
  expect(await again.read(at, "b.txt", 100, signal)).toBe("two\n");
});
