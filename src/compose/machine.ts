/** What all projects share on this machine: how processes are held, the agent, the shell. */
import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";
import { openClaudeAgent } from "../adapters/agents/claude.ts";
import { machineClock } from "../adapters/clock.ts";
import { openSandbox } from "../adapters/sandbox/open.ts";
import { surroundingsOf } from "../adapters/sandbox/surroundings.ts";
import { networkEnv, toolchainEnv } from "../adapters/sandbox/toolchains.ts";
import { sweepHomes } from "../adapters/shell/home.ts";
import { openShell } from "../adapters/shell/open.ts";
import { readPrices } from "../config/prices.ts";
import type { Portfolio } from "../core/portfolio.ts";
import type { Redact } from "../core/redact.ts";
import type { Agent } from "../ports/agent.ts";
import type { Gateway } from "../ports/gateway.ts";
import type { Sandbox } from "../ports/sandbox.ts";
import type { Shell } from "../ports/shell.ts";
import type { Environment } from "./environment.ts";
import { openModelGateway } from "./model-gateway.ts";
import { redactFor } from "./open-ledger.ts";

export interface Machine {
  readonly env: Environment;
  /** Takes secrets out of what is stored. */
  readonly redact: Redact;
  readonly sandbox: Sandbox;
  readonly shell: Shell;
  readonly agent: Agent;
  /** The way to the model; null where the agent's own login is used. */
  readonly gateway: Gateway | null;
  /** Removes the homes that checks of a killed process left. */
  readonly sweepHomes: () => Promise<void>;
  /** What agents and checks find in their environment: PATH, toolchains' homes. */
  readonly toolchains: Readonly<Record<string, string>>;
  /** Added for set-up commands: proxies and trust. */
  readonly network: Readonly<Record<string, string>>;
}

/** Opens the machine for a portfolio's data folder. */
export async function openMachine(
  { dataDir }: Pick<Portfolio, "dataDir">,
  env: Environment,
  signal: AbortSignal,
): Promise<Machine> {
  const caches = join(dataDir, "caches");
  const toolchains = toolchainEnv(surroundingsOf({ env, home: homedir(), caches }));
  const mark = markOf(dataDir);
  const only = containmentOf(env["ORCH_CONTAINMENT"]);
  const options = { path: toolchains["PATH"] ?? "/usr/bin:/bin", mark };
  const sandbox = await openSandbox(only === null ? options : { ...options, only }, signal);
  const prices = readPrices();
  const gateway = await openModelGateway(dataDir, env, prices);
  const configDir = join(dataDir, "agents");
  const redact = redactFor(env);
  return {
    ...{ env, redact },
    sandbox,
    toolchains,
    network: networkEnv(env),
    shell: openShell({ sandbox, env: toolchains, mark }),
    sweepHomes: () => sweepHomes(options.path, mark),
    gateway,
    agent: openClaudeAgent({
      ...{ sandbox, env, configDir, gateway, prices, redact },
      clock: machineClock,
    }),
  };
}

/** What stands for a data folder in the marks of processes. */
export const markOf = (dataDir: string): string =>
  createHash("sha256").update(dataDir).digest("hex").slice(0, 12);

function containmentOf(text: string | undefined): Sandbox["kind"] | null {
  if (text === undefined || text === "") return null;
  if (text === "bubblewrap" || text === "unshare" || text === "group") return text;
  throw new Error(`ORCH_CONTAINMENT is ${text}: say bubblewrap, unshare or group`);
}
