/** Who looks after what in a portfolio, put together for one look. */
import { access } from "node:fs/promises";
import { join } from "node:path";
import { machineClock } from "../adapters/clock.ts";
import { openCaretaker } from "../adapters/git/caretaker.ts";
import { openFilesCaretaker } from "../adapters/keeping/project.ts";
import { openSharedCaretaker } from "../adapters/keeping/shared.ts";
import { openStrayCaretaker } from "../adapters/keeping/strays.ts";
import { openProcessCaretaker } from "../adapters/sandbox/caretaker.ts";
import type { Round } from "../cli/backstage.ts";
import type { ProjectName } from "../core/ids.ts";
import type { Portfolio, ProjectConfig } from "../core/portfolio.ts";
import { type Patrolled, patrol } from "../engine/patrol.ts";
import type { Caretaker } from "../ports/caretaker.ts";
import type { Engine } from "../ports/engine.ts";
import { markOf } from "./machine.ts";
import { openLedger } from "./open-ledger.ts";
import { repoOptions } from "./site.ts";

const dayMs = 86_400_000;
const never = new AbortController().signal;

/** Looks once after all that a portfolio has; a project that cannot be looked at is a finding. */
export async function patrolPortfolio(
  portfolio: Portfolio,
  engine: Engine,
  round: Round,
): Promise<readonly Patrolled[]> {
  const { dataDir, projects: all, keepDays, dataQuotaGb } = portfolio;
  const { only, mends, alone, thorough } = round;
  const projects = new Map<ProjectName, Caretaker>();
  const unseen: Patrolled[] = [];
  for (const project of all) {
    if (only !== null && !only.includes(project.name)) continue;
    try {
      projects.set(project.name, await caretakerOf(dataDir, project));
    } catch (fault) {
      unseen.push(unseenOf(project, fault));
    }
  }
  const shared = openSharedCaretaker({
    dataDir,
    transcripts: all.map(({ name }) => join(dataDir, name, "transcripts")),
    quotaBytes: dataQuotaGb === null ? null : dataQuotaGb * 2 ** 30,
  });
  const strays = openStrayCaretaker(
    dataDir,
    all.map(({ name }) => name),
  );
  const request = {
    ...{ projects, mends, alone, thorough },
    everybody: all.map(({ name }) => name),
    shared: both(openProcessCaretaker(markOf(dataDir)), shared, strays),
    keepMs: keepDays * dayMs,
  };
  return [...unseen, ...(await patrol({ engine, clock: machineClock }, request, never))];
}

/** The same for a command, which opens the ledgers for as long as that takes. */
export async function patrolOnce(
  portfolio: Portfolio,
  round: Round,
): Promise<readonly Patrolled[]> {
  const engine = openLedger(portfolio);
  try {
    return await patrolPortfolio(portfolio, engine, round);
  } finally {
    await engine.close();
  }
}

async function caretakerOf(dataDir: string, project: ProjectConfig): Promise<Caretaker> {
  const folder = join(dataDir, project.name);
  const files = openFilesCaretaker({
    project: project.name,
    transcripts: join(folder, "transcripts"),
    trail: join(project.path, ".orch"),
  });
  // nothing was ever done in it: looking must not make a clone
  const begun = await access(join(folder, "workspaces")).then(
    () => true,
    () => false,
  );
  return begun ? both(await openCaretaker(repoOptions(dataDir, project), never), files) : files;
}

const both = (...caretakers: readonly Caretaker[]): Caretaker => ({
  look: async (known, signal) => {
    const looks = [];
    for (const { look } of caretakers) looks.push(...(await look(known, signal)));
    return looks;
  },
});

function unseenOf({ name }: ProjectConfig, fault: unknown): Patrolled {
  const why = fault instanceof Error ? fault.message : String(fault);
  const what = `the project cannot be looked at: ${why}`;
  const finding = { kind: "references", project: name, what, action: null, bytes: 0 } as const;
  return { finding, outcome: "found", why: null };
}
