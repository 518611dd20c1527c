/**
 * What `orch audit verify` looks at: the ledger, its log, and the branch that the work landed on.
 */
import { auditLedger, type Landed } from "../adapters/engine/sqlite/audit.ts";
import { absentFrom } from "../adapters/git/absent.ts";
import type { Audit } from "../cli/backstage.ts";
import type { Portfolio, ProjectConfig } from "../core/portfolio.ts";
import { RepoError } from "../ports/repo.ts";

/** Audits a project; one that has no ledger yet has nothing to be wrong. */
export async function audit({ dataDir }: Portfolio, project: ProjectConfig): Promise<Audit> {
  const audited = auditLedger(dataDir, project.name);
  if (audited === null) return { events: 0, tasks: 0, landings: 0, flaws: [] };
  const { events, tasks, landed } = audited;
  const gone = audited.flaws.length > 0 ? [] : await missing(project.path, landed);
  return { events, tasks, landings: landed.length, flaws: [...audited.flaws, ...gone] };
}

/**
 * Landed work that its branch does not have: somebody rewrote the branch, or the ledger is wrong.
 */
async function missing(path: string, landed: readonly Landed[]): Promise<readonly string[]> {
  const flaws: string[] = [];
  const never = new AbortController().signal;
  for (const branch of new Set(landed.map((each) => each.branch))) {
    const here = landed.filter((each) => each.branch === branch);
    const commits = here.map(({ commit }) => commit);
    try {
      const absent = await absentFrom(path, branch, commits, never);
      for (const { task, commit } of here)
        if (absent.includes(commit))
          flaws.push(
            `task ${task} landed as ${commit.slice(0, 12)}, which ${branch} does not have`,
          );
    } catch (fault) {
      if (!(fault instanceof RepoError)) throw fault;
      flaws.push(`${branch} cannot be looked at: ${fault.message}`);
    }
  }
  return flaws;
}
