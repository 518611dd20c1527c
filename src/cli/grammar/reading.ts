/** Commands that only look. */
import { type Act, choice, collectNames, name, type Program, whole } from "./program.ts";

const statuses = ["pending", "in_progress", "waiting", "done", "failed", "skipped"] as const;
/** More rows than this are for a program, which can page. */
const limitMax = 100_000;
const tasksShown = 50;
const entriesShown = 100;

/** Adds `status`, `tasks`, `show` and `logs`. */
export function addReading(program: Program, act: Act): void {
  program
    .command("status")
    .summary("all projects at a glance")
    .description(
      "Shows each project's state, its tasks by status, what it cost, its next and its last cycle.",
    )
    .option("-p, --project <name>", "the project; may be given several times", collectNames)
    .action((options) =>
      act(async (desk) => (await import("../commands/status.ts")).status(desk, options)),
    );
  program
    .command("tasks")
    .summary("list tasks, the newest first")
    .description("Lists tasks of the named projects, or of all, the newest first.")
    .option("-p, --project <name>", "the project; may be given several times", collectNames)
    .addOption(choice("-s, --status <status>", "only tasks with this status", statuses))
    .option("-n, --limit <n>", "most tasks to list", whole(1, limitMax), tasksShown)
    .action((options) =>
      act(async (desk) => (await import("../commands/tasks.ts")).tasks(desk, options)),
    );
  program
    .command("show")
    .summary("everything about one task or cycle")
    .description(
      "Shows a task (brief, state, why it waits, attempts, verdicts, cost, branch, files) " +
        "or a cycle.",
    )
    .argument("<id>", "a task's or cycle's id, or the first of its characters")
    .option("-p, --project <name>", "look in this project only", name)
    .action((id, options) =>
      act(async (desk) => (await import("../commands/show.ts")).show(desk, id, options)),
    );
  addLogs(program, act);
}

function addLogs(program: Program, act: Act): void {
  program
    .command("logs")
    .summary("what happened, or what the agents of a task said and did")
    .description(
      "Without an id, tells what happened in the projects. With the id of a task or cycle, " +
        "tells what its agents said and did, from their transcripts; with --json, one JSON " +
        "object a line.",
    )
    .argument("[id]", "a task's or cycle's id, or the first of its characters")
    .option("-p, --project <name>", "the project; may be given several times", collectNames)
    .option("-f, --follow", "go on as more happens, until Ctrl+C")
    .option("-n, --limit <n>", "most entries to begin with", whole(1, limitMax), entriesShown)
    .action((id, options) =>
      act(async (desk) => (await import("../commands/logs.ts")).logs(desk, id, options)),
    );
}
