/** The prompt contracts: the program's own, or the project's where the portfolio names files. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { ProjectConfig, PromptName } from "../core/portfolio.ts";
import { fill } from "../core/template.ts";
import type { ContractName } from "../stages/context.ts";

const names: Readonly<Record<ContractName, PromptName>> = {
  planner_system: "planner",
  worker_code: "worker_code",
  worker_test: "worker_test",
  worker_fix: "worker_fix",
  worker_review: "worker_review",
  judge_system: "judge",
  refinery_system: "refinery",
};

const builtIn = (name: ContractName): string =>
  fileURLToPath(new URL(`../../prompts/${name}.md`, import.meta.url));

/** What the stages fill in; a contract has exactly these slots. */
const slots: Readonly<Record<ContractName, readonly string[]>> = {
  planner_system: ["project"],
  worker_code: ["project", "checks", "conventions"],
  worker_test: ["project", "checks", "conventions"],
  worker_fix: ["project", "checks", "conventions"],
  worker_review: ["project", "checks", "conventions"],
  judge_system: ["project"],
  refinery_system: ["project"],
};

/** Reads all contracts of a project; an override that cannot be read or filled throws with its path. */
export async function readContracts({
  prompts,
}: ProjectConfig): Promise<Readonly<Record<ContractName, string>>> {
  const read = async (name: ContractName): Promise<string> => {
    const own = prompts[names[name]];
    const text = await readFile(own ?? builtIn(name), "utf8");
    try {
      fill(text, Object.fromEntries(slots[name].map((slot) => [slot, ""])));
    } catch (fault) {
      const why = fault instanceof Error ? fault.message : String(fault);
      throw new Error(`prompts.${names[name]}, ${own ?? "built in"}: ${why}`, { cause: fault });
    }
    return text;
  };
  return {
    planner_system: await read("planner_system"),
    worker_code: await read("worker_code"),
    worker_test: await read("worker_test"),
    worker_fix: await read("worker_fix"),
    worker_review: await read("worker_review"),
    judge_system: await read("judge_system"),
    refinery_system: await read("refinery_system"),
  };
}
