/** Commands that make agents work. */
import { type Act, collectNames, type Program, whole } from "./program.ts";

/** Cycles that one invocation may ask for: an unattended run longer than this wants `start`. */
const cyclesMax = 1_000;

/** Adds `run`, `start` and `demo`. */
export function addRunning(program: Program, act: Act): void {
  program
    .command("run")
    .summary("run one cycle: plan, work, judge, merge")
    .description(
      "Runs one cycle of the named projects, or of all enabled ones in order of priority, " +
        "and tells what came of it. While `orch start` runs, the cycle is handed to it and " +
        "followed. Ctrl+C ends the sessions and releases their work; a second one quits at " +
        "once. SIGTERM lets the running jobs end.",
    )
    .option("-p, --project <name>", "the project; may be given several times", collectNames)
    .option(
      "--cycles <n>",
      "most cycles to run, one after the other, while there is something to do",
      whole(1, cyclesMax),
      1,
    )
    .option("--dry-run", "say what a cycle may cost, by what went before, and run none")
    .action((options) =>
      act(async (desk) => (await import("../commands/run.ts")).run(desk, options)),
    );
  program
    .command("start")
    .summary("serve all enabled projects on their schedules")
    .description(
      "Serves all enabled projects in the foreground, each on its schedule; the first " +
        "cycles begin at once. A changed portfolio is read again; one with mistakes is told " +
        "and the last good one kept. SIGTERM and Ctrl+C let the running jobs end; a second " +
        "one ends their sessions and releases their work.",
    )
    .action(() => act(async (desk) => (await import("../commands/start.ts")).start(desk)));
  program
    .command("demo")
    .summary("see it work on two sample projects, without a key and without cost")
    .description(
      "Makes two sample projects and runs cycles in them with the real program, agents and " +
        "git; the model is played from a script. With --live, a real model does the work, " +
        "for real money.",
    )
    .option("--live", "use the real model instead of the script")
    .option("--folder <path>", "where to make the sample projects; else a new temporary folder")
    .action((options) =>
      act(async (desk) => (await import("../commands/demo.ts")).demo(desk, options)),
    );
}
