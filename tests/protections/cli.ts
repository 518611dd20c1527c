/**
 * `npm run protections [-- PART OF A NAME]`: takes guards of the real parts away, one by one, in a
 * copy, and shows what their tests say; 1 where a test does not notice, or fails anyway.
 */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { home } from "../sim/run/bundle.ts";
import type { Protection } from "./protection.ts";
import { protections } from "./protections.ts";
import { type Tested, testIn } from "./test-in.ts";

const part = process.argv[2] ?? "";
const chosen = protections.filter(({ name, file }) => `${file} ${name}`.includes(part));

/** The project's files without what is built or installed, which is shared. */
async function copyTo(folder: string): Promise<void> {
  const left = new Set([".git", "node_modules", "dist"]);
  const filter = (path: string): boolean => !left.has(path.slice(home.length + 1));
  await cp(home, folder, { recursive: true, filter });
  for (const shared of ["node_modules", "dist"])
    await symlink(join(home, shared), join(folder, shared));
}

/** Runs a test as it is, and then without the guard. */
async function seen(folder: string, each: Protection): Promise<readonly [Tested, Tested]> {
  const path = join(folder, each.file);
  const source = await readFile(path, "utf8");
  if (source.split(each.text).length !== 2)
    throw new Error(`${each.file} does not have this text exactly once: ${each.text}`);
  const whole = await testIn(folder, each);
  await writeFile(
    path,
    source.replace(each.text, () => each.by),
  );
  try {
    return [whole, await testIn(folder, each)];
  } finally {
    await writeFile(path, source);
  }
}

const folder = await mkdtemp(join(tmpdir(), "orch-protections-"));
let noticed = 0;
try {
  await copyTo(join(folder, "copy"));
  for (const each of chosen) {
    const [whole, broken] = await seen(join(folder, "copy"), each);
    const isNoticed = whole.kind === "passed" && broken.kind === "failed";
    if (isNoticed) noticed += 1;
    const said = broken.kind === "failed" ? broken.said : broken.kind;
    const told =
      whole.kind === "passed" ? said : `fails although nothing was changed: ${whole.kind}`;
    console.log(`${each.promise}: ${each.name}: ${isNoticed ? "noticed" : "NOT NOTICED"}: ${told}`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(`${noticed} of ${chosen.length} were noticed`);
if (noticed < chosen.length) process.exitCode = 1;
