/** What `orch doctor` makes of a check that ran on a clean clone. */
import type { Finding } from "../cli/backstage.ts";
import { type CheckRun, compare, outcomeOf } from "../core/checks.ts";
import { lackOf } from "./lack.ts";

/** Tells what a check's run on the branch as it stands means for the changes to come. */
export function findingOf(run: CheckRun): Finding {
  const { name, command, results, outputTail } = run;
  const what = `${name}: \`${command}\``;
  if (compare(run, null).kind !== "passed") {
    const failed = `${what} fails on a clean clone: ${outcomeOf(run)}\n${outputTail}`.trimEnd();
    return { level: "warning", what: failed, hint: hintOn(run) };
  }
  if ((results.kind === "named" || results.kind === "counted") && results.passed === 0) {
    const hint = "it would pass whatever is broken: let the command name the tests";
    return { level: "warning", what: `${what} passes on a clean clone, but ran no test`, hint };
  }
  return { level: "ok", what: `${what} passes on a clean clone`, hint: null };
}

function hintOn({ ended, results, outputTail }: CheckRun): string {
  if (ended.kind === "overLimit") return `give it more, or mend what uses ${ended.detail}`;
  const lack = lackOf(outputTail, "network");
  if (ended.kind === "timedOut")
    return lack ?? "give it more time with `check_timeout_seconds`, or mend what keeps it";
  if (results.kind !== "opaque" && results.failed > 0)
    return lack ?? "only failures that a change adds will count against it";
  if (lack !== null) return lack;
  const missing = ended.kind === "exited" && ended.code === 127;
  if (
    missing ||
    /command not found|: not found$|Cannot find module|No module named/m.test(outputTail)
  )
    return "something is missing there: set `setup_command` to what a fresh clone needs";
  return (
    "no failure can be read from it, so each change that is red too waits for you: mend " +
    "it first"
  );
}
