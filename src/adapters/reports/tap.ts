/** The Test Anything Protocol: node:test when piped, and whatever else speaks it. */
import { Parser, type Result } from "tap-parser";
import type { TestFailure } from "../../core/results.ts";
import { type Reader, type Reading, settle } from "./reading.ts";
import { messageOf } from "./text.ts";

/** Deeper lines are dropped: the parser's time grows with the square of the depth. */
const indentMax = 100;
/** Longer lines are cut, in characters. */
const lineMax = 4000;

/** Reads every TAP document in the output. */
export const readTap: Reader = (lines) => {
  const found = documentsIn(lines).flatMap((document) => readDocument(document) ?? []);
  if (found.length === 0) return null;
  const failures = found.flatMap((each) => each.failures);
  const sum = (of: (each: Points) => number) => found.reduce((all, each) => all + of(each), 0);
  const lost = found.some((each) => !each.complete) ? 1 : 0;
  return settle({
    runner: lines.some((line) => line.startsWith("# duration_ms ")) ? "node:test" : "TAP",
    failures,
    passed: sum((each) => each.passed),
    // What a broken-off document has not said counts as one more failure, so that names do not
    // match.
    failed: failures.length + lost,
    skipped: sum((each) => each.skipped),
  }) satisfies Reading;
};

const version = /^TAP version 1[34]$/;
const plan = /^1\.\.(\d+)(?:\s|$)/;
const point = /^(?:not )?ok(?: (\d+))?(?: |$)/;

/**
 * Cuts out the documents: from a version, plan or first point to the end of what the plan
 * promises.
 */
function documentsIn(lines: readonly string[]): readonly (readonly string[])[] {
  const documents: string[][] = [];
  let current: string[] | null = null;
  let points = 0;
  let promised: number | null = null;
  for (const line of lines) {
    const number = point.exec(line)?.[1];
    // A point beyond the plan is still the document's if it goes on counting.
    const over = promised !== null && points >= promised && number !== String(points + 1);
    if (version.test(line) || (over && !/^[#\s}]|^$/.test(line))) current = null;
    if (current === null) {
      if (!version.test(line) && !plan.test(line) && number !== "1") continue;
      [current, points, promised] = [[], 0, null];
      documents.push(current);
    }
    if (point.test(line)) points += 1;
    const promise = plan.exec(line)?.[1];
    if (promise !== undefined) promised = Number(promise);
    if (line.length <= indentMax || line.slice(0, indentMax).trim() !== "")
      current.push(line.slice(0, lineMax));
  }
  return documents;
}

interface Points {
  readonly failures: readonly TestFailure[];
  readonly passed: number;
  readonly skipped: number;
  readonly complete: boolean;
}

function readDocument(document: readonly string[]): Points | null {
  // Lines of prose may look like a test point: without a version, only a plan proves that it is
  // TAP.
  if (!document.some((line) => version.test(line) || plan.test(line))) return null;
  const failures: TestFailure[] = [];
  let [passed, skipped, complete] = [0, 0, false];
  const listen = (parser: Parser): void => {
    parser.on("child", listen);
    parser.on("assert", (result: Result) => {
      if (result.skip !== false || result.todo !== false) skipped += 1;
      else if (result.ok) passed += result.closingTestPoint ? 0 : 1;
      else if (!isFailedByChildren(result)) failures.push(failureOf(result));
    });
  };
  const parser = new Parser({}, (results) => {
    complete = results.plan.end !== null && results.count >= results.plan.end;
    complete &&= results.bailout === false;
  });
  listen(parser);
  try {
    parser.end(`${document.join("\n")}\n`);
  } catch {
    return null; // text that only looks like TAP can break the parser
  }
  return { failures, passed, skipped, complete };
}

/**
 * A group that is red because of a test in it; node:test says of a group whether it failed by
 * itself.
 */
function isFailedByChildren(result: Result): boolean {
  const why = text(diag(result)["failureType"]);
  return result.closingTestPoint && (why === null || why === "subtestsFailed");
}

function failureOf(result: Result): TestFailure {
  const { error, message, location } = diag(result);
  const file = text(location)?.replace(/(?::\d+){1,2}$/, "") ?? null;
  const name = result.fullname.trim() || `test ${result.id}`;
  const prefix =
    file === null || name === file || name.startsWith(`${file} > `) ? "" : `${file} > `;
  return { name: prefix + name, message: messageOf(messageIn(error) ?? text(message) ?? "") };
}

function diag(result: Result): Readonly<Record<string, unknown>> {
  const found: unknown = result.diag;
  return typeof found === "object" && found !== null ? { ...found } : {};
}

const messageIn = (error: unknown): string | null =>
  typeof error === "object" && error !== null ? text(Reflect.get(error, "message")) : text(error);

const text = (value: unknown): string | null => (typeof value === "string" ? value : null);
