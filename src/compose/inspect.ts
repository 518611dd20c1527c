/** What `orch doctor` looks at. */
import { join } from "node:path";
import { machineClock } from "../adapters/clock.ts";
import { restoreHint } from "../adapters/engine/sqlite/errors.ts";
import { inspectRepo } from "../adapters/git/inspect.ts";
import { gitMin, gitVersion, isNewEnough } from "../adapters/git/version.ts";
import { SandboxError } from "../adapters/sandbox/open.ts";
import type { Finding } from "../cli/backstage.ts";
import type { Portfolio, ProjectConfig } from "../core/portfolio.ts";
import { noPurse } from "../ports/gateway.ts";
import type { Sandbox } from "../ports/sandbox.ts";
import { runChecks, type SetupFailed } from "../stages/judge/run-checks.ts";
import { provide } from "../stages/provide.ts";
import { findFlaws } from "./audit.ts";
import { repositoryOfData, whyMisplaced } from "./data-place.ts";
import type { Environment } from "./environment.ts";
import { findingOf } from "./inspect-check.ts";
import { inspectEntry } from "./inspect-entry.ts";
import { lackOf } from "./lack.ts";
import { openMachine } from "./machine.ts";
import { lackOfRoom, whyUnwritable } from "./room.ts";
import { openSite } from "./site.ts";

const ok = (what: string): Finding => ({ level: "ok", what, hint: null });
const problem = (what: string, hint: string): Finding => ({ level: "problem", what, hint });
const warning = (what: string, hint: string): Finding => ({ level: "warning", what, hint });

/** Looks at the machine: git, containment, the agent's program and credential, the data folder. */
export async function inspectMachine(
  portfolio: Portfolio | null,
  env: Environment,
): Promise<readonly Finding[]> {
  const never = new AbortController().signal;
  const asked =
    portfolio ?? ({ dataDir: process.cwd(), sandbox: "auto", containerCommand: null } as const);
  const findings: Finding[] = [ok(`Node ${process.version}`), await inspectGit(never)];
  if (portfolio !== null) {
    const folder = await inspectDataDir(portfolio.dataDir);
    findings.push(folder, ...inspectPlace(portfolio));
    if (folder.level === "problem") return findings; // the rest keeps its files there
  }
  const machine = await openMachine(asked, env, never).catch(orSandboxError);
  if (machine instanceof SandboxError) return [...findings, problem(machine.message, machine.hint)];
  findings.push(held(machine.sandbox, asked.sandbox));
  const trouble = await machine.agent.ready(never);
  if (trouble === null) findings.push(ok("the agent's program and a credential are there"));
  else if (trouble.kind === "noBinary")
    findings.push(problem(trouble.detail, "run `npm ci` again, or install Claude Code"));
  else if (trouble.kind === "noSandbox")
    findings.push(problem(trouble.detail, "install bubblewrap (bwrap) for the strongest of them"));
  else findings.push(problem(trouble.detail, "`orch demo` needs neither key nor login"));
  return findings;
}

function orSandboxError(fault: unknown): SandboxError {
  if (fault instanceof SandboxError) return fault;
  throw fault;
}

/** How agents and checks are held here, and what mends it where that is not by much. */
function held({ kind, confines, promise }: Sandbox, wanted: Portfolio["sandbox"]): Finding {
  if (confines) return ok(`agents and checks are confined by ${promise}`);
  if (wanted === "off")
    return warning(
      `the portfolio turns the sandbox OFF: agents can do whatever you can (${promise})`,
      'write "sandbox": "auto" into the portfolio',
    );
  const what = `agents and checks are held by ${promise}`;
  const forbidden = "install bubblewrap; where it is there, let it use user namespaces";
  const lacking = "install bubblewrap (Linux), or name a `container_command`";
  return kind === "group" ? problem(what, lacking) : warning(what, forbidden);
}

async function inspectGit(signal: AbortSignal): Promise<Finding> {
  const hint = `install git ${gitMin} or newer`;
  try {
    const version = await gitVersion(signal);
    return isNewEnough(version) ? ok(`git ${version}`) : problem(`git ${version} is too old`, hint);
  } catch (fault) {
    return problem(fault instanceof Error ? fault.message : String(fault), hint);
  }
}

async function inspectDataDir(dataDir: string): Promise<Finding> {
  const lack = await lackOfRoom(dataDir);
  return lack === null
    ? ok(`the data folder ${dataDir} is writable`)
    : problem(lack.what, lack.hint);
}

/** Whether agents, test runners or git come upon the data folder. */
function inspectPlace({ dataDir, projects }: Portfolio): readonly Finding[] {
  const misplaced = whyMisplaced(
    dataDir,
    projects.filter(({ enabled }) => enabled),
  );
  if (misplaced !== null) return [problem(misplaced.what, misplaced.hint)];
  const around = repositoryOfData(dataDir);
  if (around === null) return [];
  const what = `the data folder ${dataDir} lies in the repository of ${around.gitDir}`;
  return [
    warning(what, "`run` and `start` hide it by info/exclude; better, set `data_dir` elsewhere"),
  ];
}

/** Looks at a project; what keeps it from being looked at is a finding, too. */
export async function inspectProject(
  portfolio: Portfolio,
  project: ProjectConfig,
  env: Environment,
): Promise<readonly Finding[]> {
  try {
    return await lookAt(portfolio, project, env);
  } catch (fault) {
    const hint = fault instanceof Error && "hint" in fault ? String(fault.hint) : null;
    const what = fault instanceof Error ? fault.message : String(fault);
    return [problem(what, hint ?? "mend this first; the rest was not looked at")];
  }
}

async function inspectLedger(
  portfolio: Portfolio,
  project: ProjectConfig,
): Promise<readonly Finding[]> {
  const { events, flaws } = await findFlaws(portfolio, project);
  const backup = restoreHint(join(portfolio.dataDir, `${project.name}.db`));
  if (flaws.length > 0)
    return flaws.map(({ of, what, hint }) =>
      // a person may have moved their branch back on purpose
      of === "branch" ? warning(what, hint ?? "look at the branch") : problem(what, backup),
    );
  return events === 0 ? [] : [ok(`its ledger is whole: ${events} events give its state again`)];
}

/** Looks at a project: its repository, and whether its set-up and checks run on its tip. */
async function lookAt(
  portfolio: Portfolio,
  project: ProjectConfig,
  env: Environment,
): Promise<readonly Finding[]> {
  const never = new AbortController().signal;
  const found = await inspectRepo(project.path, project.gitBranchPrefix, never);
  const findings: Finding[] = found.map(({ severity, detail, hint }) => ({
    level: severity === "error" ? "problem" : "warning",
    what: detail,
    hint,
  }));
  if (findings.some(({ level }) => level === "problem")) return findings;
  // told once, with the machine
  if ((await whyUnwritable(portfolio.dataDir)) !== null)
    return [...findings, warning("its checks were not run", "mend the data folder first")];
  findings.push(...(await inspectLedger(portfolio, project)));
  const machine = await openMachine(portfolio, env, never);
  const { world, settings } = await openSite(portfolio, project, machine, never);
  const tip = await world.repo.sync(never);
  findings.push(ok(`work lands on ${tip.branch}, now at ${tip.commit.slice(0, 12)}`));
  findings.push(...(await inspectEntry(project, world.repo, { tip, env })));
  const name = `doctor-${machineClock.newId()}`;
  if (settings.checks.length === 0) {
    const hint = "set `test_command`: without it the judge's reading is the only gate";
    findings.push(warning("no checks are configured", hint));
    await using workspace = await world.repo.open({ at: tip.commit, name }, never);
    const installed = await provide(world, workspace, never);
    return installed.kind === "failed" ? [...findings, unset(installed)] : findings;
  }
  const stage = { world, settings, listen: () => undefined, purse: noPurse };
  const checked = await runChecks(stage, { at: tip, name }, never);
  if (checked.kind === "setupFailed") return [...findings, unset(checked)];
  const runs = checked.kind === "ran" ? checked.runs : [];
  return [...findings, ...runs.map(findingOf)];
}

function unset({ command, output }: Pick<SetupFailed, "command" | "output">): Finding {
  const usual = "set `setup_command` to what a fresh clone needs, or to an empty text for none";
  return problem(`\`${command}\` fails:\n${output}`, lackOf(output, "setup_network") ?? usual);
}
