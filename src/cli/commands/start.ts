import { keysHanded } from "../../core/handed.ts";
import type { ProjectName } from "../../core/ids.ts";
import type { Portfolio } from "../../core/portfolio.ts";
import type { OpenHouse } from "../backstage.ts";
import type { Desk } from "../desk.ts";
import { exitCodes } from "../exit-codes.ts";
import { openFollower } from "../follow.ts";
import { liveSentences, liveWarning } from "../live-use.ts";
import { type Log, openLog } from "../log.ts";
import { byPriority } from "../pick.ts";
import { watchPortfolio } from "../reread.ts";
import {
  refuseMisplacedData,
  refuseWithoutAgent,
  refuseWithoutRoom,
  refuseWrongAddress,
} from "../run-here.ts";
import { openStopping, type Stopping } from "../stopping.ts";
import { busy } from "./run.ts";

/** `orch start`: serves all enabled projects until a signal. */
export async function start(desk: Desk): Promise<number> {
  const portfolio = await desk.portfolio();
  refuseWrongAddress(desk.io.env);
  const backstage = await desk.backstage();
  await refuseMisplacedData(desk, portfolio);
  await refuseWithoutRoom(desk, portfolio);
  const lock = await backstage.lock(portfolio, "daemon");
  if (lock.kind === "busy") throw busy(lock);
  let inForce = portfolio;
  const log = openLog(desk, () => inForce.logLevel, backstage.clock.now);
  const stopping = openStopping(desk.io, "start", (text) => log.write("warning", null, text));
  try {
    const open = await backstage.openHouse(portfolio, { hear: () => {}, only: null, env: {} });
    try {
      refuseWithoutAgent(open.agentProblem);
      const server = { open, log, stopping, portfolio: () => inForce };
      warn(desk, server);
      greet(server);
      await serve(desk, server, (next) => {
        inForce = next;
      });
    } finally {
      await open.close();
    }
  } finally {
    stopping.close();
    await lock.release();
  }
  log.write("info", null, "stopped");
  return stopping.code() ?? exitCodes.ok;
}

interface Server {
  readonly open: OpenHouse;
  readonly log: Log;
  readonly stopping: Stopping;
  /** The portfolio in force. */
  readonly portfolio: () => Portfolio;
}

/** Enabled projects that could be opened, the first ones first. */
const served = ({ open, portfolio }: Server): readonly ProjectName[] =>
  byPriority(portfolio().projects)
    .filter(({ enabled, name }) => enabled && open.house.sites().has(name))
    .map(({ name }) => name);

/** Whatever the portfolio's `log_level` hides, it does not hide this. */
function warn(desk: Desk, { log, open, portfolio }: Server): void {
  const warning = open.confined ? null : liveWarning(desk.io.env, desk.colour.err);
  if (warning !== null && desk.flags.json) log.insist("warning", liveSentences.join(" "));
  else if (warning !== null) desk.say(warning);
  for (const { name, enabled, env } of portfolio().projects) {
    const keys = enabled ? keysHanded(env, desk.io.env) : null;
    if (keys !== null) log.insist("warning", `${name}: ${keys.what}; ${keys.hint}`);
  }
}

function greet(server: Server): void {
  const { log, open, portfolio } = server;
  const names = served(server);
  const what = names.length === 0 ? "no project: enable one in the portfolio" : names.join(", ");
  log.write("info", null, `serving ${what} (${portfolio().file})`);
  log.write("info", null, `agents and checks are held by ${open.containment}`);
  complain(log, open.obstacles);
}

function complain(log: Log, obstacles: OpenHouse["obstacles"]): void {
  for (const { project, what, hint } of obstacles) log.write("error", project, `${what}; ${hint}`);
}

async function serve(
  desk: Desk,
  server: Server,
  put: (portfolio: Portfolio) => void,
): Promise<void> {
  const { open, log, stopping } = server;
  const { clock } = await desk.backstage();
  const over = new AbortController();
  const { runDaemon } = await import("../../engine/daemon.ts");
  const watching = watchPortfolio(
    server.portfolio(),
    clock,
    {
      changed: async (next) => {
        const obstacles = await open.reload(next);
        put(next);
        log.write(
          "info",
          null,
          `the portfolio was read again: serving ${served(server).join(", ")}`,
        );
        complain(log, obstacles);
      },
      refused: (why) => log.write("error", null, `the last good portfolio stays in force: ${why}`),
    },
    over.signal,
  );
  // before anything is begun, so that its first events are told
  const follower = await openFollower(open.house.engine, () => served(server), log.tell);
  const following = follower.follow(over.signal);
  const request = {
    projects: () => served(server),
    fault: (project: ProjectName, why: string) => log.write("error", project, why),
    patrol: () => patrolled(server),
  };
  try {
    await runDaemon(open.house, request, stopping);
  } finally {
    over.abort();
    await Promise.all([watching, following]);
    await follower.catchUp();
  }
}

/** What was mended in a project stands in its log; the rest is told here. */
async function patrolled({ open, log }: Server): Promise<void> {
  try {
    for (const { finding, outcome } of await open.patrol()) {
      const { project, kind, what, action } = finding;
      if (outcome === "mended" && project === null) log.write("info", null, `${what}: ${action}`);
      if (kind === "quota") log.write("warning", null, what);
    }
  } catch (fault) {
    log.write("warning", null, `the patrol failed: ${String(fault)}`);
  }
}
