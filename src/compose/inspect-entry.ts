/** What `orch doctor` can tell of a project's entry and folder before anything is run. */
import { backlogPaths } from "../adapters/backlog/backlog.ts";
import { whyNoTrail } from "../adapters/journal/journal.ts";
import type { Finding } from "../cli/backstage.ts";
import { keysHanded } from "../core/handed.ts";
import type { ProjectConfig } from "../core/portfolio.ts";
import type { Commit, Repo } from "../ports/repo.ts";
import type { Environment } from "./environment.ts";

type Tip = Commit & { readonly branch: string };

/** Names what would be passed over in silence: a trail that nobody can write, files that miss. */
export async function inspectEntry(
  project: ProjectConfig,
  repo: Pick<Repo, "read">,
  { tip, env }: { readonly tip: Tip; readonly env: Environment },
): Promise<readonly Finding[]> {
  const keys = keysHanded(project.env, env);
  const handed: readonly Finding[] = keys === null ? [] : [{ level: "warning", ...keys }];
  return [
    ...handed,
    ...(await inspectTrail(project.path)),
    ...(await inspectBacklog(project, repo, tip)),
  ];
}

async function inspectTrail(path: string): Promise<readonly Finding[]> {
  const why = await whyNoTrail(path);
  if (why === null) return [];
  const hint = "the ledger keeps it all: the trail is brought up to date once that is mended";
  return [{ level: "warning", what: `the trail cannot be written: ${why}`, hint }];
}

async function inspectBacklog(
  project: ProjectConfig,
  repo: Pick<Repo, "read">,
  { branch, commit }: Tip,
): Promise<readonly Finding[]> {
  const never = new AbortController().signal;
  const findings: Finding[] = [];
  for (const path of backlogPaths(project)) {
    if ((await repo.read(commit, path, 1, never)) !== null) continue;
    const isBacklog = project.backlogSource === "backlog_file" && path === project.backlogFile;
    const field = isBacklog ? "backlog_file" : "planner_context_files";
    const what = `the planner is to read ${path}, which is not on ${branch} (\`${field}\`)`;
    const hint = `commit it, or correct \`${field}\`: its paths are relative to the project`;
    findings.push({ level: "warning", what, hint });
  }
  return findings;
}
