import { join } from "node:path";
import { expect, test } from "vitest";
import { gitHolding } from "../../../src/adapters/git/git.ts";
import { folder, person, repository, signal, tried } from "../../support/git-fixture.ts";

/** Holds `commands` locked in a new repository while git runs with `args` in it. */
async function holding(commands: string, ...args: readonly string[]) {
  const root = await repository();
  const gitDir = join(root, ".git");
  const head = person(root, "rev-parse", "HEAD");
  const stdin = commands.replaceAll("HEAD", head);
  const fifo = join(await folder(), "an 'odd' name");
  const transaction = { gitDir, args: ["update-ref", "--stdin"], stdin };
  const held = await gitHolding(transaction, { gitDir, cwd: root, args }, fifo, signal);
  const made = tried(root, "rev-parse", "-q", "--verify", "refs/orch/x") === 0;
  return { ...held, made };
}

test("a transaction is committed when what ran under it succeeded", async () => {
  const result = await holding("create refs/orch/x HEAD\n", "rev-parse", "HEAD");
  expect(result).toMatchObject({ held: true, inner: 0, committed: true, made: true });
});

test("it is taken back when that failed", async () => {
  const result = await holding("create refs/orch/x HEAD\n", "rev-parse", "--verify", "nowhere");
  expect(result).toMatchObject({ held: true, inner: 128, committed: false, made: false });
  expect(result.stderr).toContain("fatal");
});

test("nothing runs when it cannot be prepared", async () => {
  const result = await holding("verify refs/heads/main\n", "update-ref", "refs/orch/x", "HEAD");
  expect(result).toMatchObject({ held: false, inner: null, committed: false, made: false });
});

test("nobody else moves what it holds", async () => {
  const commands = "create refs/orch/x HEAD\n";
  const result = await holding(commands, "update-ref", "refs/orch/x", "HEAD");
  expect(result).toMatchObject({ held: true, inner: 128, committed: false });
  expect(result.stderr).toContain("File exists");
});
