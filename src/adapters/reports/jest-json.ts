import * as z from "zod";
import { type Reader, settle, type Tally } from "./reading.ts";
import { messageOf } from "./text.ts";

const report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number().optional(),
  // Jest has it, vitest has not.
  numRuntimeErrorTestSuites: z.number().optional(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({
          ancestorTitles: z.array(z.string()),
          title: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

/** Reads the JSON that jest (`--json`) and vitest (`--reporter=json`) print as one line. */
export const readJestJson: Reader = (lines) => {
  const found = lines.flatMap((line) => {
    if (!line.startsWith('{"num')) return [];
    try {
      const parsed = report.safeParse(JSON.parse(line));
      return parsed.success ? [tally(parsed.data)] : [];
    } catch {
      return []; // cut off, or not JSON after all
    }
  });
  const [first] = found;
  if (first === undefined) return null;
  return settle({
    runner: first.runner,
    failures: found.flatMap((each) => each.failures),
    passed: found.reduce((sum, each) => sum + each.passed, 0),
    failed: found.reduce((sum, each) => sum + each.failed, 0),
    skipped: found.reduce((sum, each) => sum + each.skipped, 0),
  });
};

function tally(read: z.output<typeof report>): Tally {
  const broken = read.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && assertionResults.every((test) => test.status !== "failed"),
  );
  const tests = read.testResults.flatMap(({ name: file, assertionResults }) =>
    assertionResults.flatMap((test) =>
      test.status === "failed"
        ? [
            {
              name: [file, ...test.ancestorTitles, test.title].join(" > "),
              message: messageOf(test.failureMessages?.[0] ?? ""),
            },
          ]
        : [],
    ),
  );
  return {
    runner: read.numRuntimeErrorTestSuites === undefined ? "vitest" : "jest",
    failures: [
      ...tests,
      ...broken.map(({ name, message }) => ({ name, message: messageOf(message ?? "") })),
    ],
    passed: read.numPassedTests,
    failed: read.numFailedTests + broken.length,
    skipped: read.numPendingTests + (read.numTodoTests ?? 0),
  };
}
