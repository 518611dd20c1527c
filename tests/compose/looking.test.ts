import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { detect } from "../../src/compose/detect.ts";
import { findingOf } from "../../src/compose/inspect-check.ts";
import type { CheckRun } from "../../src/core/checks.ts";

const green: CheckRun = {
  name: "test",
  command: "npm test",
  ended: { kind: "exited", code: 0 },
  results: { kind: "opaque" },
  outputTail: "",
  durationMs: 1,
};
const red: CheckRun = { ...green, ended: { kind: "exited", code: 1 } };

test("a check that passes without running a test is told", () => {
  expect(findingOf(green).level).toBe("ok");
  const results = { kind: "counted", runner: "unittest", passed: 0, failed: 0 } as const;
  expect(findingOf({ ...green, results })).toMatchObject({
    level: "warning",
    what: "test: `npm test` passes on a clean clone, but ran no test",
  });
  expect(findingOf({ ...green, results: { ...results, passed: 1 } }).level).toBe("ok");
});

test("a red check says what it means for changes: read, missing, or not to be told apart", () => {
  const results = { kind: "counted", runner: "ava", passed: 3, failed: 1 } as const;
  expect(findingOf({ ...red, results }).hint).toContain("that a change adds");
  expect(findingOf({ ...red, ended: { kind: "exited", code: 127 } }).hint).toContain(
    "setup_command",
  );
  expect(findingOf({ ...red, outputTail: "sh: 1: xo: not found" }).hint).toContain("setup_command");
  expect(findingOf(red).hint).toContain("waits for you");
});

test("a check that ran out of time, was killed or did not start says so", () => {
  const slow = { ...red, ended: { kind: "timedOut" }, durationMs: 1_004 } as const;
  expect(findingOf(slow)).toEqual({
    level: "warning",
    what: "test: `npm test` fails on a clean clone: timed out after 1 s",
    hint: expect.stringContaining("check_timeout_seconds"),
  });
  const killed = { ...red, ended: { kind: "killed", signal: "SIGKILL" } } as const;
  expect(findingOf({ ...killed, outputTail: "so far\n" }).what).toMatch(
    /: killed by SIGKILL\nso far$/,
  );
  const unstarted = { ...red, ended: { kind: "unstartable", detail: "no folder /x" } } as const;
  expect(findingOf(unstarted).what).toMatch(/: did not start: no folder \/x$/);
});

test("packages that no lockfile pins are installed by npm; others need no word", async () => {
  const folder = await mkdtemp(join(tmpdir(), "orch-looking-"));
  try {
    const setup = async (): Promise<string | null> => (await detect(folder)).setupCommand;
    expect(await setup()).toBeNull();
    await writeFile(join(folder, "package.json"), '{ "name": "x", "dependencies": {} }');
    expect(await setup()).toBeNull();
    await writeFile(join(folder, "package.json"), '{ "devDependencies": { "ava": "^6" } }');
    expect(await setup()).toBe("npm install --no-package-lock");
    await writeFile(join(folder, "yarn.lock"), "");
    expect(await setup()).toBeNull();
  } finally {
    await rm(folder, { recursive: true });
  }
});
