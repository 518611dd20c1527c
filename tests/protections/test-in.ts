/** Runs one test of a copy of the project. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type { Protection } from "./protection.ts";

export type Tested =
  | { readonly kind: "passed" }
  /** With the first line of what the first failing test said. */
  | { readonly kind: "failed"; readonly said: string }
  /** No test of that title ran. */
  | { readonly kind: "nothing" };

const report = z.object({
  numPassedTests: z.number(),
  testResults: z.array(
    z.object({
      message: z.string(),
      assertionResults: z.array(
        z.object({ status: z.string(), title: z.string(), failureMessages: z.array(z.string()) }),
      ),
    }),
  ),
});

/** Runs the tests of a file whose titles begin as told. */
export async function testIn(
  folder: string,
  { test, title }: Pick<Protection, "test" | "title">,
): Promise<Tested> {
  const out = join(folder, "tested.json");
  const escaped = title.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const only = title === "" ? [] : ["-t", escaped];
  const vitest = join(folder, "node_modules/vitest/vitest.mjs");
  const args = ["run", test, ...only, "--reporter=json", `--outputFile=${out}`];
  const child = spawn(process.execPath, [vitest, ...args], { cwd: folder, stdio: "ignore" });
  const [code] = await once(child, "exit");
  const read = await readFile(out, "utf8").catch(() => null);
  await rm(out, { force: true });
  if (read === null) return { kind: "failed", said: `the test run ended with ${code}` };
  const { numPassedTests, testResults } = report.parse(JSON.parse(read));
  if (code === 0) return { kind: numPassedTests > 0 ? "passed" : "nothing" };
  const failed = testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === "failed"),
  );
  const said = failed[0]?.failureMessages[0] ?? testResults[0]?.message ?? "";
  return { kind: "failed", said: said.split("\n")[0] ?? "" };
}
