/** Commands about how agents and checks are held. */
import { type Act, name, type Program } from "./program.ts";

/** Adds `sandbox`. */
export function addConfining(program: Program, act: Act): void {
  const sandbox = program
    .command("sandbox")
    .helpCommand(false)
    .summary("how agents and checks are confined")
    .description("Shows what an agent, a check or a set-up can reach on this machine.");
  const load = async () => import("../commands/sandbox.ts");
  sandbox
    .command("test")
    .description("try to get out: reads, writes, processes, network; fails where something does")
    .option("--without-sandbox", "run the same unheld, to see that the attempts work")
    .action((options) => act(async (desk) => (await load()).sandboxTest(desk, options)));
  sandbox
    .command("shell")
    .description("a shell as a task's worker sees it, on a copy of what it has handed in")
    .argument("<task>", "the task's id, or the first of its characters")
    .option("-p, --project <name>", "look in this project only", name)
    .action((id, options) => act(async (desk) => (await load()).sandboxShell(desk, id, options)));
}
