/** `orch run`: asks for cycles, serves their projects, and is over when they are. */
import { requestCycle } from "../core/commands.ts";
import type { Cycle } from "../core/cycle.ts";
import { type CycleId, cycleId, type ProjectName } from "../core/ids.ts";
import type { Job } from "../core/ledger.ts";
import { isShutFor } from "../core/limit.ts";
import { pauseAt } from "../core/project.ts";
import { shutMs } from "../core/settle.ts";
import type { House } from "./house.ts";
import { openOutbox } from "./outbox.ts";
import { serve } from "./tick.ts";

export interface RunRequest {
  /** In the order in which they are served. */
  readonly projects: readonly ProjectName[];
  /** Cycles to run in each project, one after the other; one without tasks is the last. */
  readonly cycles: number;
  /** Hears which cycle a project is in, as soon as it is known. */
  readonly entered: (project: ProjectName, cycle: CycleId) => void;
  readonly fault: (project: ProjectName, why: string) => void;
}

export interface Ran {
  readonly project: ProjectName;
  readonly cycle: Cycle;
}

export interface Signals {
  /** No new jobs; the running ones end by themselves. */
  readonly drain: AbortSignal;
  /** The running jobs are ended, too. */
  readonly stop: AbortSignal;
}

/** Asks for a project's next cycle; an interrupted one goes on before a new one begins. */
export async function askForCycle(
  { engine, clock }: House,
  project: ProjectName,
  requestedBy: Cycle["requestedBy"],
  delayMs: number,
): Promise<CycleId> {
  const id = cycleId(clock.newId());
  return engine.transact(project, {}, (view) => requestCycle(view, id, requestedBy, delayMs));
}

/** Runs cycles to their ends; returns those that ended, or cannot begin now. */
export async function runCycles(
  house: House,
  request: RunRequest,
  signals: Signals,
): Promise<readonly Ran[]> {
  const { projects, fault } = request;
  const ran: Ran[] = [];
  const current = new Map<ProjectName, { readonly id: CycleId; readonly left: number }>();
  const outbox = openOutbox(house, fault);
  const enter = async (project: ProjectName, left: number): Promise<void> => {
    const id = await askForCycle(house, project, "person", 0);
    current.set(project, { id, left });
    request.entered(project, id);
  };
  for (const project of projects) {
    await house.engine.recover(project);
    await outbox.flush(project);
    await enter(project, request.cycles - 1);
  }
  const advance = async (project: ProjectName): Promise<void> => {
    const at = current.get(project);
    const cycle = at === undefined ? null : await house.engine.cycle(project, at.id);
    if (at === undefined || cycle === null) return;
    if (cycle.endedAt === null && !(await isPutOff(house, project, cycle))) return;
    current.delete(project);
    ran.push({ project, cycle });
    // another look at the same code would find as little to do
    const idle = cycle.tasks.length === 0;
    const goesOn = at.left > 0 && !idle && cycle.state.at === "completed" && !signals.drain.aborted;
    if (goesOn) await enter(project, at.left - 1);
  };
  const service = {
    projects: () => projects,
    takes: isOurs(current),
    isOver: async () => {
      for (const project of projects) await advance(project);
      return current.size === 0;
    },
    ended: outbox.flush,
    fault: (project: ProjectName, why: unknown) => fault(project, String(why)),
  };
  await serve(house, service, signals);
  for (const project of projects) await outbox.flush(project);
  return ran;
}

/** Whether a cycle cannot begin before a person, or another day, lets it: nobody waits for that. */
async function isPutOff(house: House, project: ProjectName, cycle: Cycle): Promise<boolean> {
  if (cycle.state.at !== "queued") return false;
  return house.engine.transact(project, {}, (view) => {
    const state = view.jobs.find(
      ({ subject }) => subject.kind === "cycle" && subject.cycle === cycle.id,
    )?.state;
    const broke = state?.at === "queued" && state.waitsFor?.startsWith("budget:") === true;
    const shut =
      isShutFor(view.limit, view.now, shutMs) || pauseAt(view.project, view.now) !== null;
    const answer = state?.at !== "live" && (broke || shut);
    return { changes: [], answer };
  });
}

/** Scheduled cycles that stand in the queue are the daemon's. */
const isOurs =
  (current: ReadonlyMap<ProjectName, { readonly id: CycleId }>) =>
  (project: ProjectName, { subject }: Job) =>
    subject.kind === "task" || current.get(project)?.id === subject.cycle;
