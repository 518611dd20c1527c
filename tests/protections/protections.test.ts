/** The list is in step with the source; `npm run protections` takes the guards away. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { home } from "../sim/run/bundle.ts";
import { protections } from "./protections.ts";

test("each guard stands in the source exactly once", async () => {
  const counts = await Promise.all(
    protections.map(async ({ name, file, text }) => {
      const source = await readFile(join(home, file), "utf8");
      return [name, source.split(text).length - 1];
    }),
  );
  expect(counts.filter(([, count]) => count !== 1)).toEqual([]);
  expect(new Set(protections.map(({ name }) => name)).size).toBe(protections.length);
});
