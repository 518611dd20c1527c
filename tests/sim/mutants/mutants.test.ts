/** Each of our protections is seen to protect: without it, the world of faults breaks a promise. */
import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { tempFolder } from "../../support/folders.ts";
import { ambiguous } from "../../support/in-source.ts";
import { type Fate, huntAll, mutants } from "./hunt.ts";

const never = new AbortController().signal;

test("each sabotaged line stands in the source exactly once", async () => {
  expect(await ambiguous(mutants)).toEqual([]);
  expect(mutants.length).toBeGreaterThanOrEqual(25);
});

test("no mutant survives", { timeout: 1_200_000 }, async () => {
  const fates = new Map<string, Fate>();
  const given = { folder: await tempFolder(), atOnce: availableParallelism() };
  await huntAll(mutants, given, ({ name }, fate) => void fates.set(name, fate), never);
  expect([...fates].filter(([, { kind }]) => kind === "survived")).toEqual([]);
  expect(fates.size).toBe(mutants.length);
});
