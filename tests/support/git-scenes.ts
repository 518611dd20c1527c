/** Scenes that several tests of the git adapter begin with. */
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { token } from "../../src/core/ids.ts";
import { RepoError } from "../../src/ports/repo.ts";
import {
  folder,
  type Opened,
  opened,
  person,
  repository,
  signal,
  worked,
  write,
} from "./git-fixture.ts";

/** A task's work, merged and ready to be published. */
export async function landing(at: Opened, more: Readonly<Record<string, string>>, number = 1) {
  const work = await worked(at.repo, number, more);
  const publish = () => at.repo.publish({ ...work, token: token(number) }, signal);
  return { ...work, publish };
}

/** Lands one task and answers the branch that it landed on. */
export async function landsOn(
  root: string,
  more: Parameters<typeof opened>[1] = {},
): Promise<string> {
  const at = await opened(root, more);
  const { branch } = await at.repo.sync(signal);
  const { publish, to } = await landing(at, { "done.txt": "done\n" });
  expect(await publish()).toEqual({ kind: "landed", commit: to });
  expect(person(root, "rev-parse", branch)).toBe(to);
  return branch;
}

/** Opens what must be refused, and answers how it was. */
export async function refused(
  path: string,
  more: Parameters<typeof opened>[1] = {},
): Promise<RepoError> {
  const failure = await opened(path, more).catch((error: unknown) => error);
  if (!(failure instanceof RepoError)) throw new Error(`not refused: ${String(failure)}`);
  expect(failure.hint).not.toBe("");
  return failure;
}

/** An open workspace, and a program that leaves a trace where it is run. */
export async function attacked() {
  const files = { "a.txt": "one\n", "src/b.txt": "two\n", ".gitignore": "ignored/\n*.log\n" };
  const root = await repository(files);
  const { repo, data } = await opened(root);
  const { commit: at } = await repo.sync(signal);
  const workspace = await repo.open({ at, name: "work-1" }, signal);
  const trap = join(await folder(), "trapped");
  const script = join(await folder(), "trap.sh");
  await write("/", { [script]: `#!/bin/sh\ntouch ${trap}\ncat\n` });
  await chmod(script, 0o755);
  return { root, repo, data, at, workspace, trap, script };
}
