/** Commands about what is kept, and about what may go. */
import { type Act, collectNames, name, type Program } from "./program.ts";

const which = "its reference, its end (TASK/NUMBER), or a task's id for the latest of that task";

/** Adds `rescue` and `gc`. */
export function addKeeping(program: Program, act: Act): void {
  addRescue(program, act);
  program
    .command("gc")
    .summary("remove what nobody needs any more")
    .description(
      "Removes what nobody needs: workspaces in which nobody goes on, references of landed " +
        "tasks, locks and half files of dead processes, old transcripts and sessions; a damaged " +
        "clone is rebuilt. Work that did not land is kept as a rescue first. `orch start` does " +
        "this itself every ten minutes; while it runs, only --dry-run is taken.",
    )
    .option("-p, --project <name>", "the project; may be given several times", collectNames)
    .option("--dry-run", "say what would be done, and do nothing")
    .action((options) =>
      act(async (desk) => (await import("../commands/gc.ts")).gc(desk, options)),
    );
}

function addRescue(program: Program, act: Act): void {
  const rescue = program
    .command("rescue")
    .helpCommand(false)
    .summary("work that did not land, and is kept")
    .description(
      "Work that did not land is kept in the project's repository under refs/orch/rescue/, " +
        "until you drop it.",
    );
  const load = async () => import("../commands/rescue.ts");
  rescue
    .command("list")
    .description("list what is kept, the newest first")
    .option("-p, --project <name>", "the project; may be given several times", collectNames)
    .action((options) => act(async (desk) => (await load()).rescueList(desk, options)));
  rescue
    .command("restore")
    .description("make a branch of it; working tree and index stay as they are")
    .argument("<rescue>", which)
    .option("-p, --project <name>", "look in this project only", name)
    .option("--branch <name>", "the branch to make; else rescued/TASK-NUMBER")
    .action((id, options) => act(async (desk) => (await load()).rescueRestore(desk, id, options)));
  rescue
    .command("drop")
    .description("remove it for good")
    .argument("<rescue>", which)
    .option("-p, --project <name>", "look in this project only", name)
    .option("-y, --yes", "do not ask")
    .action((id, options) => act(async (desk) => (await load()).rescueDrop(desk, id, options)));
}
