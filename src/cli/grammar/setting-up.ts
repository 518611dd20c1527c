/** Commands about the set-up: the portfolio, the machine, the shell. */
import { type Act, choice, name, type Program } from "./program.ts";

const backlogs = ["claude_md", "backlog_file", "manual"] as const;

/** Adds `init`, `config`, `doctor`, `forget` and `help`. */
export function addSettingUp(program: Program, act: Act): void {
  addInit(program, act);
  addConfig(program, act);
  program
    .command("doctor")
    .summary("look for what would go wrong")
    .description(
      "Looks at the machine and at the projects: git, containment, the agent's program, " +
        "key or login, data folder, disk, branches, commands.",
    )
    .option("-p, --project <name>", "look at this project only", name)
    .option("--fix", "first mend what can safely be mended, as `orch gc` does")
    .action((options) =>
      act(async (desk) => (await import("../commands/doctor.ts")).doctor(desk, options)),
    );
  program
    .command("audit")
    .helpCommand(false)
    .summary("hold the ledgers against their logs")
    .description("Proves that what is recorded is whole.")
    .command("verify")
    .description(
      "Rebuilds the state of each project from its log alone, compares it with what is " +
        "stored, and looks for the landed work on the branch.",
    )
    .option("-p, --project <name>", "look at this project only", name)
    .action((options) =>
      act(async (desk) => (await import("../commands/audit.ts")).verify(desk, options)),
    );
  addForget(program, act);
  program
    .command("help")
    .summary("help about a command, or about exit-codes")
    .description("Shows the help of a command, or what the exit codes mean.")
    .argument("[topic]", "a command, or exit-codes")
    .action((topic) =>
      act(async (desk) => (await import("../commands/help.ts")).help(desk, program, topic)),
    );
}

function addForget(program: Program, act: Act): void {
  program
    .command("forget")
    .summary("remove every trace of the program from a project")
    .description(
      "Removes the program's branches, refs, audit trail, ledger and clones of a project, and " +
        "its line in .git/info/exclude. What has landed stays; what has not is told, and kept " +
        "under refs/orch/rescue/ unless --rescued is said; the portfolio stays as it is. " +
        "A project that was taken out of the portfolio before keeps all of that: " +
        "list it again to forget it.",
    )
    .argument("<project>", "the project")
    .option("--rescued", "remove work that did not land, too, for good")
    .option("-y, --yes", "do not ask")
    .action((project, options) =>
      act(async (desk) => (await import("../commands/forget.ts")).forget(desk, project, options)),
    );
}

function addInit(program: Program, act: Act): void {
  program
    .command("init")
    .summary("write a portfolio, or add a project to it")
    .description(
      "Asks for a project and writes it into the portfolio; an existing one keeps its " +
        "comments. Without a terminal, or with --yes, flags and what is found in the " +
        "folder decide.",
    )
    .option("--path <folder>", "the project's folder; else the current one")
    .option("--name <name>", "the project's name; else that of its folder", name)
    .option("--test <command>", "command that runs the tests; else what is found")
    .option("--lint <command>", "command that runs the linter; else what is found")
    .addOption(choice("--backlog <source>", "where work comes from; else what is found", backlogs))
    .option("-y, --yes", "do not ask")
    .action((options) =>
      act(async (desk) => (await import("../commands/init.ts")).init(desk, options)),
    );
}

function addConfig(program: Program, act: Act): void {
  const config = program
    .command("config")
    .helpCommand(false)
    .summary("look at the portfolio")
    .description("Tells where the portfolio is, what is in force, and what is wrong.");
  const topics = {
    path: "print which file is in use, and why",
    show: "print every value in force, and where it comes from",
    validate: "tell every mistake",
    schema: "print the JSON schema, for editors",
  } as const;
  for (const topic of ["path", "show", "validate", "schema"] as const)
    config
      .command(topic)
      .description(topics[topic])
      .action(() => act(async (desk) => (await import("../commands/config.ts"))[topic](desk)));
}

/** Adds `completion`, and what the shells ask; `fresh` builds the program that is completed. */
export function addCompletion(program: Program, act: Act, fresh: () => Program): void {
  program
    .command("completion")
    .summary("print the completions of a shell")
    .description("Prints what a shell needs to complete commands: source <(orch completion bash)")
    .argument("<shell>", "bash, zsh or fish")
    .action((shell) =>
      act(async (desk) =>
        (await import("../commands/completion.ts")).completion(desk, shell, fresh()),
      ),
    );
  program
    .command("complete", { hidden: true })
    .argument("[words...]")
    .action((words) =>
      act(async (desk) =>
        (await import("../commands/completion.ts")).complete(desk, words, fresh()),
      ),
    );
}
