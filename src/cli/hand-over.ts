/** Hands cycles to the daemon that holds the data folder, and follows them there. */
import { requestCycle } from "../core/commands.ts";
import { type Cycle, isOpen } from "../core/cycle.ts";
import { type CycleId, cycleId, type ProjectName } from "../core/ids.ts";
import type { Clock } from "../ports/clock.ts";
import type { Engine } from "../ports/engine.ts";
import type { Desk } from "./desk.ts";
import { Complaint, codeOfSignal, exitCodes } from "./exit-codes.ts";
import { openFollower } from "./follow.ts";
import { openLandings } from "./landings.ts";
import { openProgress } from "./progress.ts";
import { codeOf, reportsOn } from "./report.ts";
import type { RunRequest, RunResult } from "./run-here.ts";

/** A daemon that has not taken up anything for so long does not answer, in milliseconds. */
const patienceMs = 10_000;
/** Between two looks at the ledger, in milliseconds. */
const lookMs = 250;

interface Wanted {
  readonly project: ProjectName;
  readonly id: CycleId;
}

/** Asks the daemon for cycles and follows them; Ctrl+C leaves them to it. */
export async function handOver(
  desk: Desk,
  ledger: Engine,
  { portfolio, projects, cycles }: Omit<RunRequest, "env">,
): Promise<RunResult> {
  const { clock } = await desk.backstage();
  const progress = openProgress(desk, portfolio.logLevel, clock.now);
  const left = new AbortController();
  const silence = desk.io.onSignal((signal) => {
    code = codeOfSignal[signal];
    left.abort();
  });
  let code: number | null = null;
  const names = projects.map(({ name }) => name);
  const entered: Wanted[] = [];
  const landings = openLandings(progress.tell);
  const follower = await openFollower(ledger, () => names, landings.tell);
  const following = follower.follow(left.signal);
  try {
    await Promise.all(
      names.map(async (project) => {
        for (let n = 0; n < cycles; n += 1) {
          const { isNew, ...wanted } = await ask(ledger, clock, project);
          if (n === 0) progress.say(isNew ? handed(project) : joined(project));
          entered.push(wanted);
          const cycle = await until(ledger, clock, wanted, left.signal);
          // as in a run of our own: what failed, or had nothing to do, is the last
          if (cycle?.state.at !== "completed" || cycle.tasks.length === 0) break;
        }
      }),
    );
    if (code !== null) progress.say("left: `orch start` goes on with it");
    left.abort();
    await following;
    await follower.catchUp();
    const course = { entered, landed: landings.heard() };
    const reports = await reportsOn(ledger, projects, course, clock.now());
    return { reports, code: code ?? codeOf(reports) };
  } finally {
    left.abort();
    silence();
    progress.close();
  }
}

const handed = (project: ProjectName): string =>
  `${project}: \`orch start\` is running: the cycle is handed to it`;

const joined = (project: ProjectName): string =>
  `${project}: a cycle is under way: following it; once it is over, \`orch run\` asks for another`;

async function ask(
  ledger: Engine,
  clock: Clock,
  project: ProjectName,
): Promise<Wanted & { readonly isNew: boolean }> {
  const wanted = cycleId(clock.newId());
  const id = await ledger.transact(project, {}, (view) => requestCycle(view, wanted, "person", 0));
  return { project, id, isNew: id === wanted };
}

/** Waits until a cycle is over, or `signal`; complains where nobody takes it up. */
async function until(
  ledger: Engine,
  clock: Clock,
  { project, id }: Wanted,
  signal: AbortSignal,
): Promise<Cycle | null> {
  let idleSince = clock.elapsedMs();
  while (!signal.aborted) {
    const cycle = await ledger.cycle(project, id);
    if (cycle === null || !isOpen(cycle)) return cycle;
    const { counts, openCycle } = await ledger.overview(project);
    const underWay = openCycle !== null && openCycle.state.at !== "queued";
    if (underWay || counts.in_progress > 0) idleSince = clock.elapsedMs();
    if (clock.elapsedMs() - idleSince > patienceMs)
      throw new Complaint(
        exitCodes.busy,
        `the daemon has not begun the cycle of ${project} within ${patienceMs / 1_000} seconds`,
        `it stays queued (cycle ${id}); look with \`orch status\``,
      );
    await ledger.changed(lookMs, signal);
  }
  return null;
}
