import type { TestFailure } from "../../core/results.ts";
import { type Reader, settle } from "./reading.ts";
import { messageAt } from "./text.ts";

const failed = /^ *--- FAIL: (\S+) \([\d.]+s\)$/;
const ended = /^(ok|FAIL) *\t(\S+)(?: |\t|$)/;

/** Reads `go test`: a package says its name after its tests. */
export const readGo: Reader = (lines) => {
  const failures: TestFailure[] = [];
  let pending: TestFailure[] = [];
  let [packages, passedTests, skipped, okPackages] = [0, 0, 0, 0];
  for (const [index, line] of lines.entries()) {
    const name = failed.exec(line)?.[1];
    if (name !== undefined) {
      pending.push({
        name,
        message: messageAt(lines, index + 1, (next) => /^(?:---|FAIL|ok)/.test(next)),
      });
    }
    if (/^ *--- PASS: /.test(line)) passedTests += 1;
    if (/^ *--- SKIP: /.test(line)) skipped += 1;
    const [, verdict, path = ""] = ended.exec(line) ?? [];
    if (verdict === undefined) continue;
    packages += 1;
    if (verdict === "ok") okPackages += 1;
    else failures.push(...ofPackage(path, pending, line));
    pending = [];
  }
  if (packages === 0) return null;
  return settle({
    runner: "go test",
    failures,
    // Without -v it says nothing of tests that pass: then their packages are counted.
    passed: passedTests > 0 ? passedTests : okPackages,
    // A test whose package never came to its end has no full name.
    failed: failures.length + pending.length,
    skipped,
  });
};

/**
 * Failures of one package: of its tests, only those without failing subtests; else the package
 * itself.
 */
function ofPackage(
  path: string,
  tests: readonly TestFailure[],
  message: string,
): readonly TestFailure[] {
  if (tests.length === 0) return [{ name: path, message }];
  return leaves(tests).map((test) => ({ name: `${path} ${test.name}`, message: test.message }));
}

function leaves(tests: readonly TestFailure[]): readonly TestFailure[] {
  const parents = new Set(
    tests.flatMap(({ name }) => {
      const steps = name.split("/").slice(0, 50);
      return steps.map((_, index) => steps.slice(0, index).join("/"));
    }),
  );
  return tests.filter(({ name }) => !parents.has(name));
}

/** Reads `go test -json`: one event a line. */
export const readGoJson: Reader = (lines) => {
  const tests = new Map<string, TestFailure[]>();
  const broken = new Set<string>();
  const said = new Map<string, string>();
  let [passed, skipped, events] = [0, 0, 0];
  for (const line of lines) {
    const { action, path, test, output } = eventIn(line) ?? {};
    if (action === undefined || path === undefined) continue;
    events += 1;
    const key = `${path} ${test ?? ""}`;
    if (action === "output") {
      const before = said.get(key) ?? "";
      if (before.length < 500) said.set(key, before + (output ?? ""));
    } else if (action === "pass" && test !== undefined) passed += 1;
    else if (action === "skip" && test !== undefined) skipped += 1;
    else if (action === "fail" && test !== undefined) {
      const message = messageAt((said.get(key) ?? "").split("\n").slice(1), 0);
      const known = tests.get(path) ?? [];
      known.push({ name: test, message });
      tests.set(path, known);
    } else if (action === "fail") broken.add(path);
  }
  if (events === 0) return null;
  const failures = [...new Set([...tests.keys(), ...broken])].flatMap((path) =>
    ofPackage(path, tests.get(path) ?? [], messageAt([said.get(`${path} `) ?? ""], 0)),
  );
  return settle({ runner: "go test", failures, passed, failed: failures.length, skipped });
};

function eventIn(line: string): {
  readonly action: string;
  readonly path: string | undefined;
  readonly test: string | undefined;
  readonly output: string | undefined;
} | null {
  if (!line.startsWith("{") || !line.includes('"Action":')) return null;
  try {
    const event: unknown = JSON.parse(line);
    if (typeof event !== "object" || event === null) return null;
    const text = (key: string): string | undefined => {
      const value: unknown = Reflect.get(event, key);
      return typeof value === "string" ? value : undefined;
    };
    const action = text("Action");
    if (action === undefined) return null;
    return { action, path: text("Package"), test: text("Test"), output: text("Output") };
  } catch {
    return null; // a line of something else that begins alike
  }
}
