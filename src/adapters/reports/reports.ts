/** Reads what test runners print, for people, on their standard streams. */
import type { TestResults } from "../../core/results.ts";
import type { Reports } from "../../ports/reports.ts";
import { readAva } from "./ava.ts";
import { readCargo } from "./cargo.ts";
import { readGo, readGoJson } from "./go.ts";
import { readJest } from "./jest.ts";
import { readJestJson } from "./jest-json.ts";
import { readLint } from "./lint.ts";
import { readMocha } from "./mocha.ts";
import { readNodeSpec } from "./node-spec.ts";
import { readCtest, readGtest, readMinitest, readProve, readRspec } from "./others.ts";
import { readPytest, readUnittest } from "./python.ts";
import { join, type Reader, type Reading } from "./reading.ts";
import { readTap } from "./tap.ts";
import { linesOf } from "./text.ts";
import { readVitest } from "./vitest.ts";

/** Where the first reads something, the others would count the same tests again. */
const families: readonly { readonly first: Reader; readonly others: readonly Reader[] }[] = [
  { first: readNodeSpec, others: [readTap] },
  { first: readJestJson, others: [readVitest, readJest] },
  { first: readGoJson, others: [readGo] },
  { first: readCtest, others: [readGtest] },
  { first: readProve, others: [] },
  { first: readMocha, others: [] },
  { first: readAva, others: [] },
  { first: readPytest, others: [] },
  { first: readUnittest, others: [] },
  { first: readCargo, others: [] },
  { first: readRspec, others: [] },
  { first: readMinitest, others: [] },
];

/**
 * Raised with every change to what is read of the same output; a test compares it with the samples.
 */
const version = "1";

/** Opens the reader of reports; it needs nothing and keeps nothing. */
export function openReports(): Reports {
  return { version, read };
}

function read(output: string, root: string): TestResults {
  const lines = linesOf(output, root);
  const readings = families.flatMap(({ first, others }): readonly Reading[] => {
    const reading = first(lines);
    return reading === null ? others.flatMap((reader) => reader(lines) ?? []) : [reading];
  });
  return readings.length > 0 ? join(readings) : (readLint(lines) ?? { kind: "opaque" });
}
