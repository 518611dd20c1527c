/** Each of our protections is seen to protect: without it, the world of faults breaks a promise. */
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempFolder } from "../../support/folders.ts";
import { home } from "../run/bundle.ts";
import { type Fate, huntAll, mutants } from "./hunt.ts";

const never = new AbortController().signal;

test("each sabotaged line stands in the source exactly once", async () => {
  const counts = await Promise.all(
    mutants.map(async ({ name, file, text }) => {
      const source = await readFile(join(home, file), "utf8");
      return [name, source.split(text).length - 1];
    }),
  );
  expect(counts.filter(([, count]) => count !== 1)).toEqual([]);
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  expect(mutants.length).toBeGreaterThanOrEqual(25);
});

test("no mutant survives", { timeout: 1_200_000 }, async () => {
  const fates = new Map<string, Fate>();
  const given = { folder: await tempFolder(), atOnce: availableParallelism() };
  await huntAll(mutants, given, ({ name }, fate) => void fates.set(name, fate), never);
  expect([...fates].filter(([, { kind }]) => kind === "survived")).toEqual([]);
  expect(fates.size).toBe(mutants.length);
});
