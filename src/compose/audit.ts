/**
 * What `orch audit verify` looks at: the ledger, its log, and the branch that the work landed on.
 */
import { auditLedger, type Landed } from "../adapters/engine/sqlite/audit.ts";
import { absentFrom } from "../adapters/git/absent.ts";
import type { Audit } from "../cli/backstage.ts";
import type { Portfolio, ProjectConfig } from "../core/portfolio.ts";
import { RepoError } from "../ports/repo.ts";

/** What was found wrong: the ledger is damaged, or a branch is not what it was. */
export interface Flaw {
  readonly of: "ledger" | "branch";
  readonly what: string;
  /** What to do about a branch; null for the ledger, whose backups are to be looked for. */
  readonly hint: string | null;
}

/** Audits a project; one that has no ledger yet has nothing to be wrong. */
export async function audit(portfolio: Portfolio, project: ProjectConfig): Promise<Audit> {
  const { flaws, ...audited } = await findFlaws(portfolio, project);
  return { ...audited, flaws: flaws.map(({ what }) => what) };
}

/** Audits a project, and says of each flaw what to do about it. */
export async function findFlaws(
  { dataDir }: Portfolio,
  project: ProjectConfig,
): Promise<Omit<Audit, "flaws"> & { readonly flaws: readonly Flaw[] }> {
  const audited = auditLedger(dataDir, project.name);
  if (audited === null) return { events: 0, tasks: 0, landings: 0, flaws: [] };
  const { events, tasks, landed } = audited;
  const flaws = audited.flaws.map((what): Flaw => ({ of: "ledger", what, hint: null }));
  const gone = flaws.length > 0 ? [] : await missing(project.path, landed);
  return { events, tasks, landings: landed.length, flaws: [...flaws, ...gone] };
}

/**
 * Landed work that its branch does not have: somebody rewrote the branch, or the ledger is wrong.
 */
async function missing(path: string, landed: readonly Landed[]): Promise<readonly Flaw[]> {
  const flaws: Flaw[] = [];
  const never = new AbortController().signal;
  for (const branch of new Set(landed.map((each) => each.branch))) {
    const here = landed.filter((each) => each.branch === branch);
    const commits = here.map(({ commit }) => commit);
    try {
      const absent = await absentFrom(path, branch, commits, never);
      for (const { task, commit } of here)
        if (absent.includes(commit)) flaws.push(movedBack(task, commit.slice(0, 12), branch));
    } catch (fault) {
      if (!(fault instanceof RepoError)) throw fault;
      const what = `${branch} cannot be looked at: ${fault.message}`;
      flaws.push({ of: "branch", what, hint: fault.hint });
    }
  }
  return flaws;
}

const movedBack = (task: string, commit: string, branch: string): Flaw => ({
  of: "branch",
  what: `task ${task} landed as ${commit}, which ${branch} does not have`,
  hint:
    `${branch} was moved back or rewritten since. On ${branch}, \`git merge ${commit}\` brings ` +
    `that work back with all before it, \`git cherry-pick -m 1 ${commit}\` its change alone; ` +
    "where it is to stay out, nothing need be done.",
});
