/** The prompt contracts: the program's own, or the project's where the portfolio names files. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { ProjectConfig, PromptName } from "../core/portfolio.ts";
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

/** Reads all contracts of a project; an override that cannot be read throws with its path. */
export async function readContracts({
  prompts,
}: ProjectConfig): Promise<Readonly<Record<ContractName, string>>> {
  const read = (name: ContractName): Promise<string> =>
    readFile(prompts[names[name]] ?? builtIn(name), "utf8");
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
