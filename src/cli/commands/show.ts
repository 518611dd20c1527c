import { access } from "node:fs/promises";
import { explained } from "../../core/decided.ts";
import type { Portfolio, ProjectConfig } from "../../core/portfolio.ts";
import type { Task } from "../../core/task.ts";
import type { Engine } from "../../ports/engine.ts";
import { type Desk, withLedger } from "../desk.ts";
import { exitCodes, failure } from "../exit-codes.ts";
import { pickById, pickProjects } from "../pick.ts";
import { renderCycle } from "../render/cycle.ts";
import { decisionJson } from "../render/decision.ts";
import { attemptJson, briefJson, landingJson, taskJson, verdictJson } from "../render/json.ts";
import { paintFor } from "../render/paint.ts";
import { renderTask, trailOf } from "../render/task.ts";
import { whyWaiting } from "../render/why.ts";
import { reportJson, reportOn } from "../report.ts";
import { transcriptsOf } from "../transcripts.ts";

export interface ShowOptions {
  readonly project?: string | undefined;
}

/** `orch show ID`: all that is known of a task or a cycle. */
export async function show(desk: Desk, id: string, options: ShowOptions): Promise<number> {
  return withLedger(desk, async (ledger, portfolio) => {
    const names = options.project === undefined ? undefined : [options.project];
    const picked = await pickById(ledger, pickProjects(portfolio, names), id);
    const { project } = picked;
    if (picked.kind === "task") await showTask({ desk, ledger, portfolio, project }, picked.task);
    else await showCycle({ desk, ledger, portfolio, project }, picked.cycle.id);
    return exitCodes.ok;
  });
}

interface Place {
  readonly desk: Desk;
  readonly ledger: Engine;
  readonly portfolio: Portfolio;
  readonly project: ProjectConfig;
}

async function showTask({ desk, ledger, portfolio, project }: Place, task: Task): Promise<void> {
  const record = await ledger.task(project.name, task.id);
  if (record === null) throw failure(`${task.id} is gone`);
  const backstage = await desk.backstage();
  const now = backstage.clock.now();
  const overview = await ledger.overview(project.name);
  const holder = await backstage.holder(portfolio);
  const { job } = record;
  const why = whyWaiting({ task: record.task, job, config: project, overview, now, holder });
  const name = `${project.gitBranchPrefix}${task.id}`;
  const branch = (await backstage.hasBranch(project.path, name)) ? name : null;
  const trail = await written(trailOf(project, task));
  const transcripts = await transcriptsOf(backstage, portfolio, project.name, task.id);
  desk.answer(
    {
      kind: "task",
      ...taskJson(project.name, record.task),
      ...briefJson(record.task),
      detail: record.task.state,
      waits_for: why,
      branch,
      cost_usd: record.costUsd,
      lost_usd: record.lostUsd,
      attempts: record.attempts.map(attemptJson),
      verdicts: record.verdicts.map(verdictJson),
      decisions: explained(record.task, record.verdicts, record.decisions).map(decisionJson),
      landings: record.landings.map(landingJson),
      trail,
      transcripts,
    },
    () =>
      renderTask(record, {
        config: project,
        why,
        branch,
        isServed: holder !== null,
        now,
        paint: paintFor(desk.colour.out),
        files: [...trail, ...transcripts],
      }),
  );
}

/** Those of some files that are there: a task has none before there is something to tell. */
async function written(files: readonly string[]): Promise<readonly string[]> {
  const there = await Promise.all(
    files.map((file) =>
      access(file).then(
        () => true,
        () => false,
      ),
    ),
  );
  return files.filter((_, at) => there[at]);
}

async function showCycle(
  { desk, ledger, portfolio, project }: Place,
  id: Parameters<typeof reportOn>[2],
): Promise<void> {
  const { clock, holder } = await desk.backstage();
  const now = clock.now();
  const report = await reportOn(ledger, project, id, now);
  if (report === null) throw failure(`${id} is gone`);
  const { plan, refused } = report.cycle;
  const servedBy = (await holder(portfolio))?.kind ?? null;
  const look = { paint: paintFor(desk.colour.out), now, servedBy };
  desk.answer({ kind: "cycle", ...reportJson(report), plan, refused }, () =>
    renderCycle(report, look),
  );
}
