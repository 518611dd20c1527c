/** A person's shell where a worker would be: the same folders, the same walls. */
import { randomUUID } from "node:crypto";
import { runAttached } from "../adapters/process.ts";
import { openPrivateHome } from "../adapters/shell/home.ts";
import { openOutlet } from "../adapters/shell/outlet.ts";
import type { TaskId } from "../core/ids.ts";
import type { Portfolio, ProjectConfig } from "../core/portfolio.ts";
import type { Sandbox } from "../ports/sandbox.ts";
import { envOf, provide, roomOf } from "../stages/provide.ts";
import type { Environment } from "./environment.ts";
import { markOf, openMachine } from "./machine.ts";
import { openLedger } from "./open-ledger.ts";
import { openSite } from "./site.ts";

const never = new AbortController().signal;

type Argv = readonly [string, ...string[]];
const shell: Argv = ["/bin/sh", "-i"];

/**
 * A shell that cannot type into the person's terminal: it has a session of its own, or a terminal
 * of its own where there is no program for that.
 */
function shellIn(kind: Sandbox["kind"]): Argv {
  if (kind === "container") return shell; // its terminal is the container's
  if (process.platform === "darwin") return ["script", "-q", "/dev/null", ...shell];
  return ["setsid", "--wait", ...shell];
}

/** Opens a shell on what a task has handed in, else on the branch; answers its exit code. */
export async function enter(
  portfolio: Portfolio,
  project: ProjectConfig,
  task: TaskId,
  env: Environment,
): Promise<number> {
  const machine = await openMachine(portfolio, env, never);
  const { world, settings } = await openSite(portfolio, project, machine, never);
  const tip = await world.repo.sync(never);
  const at = (await commitOf(portfolio, project, task)) ?? tip.commit;
  const name = `shell-${task}-${randomUUID().slice(0, 8)}`;
  await using workspace = await world.repo.open({ at, name }, never);
  const installed = await provide(world, workspace, never);
  await using home = await openPrivateHome(machine.path, markOf(portfolio.dataDir));
  const { cwd, readable, writable } = roomOf(workspace);
  await using outlet = await openOutlet(machine, settings.network ?? []);
  const argv = machine.sandbox.wrap({
    argv: shellIn(machine.sandbox.kind),
    ...{ cwd, readable },
    writable: [...writable, ...Object.values(home.env), ...(settings.caches ?? [])],
    network: outlet.network,
    session: randomUUID(),
  });
  const own = { ...settings.toolchains, ...settings.env, ...home.env, ...envOf(installed) };
  const whole = { ...own, ...outlet.env, TERM: env["TERM"] ?? "dumb" };
  return await runAttached({ argv, cwd, env: whole });
}

/** The commit that a task's state names, if it has one. */
async function commitOf(portfolio: Portfolio, { name }: ProjectConfig, task: TaskId) {
  const engine = openLedger(portfolio);
  try {
    const state = (await engine.task(name, task))?.task.state;
    return state !== undefined && "commit" in state ? state.commit : null;
  } finally {
    await engine.close();
  }
}
