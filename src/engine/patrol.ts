/**
 * Reconciliation: what is really there against what the ledger says. The same look serves the
 * daemon's slow tick, `orch gc` and `orch doctor --fix`.
 */
import { openDraft } from "../core/draft.ts";
import type { ProjectName, SessionId, TaskId } from "../core/ids.ts";
import { defaultRetryRules } from "../core/retry.ts";
import { isOver, type Status } from "../core/task.ts";
import type { Caretaker, Fate, Finding, Known } from "../ports/caretaker.ts";
import type { Clock } from "../ports/clock.ts";
import type { Engine } from "../ports/engine.ts";

export interface PatrolRequest {
  /** Who looks after what each project has alone. */
  readonly projects: ReadonlyMap<ProjectName, Caretaker>;
  /** All projects whose ledgers may need something that is shared. */
  readonly everybody: readonly ProjectName[];
  /** Who looks after what projects share. */
  readonly shared: Caretaker;
  /** False: nothing is changed. */
  readonly mends: boolean;
  readonly keepMs: number;
  readonly alone: boolean;
  readonly thorough: boolean;
}

/** What became of a finding. */
export interface Patrolled {
  readonly finding: Finding;
  readonly outcome: "found" | "mended" | "failed";
  /** Why it failed. */
  readonly why: string | null;
}

interface Keeper {
  readonly engine: Engine;
  readonly clock: Clock;
}

/** Looks everywhere once, and mends what is safe to mend. */
export async function patrol(
  { engine, clock }: Keeper,
  request: PatrolRequest,
  signal: AbortSignal,
): Promise<readonly Patrolled[]> {
  const { projects, everybody, shared, keepMs, alone, thorough } = request;
  const known = new Map<ProjectName, Needed>();
  for (const name of everybody) known.set(name, await neededBy(engine, name));
  const base = { now: clock.now(), keepMs, alone, thorough };
  const done: Patrolled[] = [];
  for (const [name, caretaker] of projects) {
    const needed = known.get(name) ?? (await neededBy(engine, name));
    const fateOf = (task: TaskId): Promise<Fate> => fateIn(engine, [name], task);
    const ours = await mended(caretaker, { ...base, ...needed, fateOf }, { request, signal });
    await note(engine, name, ours);
    done.push(...ours);
  }
  const fateOf = (task: TaskId): Promise<Fate> => fateIn(engine, everybody, task);
  const all = [...known.values()];
  const sessions = new Set(all.flatMap((each) => [...each.sessions]));
  const workspaces = new Set(all.flatMap((each) => [...each.workspaces]));
  const rest = { ...base, sessions, workspaces, fateOf };
  return [...done, ...(await mended(shared, rest, { request, signal }))];
}

interface Course {
  readonly request: Pick<PatrolRequest, "mends">;
  readonly signal: AbortSignal;
}

async function mended(
  caretaker: Caretaker,
  known: Known,
  { request, signal }: Course,
): Promise<readonly Patrolled[]> {
  const done: Patrolled[] = [];
  for (const { finding, mend } of await caretaker.look(known, signal)) {
    if (!request.mends || finding.action === null) {
      done.push({ finding, outcome: "found", why: null });
      continue;
    }
    try {
      await mend(signal);
      done.push({ finding, outcome: "mended", why: null });
    } catch (fault) {
      // one thing that cannot be mended must not keep the others from it
      const why = fault instanceof Error ? fault.message : String(fault);
      done.push({ finding, outcome: "failed", why });
    }
  }
  return done;
}

type Needed = Pick<Known, "workspaces" | "sessions">;

const open: readonly Status[] = ["pending", "in_progress", "waiting"];
/** More open tasks than a project ever has. */
const tasksMax = 100_000;

/** What open tasks may still go on with. */
async function neededBy(engine: Engine, project: ProjectName): Promise<Needed> {
  const workspaces = new Set<string>();
  const sessions = new Set<SessionId>();
  for (const status of open) {
    for (const { id, state } of await engine.tasks(project, { status, limit: tasksMax })) {
      const record = await engine.task(project, id);
      for (const each of record?.attempts ?? []) {
        const { kind } = each.outcome;
        if (each.attempt !== state.attempt || (kind !== "running" && kind !== "released")) continue;
        workspaces.add(each.workspace);
        sessions.add(each.session);
      }
    }
  }
  return { workspaces, sessions };
}

async function fateIn(engine: Engine, projects: readonly ProjectName[], id: TaskId): Promise<Fate> {
  for (const project of projects) {
    const task = (await engine.task(project, id))?.task;
    if (task === undefined) continue;
    return isOver(task.state) ? { at: "over", since: task.updatedAt } : { at: "open" };
  }
  return { at: "unknown" };
}

/** A line of the log tells about as much. */
const noteMax = 600;

async function note(
  engine: Engine,
  project: ProjectName,
  patrolled: readonly Patrolled[],
): Promise<void> {
  const told = patrolled.filter(({ outcome }) => outcome !== "found");
  if (told.length === 0) return;
  const text = told
    .map(({ finding, outcome, why }) =>
      outcome === "mended" ? `${finding.what}: ${finding.action}` : `${finding.what}: ${why}`,
    )
    .join("; ");
  const failed = told.some(({ outcome }) => outcome === "failed");
  await engine.transact(project, {}, (view) => {
    const draft = openDraft(view, defaultRetryRules);
    draft.note(failed ? "warning" : "info", `patrol: ${text}`.slice(0, noteMax));
    return { changes: draft.changes(), answer: null };
  });
}
