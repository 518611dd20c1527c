/** Commands about money. */
import { type Act, amount, collectNames, type Program, whole } from "./program.ts";

const daysShown = 30;
const daysMax = 3_650;
const raiseMax = 100_000;

/** Adds `costs` and `budget`. */
export function addMoney(program: Program, act: Act): void {
  program
    .command("costs")
    .summary("what it cost, by day, project, role, model and task")
    .description(
      "Adds up what sessions cost, by day, project, role, model and task; how much of what went " +
        "in came from the cache; and where today leads, against its caps.",
    )
    .option("-p, --project <name>", "the project; may be given several times", collectNames)
    .option("--days <n>", "days to look back, today included", whole(1, daysMax), daysShown)
    .action((options) =>
      act(async (desk) => (await import("../commands/costs.ts")).costs(desk, options)),
    );
  const budget = program
    .command("budget")
    .helpCommand(false)
    .summary("let a project spend more today")
    .description("Changes what a project may spend, without a change of the portfolio.");
  budget
    .command("raise")
    .description("raise today's cap of a project; it ends with the day, and stands in the log")
    .argument("<project>", "the project")
    .requiredOption("--today <usd>", "US dollars on top of the cap", amount(raiseMax))
    .action((name, options) =>
      act(async (desk) => (await import("../commands/budget.ts")).budgetRaise(desk, name, options)),
    );
}
