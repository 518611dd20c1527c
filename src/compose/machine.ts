/** What all projects share on this machine: how processes are held, the agent, the shell. */
import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";
import { openClaudeAgent } from "../adapters/agents/claude.ts";
import { machineClock } from "../adapters/clock.ts";
import type { ContainerCommand } from "../adapters/sandbox/container.ts";
import { openSandbox } from "../adapters/sandbox/open.ts";
import { secretsIn } from "../adapters/sandbox/secrets.ts";
import { surroundingsOf } from "../adapters/sandbox/surroundings.ts";
import { networkEnv, toolchainEnv, toolchainFolders } from "../adapters/sandbox/toolchains.ts";
import { isHarmless, rootsOf } from "../adapters/sandbox/view.ts";
import { homePrefix, sweepHomes } from "../adapters/shell/home.ts";
import { openShell } from "../adapters/shell/open.ts";
import { readPrices } from "../config/prices.ts";
import type { Portfolio, ResourceLimits } from "../core/portfolio.ts";
import type { Agent } from "../ports/agent.ts";
import type { Gateway } from "../ports/gateway.ts";
import type { Sandbox } from "../ports/sandbox.ts";
import type { Shell } from "../ports/shell.ts";
import type { Environment } from "./environment.ts";
import { openModelGateway } from "./model-gateway.ts";
import { type Handed, openRedaction, type Redaction } from "./redaction.ts";

export interface Machine extends Redaction {
  readonly env: Environment;
  readonly sandbox: Sandbox;
  readonly agent: Agent;
  /** The way to the model, and to hosts that a project opens. */
  readonly gateway: Gateway;
  /** Removes the homes that checks of a killed process left. */
  readonly sweepHomes: () => Promise<void>;
  /** Where programs are looked for. */
  readonly path: string;
  /** What agents, or checks, find in their environment; `caches`: the folder of theirs. */
  readonly toolchains: (caches: string) => Readonly<Record<string, string>>;
  /** Opens a shell whose commands share a folder of caches. */
  readonly shell: (caches: string, limits?: ResourceLimits) => Shell;
  /** Added for set-up commands: proxies and trust. */
  readonly network: Readonly<Record<string, string>>;
}

interface Asked extends Pick<Portfolio, "dataDir" | "sandbox" | "containerCommand"> {
  /** Whether the model is one that plays a script, which may run wherever a check may. */
  readonly scripted?: boolean;
  readonly projects?: Handed;
}

/** Opens the machine for a portfolio's data folder. */
export async function openMachine(
  { dataDir, sandbox: wanted, containerCommand, scripted = false, projects = [] }: Asked,
  env: Environment,
  signal: AbortSignal,
): Promise<Machine> {
  const around = (caches: string, apart: boolean) =>
    surroundingsOf({ env, home: homedir(), caches, apart });
  const surroundings = around(dataDir, true);
  const programs = toolchainEnv(surroundings);
  const path = programs["PATH"] ?? "/usr/bin:/bin";
  const mark = markOf(dataDir);
  const shown = [...rootsOf(path), ...toolchainFolders(surroundings).filter(isHarmless)];
  const sandbox = await openSandbox(
    {
      ...{ path, mark, confined: wanted !== "off" },
      view: { shown, hidden: secretsIn(shown) },
      ...containmentOf(env["ORCH_CONTAINMENT"], wanted),
      ...containerOf({ sandbox: wanted, containerCommand }, env),
    },
    signal,
  );
  const toolchains = (caches: string) => toolchainEnv(around(caches, sandbox.confines));
  const prices = readPrices();
  const gateway = await openModelGateway(env, prices, homePrefix(mark));
  const redaction = openRedaction(env, projects);
  const { redact } = redaction;
  return {
    ...redaction,
    ...{ env, sandbox, gateway, path, toolchains },
    network: networkEnv(env),
    shell: (caches, limits) =>
      openShell({
        ...{ sandbox, gateway, env: toolchains(caches), mark, caches: [caches], redact },
        ...(limits === undefined ? {} : { limits }),
      }),
    sweepHomes: () => sweepHomes(path, mark),
    agent: openClaudeAgent({
      ...{ sandbox, env, gateway, prices, redact, clock: machineClock },
      configDir: join(dataDir, "agents"),
      refusal: scripted ? null : refusalOf(sandbox, wanted, env["ORCH_CONTAINMENT"]),
    }),
  };
}

/** The person's own way of holding commands, where the portfolio says so. */
export function containerOf(
  portfolio: Pick<Portfolio, "sandbox" | "containerCommand"> | null,
  env: Environment,
): { readonly container?: ContainerCommand } {
  if (portfolio?.sandbox !== "container") return {};
  return { container: { words: portfolio.containerCommand ?? [], env } };
}

/** What stands for a data folder in the marks of processes. */
export const markOf = (dataDir: string): string =>
  createHash("sha256").update(dataDir).digest("hex").slice(0, 12);

/**
 * A namespace of processes at least, or a person who says that they want it so; the environment,
 * which is nothing that a person reads again, can make nothing weaker.
 */
function refusalOf(
  { kind, promise, confines }: Sandbox,
  wanted: Asked["sandbox"],
  forced: string | undefined,
): string | null {
  const isForced = !confines && forced !== undefined && forced !== "";
  if (wanted === "off" || (kind !== "group" && !isForced)) return null;
  const why = isForced ? `ORCH_CONTAINMENT is ${forced}` : "nothing here confines an agent";
  const mend = isForced ? "unset it" : "install bubblewrap";
  return (
    `${why} (${promise}); ${mend}, or set "sandbox" of the ` +
    'portfolio to "container", or to "off", where agents may do whatever you can'
  );
}

const kinds = ["bubblewrap", "unshare", "seatbelt", "group"] as const;

function containmentOf(
  text: string | undefined,
  wanted: Asked["sandbox"],
): { readonly only?: Sandbox["kind"] } {
  if (text === undefined || text === "") return {};
  if (wanted === "container")
    throw new Error(`ORCH_CONTAINMENT is ${text}, and the portfolio says container: unset it`);
  const only = kinds.find((kind) => kind === text);
  if (only !== undefined) return { only };
  throw new Error(`ORCH_CONTAINMENT is ${text}: say ${kinds.join(", ")}`);
}
