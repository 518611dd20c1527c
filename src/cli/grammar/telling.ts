/** Commands by which a person decides something. */
import { Option } from "@commander-js/extra-typings";
import { type Act, choice, collect, collectNames, name, type Program, whole } from "./program.ts";

const kinds = ["code", "test", "fix", "review"] as const;
const priorityMax = 1_000;
const taskWords = "a task's id, or the first of its characters";

/** Adds `add-task`, `pause`, `resume` and the commands about one task. */
export function addTelling(program: Program, act: Act): void {
  program
    .command("add-task")
    .summary("add a task of your own")
    .description("Adds a task to a project and prints its id; the next cycle takes it up.")
    .option("-p, --project <name>", "the project; may be left out where there is only one", name)
    .requiredOption("--title <text>", "what it is, in one line")
    .option("--desc <text>", 'what is to be done; "-" reads it from standard input')
    .addOption(choice("--type <type>", "sort of work", kinds).default("code" as const))
    .option("--priority <n>", "higher goes first", whole(0, priorityMax), 1)
    .option("--criteria <text>", "what must hold when it is done; may be repeated", collect)
    .option("--files <glob>", "paths that may change; may be repeated; else any", collect)
    .action((options) =>
      act(async (desk) => (await import("../commands/add-task.ts")).addTask(desk, options)),
    );
  addPausing(program, act);
  addResuming(program, act);
  addOnTask(program, act);
  addAnswers(program, act);
}

const projectsWords = "the project; may be given several times";

function addPausing(program: Program, act: Act): void {
  program
    .command("pause")
    .summary("pause projects")
    .description(
      "Starts nothing more in the project until it is resumed. Without --project: all projects.",
    )
    .option("-p, --project <name>", projectsWords, collectNames)
    .action((options) =>
      act(async (desk) => (await import("../commands/pause.ts")).pause(desk, options)),
    );
}

function addResuming(program: Program, act: Act): void {
  program
    .command("resume")
    .summary("let paused projects go on")
    .description("Lets a paused project go on. Without --project: all projects.")
    .option("-p, --project <name>", projectsWords, collectNames)
    .addOption(
      new Option(
        "--limit",
        "end the wait for a usage limit, an outage or what is kept for you, instead",
      ).conflicts("project"),
    )
    .action((options) =>
      act(async (desk) => (await import("../commands/pause.ts")).resume(desk, options)),
    );
}

function addOnTask(program: Program, act: Act): void {
  const tell = async () => import("../commands/tell-task.ts");
  program
    .command("retry")
    .summary("try a failed or skipped task again")
    .description("Gives a failed or skipped task its attempts anew.")
    .argument("<id>", taskWords)
    .option("-p, --project <name>", "look in this project only", name)
    .action((id, options) => act(async (desk) => (await tell()).retry(desk, id, options)));
  for (const [verb, summary, when] of [
    ["skip", "leave a task undone", "For a task that need not be done. Ends it"],
    [
      "cancel",
      "end a task, and the session that works on it",
      "For a task that goes wrong while it is worked on. Ends it",
    ],
  ] as const)
    program
      .command(verb)
      .summary(summary)
      .description(
        `${when} unless it is over already, and a session that works on it, too; both verbs do ` +
          "the same, and the record says which was meant.",
      )
      .argument("<id>", taskWords)
      .option("-p, --project <name>", "look in this project only", name)
      .option("--reason <text>", "why, for the record")
      .action((id, options) => act(async (desk) => (await tell())[verb](desk, id, options)));
}

function addAnswers(program: Program, act: Act): void {
  const tell = async () => import("../commands/tell-task.ts");
  program
    .command("answer")
    .summary("answer the question of a task that waits for you")
    .description("Answers the question of a blocked task, which then goes on.")
    .argument("<id>", taskWords)
    .argument("<text>", 'the answer; "-" reads it from standard input')
    .option("-p, --project <name>", "look in this project only", name)
    .action((id, text, options) =>
      act(async (desk) => (await tell()).answer(desk, id, { ...options, text })),
    );
  program
    .command("approve")
    .summary("let a held task land")
    .description("Agrees to a task that passed but waits for a person.")
    .argument("<id>", taskWords)
    .option("-p, --project <name>", "look in this project only", name)
    .action((id, options) => act(async (desk) => (await tell()).approve(desk, id, options)));
  program
    .command("reject")
    .summary("send a held task back")
    .description("Refuses a task that waits for a person; the reason is told to the next attempt.")
    .argument("<id>", taskWords)
    .requiredOption("--reason <text>", "what is wrong with it")
    .option("-p, --project <name>", "look in this project only", name)
    .action((id, options) => act(async (desk) => (await tell()).reject(desk, id, options)));
}
