/** The fake shell: checks that look at nothing but the files they are run on. */
import type { TestResults } from "../../../src/core/results.ts";
import type { Reports } from "../../../src/ports/reports.ts";
import type { CommandResult, Shell } from "../../../src/ports/shell.ts";
import { type Calls, freeze } from "./calls.ts";
import type { Tree } from "./git.ts";
import { workOf } from "./rooms.ts";
import { type Land, onPurpose, strikes, type Universe } from "./universe.ts";

/** Opens the shell of a project as one process has it. */
export function fakeShell(universe: Universe, calls: Calls, land: Land): Shell {
  const { random, time } = universe;
  return {
    containment: "none: nothing is started",
    async run({ command, cwd, timeoutMs }, signal) {
      const startedAt = time.now();
      const end = (ended: CommandResult["ended"], output = ""): CommandResult => {
        return { ended, output, omittedBytes: 0, durationMs: time.now() - startedAt };
      };
      if (signal.aborted) return end({ kind: "aborted" });
      const room = land.rooms.get(cwd);
      if (room === undefined) return end({ kind: "unstartable", detail: `no folder ${cwd}` });
      if (strikes(universe, "check cannot be started"))
        return end({ kind: "unstartable", detail: `${onPurpose}no sh` });
      const hangs = strikes(universe, "check hangs");
      const tree = land.git.writeTree(workOf(room));
      await calls.sleep(hangs ? timeoutMs : random.between(300, 9_000), signal);
      await calls.hazard(`shell: ${command}`, "crash before a call");
      if (signal.aborted) return end({ kind: "aborted" });
      if (hangs) return end({ kind: "timedOut" });
      if (strikes(universe, "check is killed")) return end({ kind: "killed", signal: "SIGKILL" });
      const failures = failuresIn(land.git.tree(tree), command);
      if (strikes(universe, "check is flaky")) failures.push(`flake ${random.between(1, 3)}`);
      const key = `${tree} ${command}`;
      const runs = land.runs.get(key) ?? [];
      runs.push({ green: failures.length === 0, failures });
      land.runs.set(key, runs);
      if (strikes(universe, "frozen when a check has ended")) freeze(universe, calls.process);
      await calls.hazard(`shell: ${command}`, "crash after a call");
      const code = failures.length === 0 ? 0 : 1;
      const output = land.rules.named ? JSON.stringify({ failures, passed: 3 }) : `exit ${code}`;
      return end({ kind: "exited", code }, output);
    },
  };
}

/** The tests of a command that fail on these files. */
export function failuresIn(tree: Tree, command: string): string[] {
  if (command !== "test")
    return [...tree.values()].some((text) => /ugly/.test(text)) ? ["ugly"] : [];
  const failures = [...tree].filter(([, text]) => /broken/.test(text)).map(([path]) => path);
  for (const clash of ["clash1", "clash2"])
    if ([...tree.values()].filter((text) => text.includes(clash)).length > 1) failures.push(clash);
  return failures;
}

/** Reads what the fake shell prints. */
export const fakeReports: Reports = {
  version: "1",
  read(output): TestResults {
    if (!output.startsWith("{")) return { kind: "opaque" };
    // the shell above has written it
    const read = JSON.parse(output) as { readonly failures: string[]; readonly passed: number };
    const failures = read.failures.map((name) => ({ name, message: "expected more" }));
    const counts = { passed: read.passed, failed: failures.length, skipped: 0 };
    return { kind: "named", runner: "fake", failures, ...counts };
  },
};
