/** The prompt contracts: the program's own, or the project's where the portfolio names files. */
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { placeIn } from "../config/check-paths.ts";
import { loadPortfolio } from "../config/load.ts";
import { checkSlots } from "../core/contract-slots.ts";
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

/** A contract of the person's own that cannot be used; told with its place in the portfolio. */
export class ContractError extends Error {
  override readonly name = "ContractError";
  readonly hint = "correct the file, or the path: it is relative to the portfolio file";
}

/**
 * Reads all contracts of a project; an override that cannot be read or filled is a `ContractError`.
 */
export async function readContracts(
  portfolioFile: string,
  { name: project, prompts }: Pick<ProjectConfig, "name" | "prompts">,
): Promise<Readonly<Record<ContractName, string>>> {
  const read = async (name: ContractName): Promise<string> => {
    const own = prompts[names[name]];
    try {
      const text = await readFile(own ?? builtIn(name), "utf8");
      checkSlots(names[name], text);
      return text;
    } catch (fault) {
      if (own === undefined) throw fault;
      const where = await placeOf(portfolioFile, project, names[name]);
      const why = whyUnread(fault);
      throw new ContractError(`${where}: ${own}: ${why}`, { cause: fault });
    }
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

/** `file:line:column projects[i].prompts.name`, read anew: only a mistake asks for it. */
async function placeOf(file: string, project: string, prompt: PromptName): Promise<string> {
  const loaded = await loadPortfolio({ explicit: file, env: {}, cwd: dirname(file) });
  if (loaded.kind !== "valid") return file; // it has changed since it was read
  const index = loaded.portfolio.projects.findIndex(({ name }) => name === project);
  const path = `projects[${index}].prompts.${prompt}`;
  const { line, column } = placeIn(loaded.settings, path);
  return `${file}:${line}:${column} ${path}`;
}

function whyUnread(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault);
  const code = "code" in fault ? fault.code : null;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "it is a folder";
  return code === "EACCES" ? "it may not be read" : fault.message;
}
