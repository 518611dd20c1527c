/** What every stage is given: the world of one project, and how that project wants things done. */

import type { ProjectName } from "../core/ids.ts";
import type { ResourceLimits } from "../core/portfolio.ts";
import type { Reach } from "../core/reach.ts";
import type { Match } from "../core/scope.ts";
import type { Agent, Role, SessionEvent } from "../ports/agent.ts";
import type { Backlog } from "../ports/backlog.ts";
import type { Clock } from "../ports/clock.ts";
import type { Dependencies } from "../ports/dependencies.ts";
import type { Purse } from "../ports/gateway.ts";
import type { Memo } from "../ports/memo.ts";
import type { Repo } from "../ports/repo.ts";
import type { Reports } from "../ports/reports.ts";
import type { Shell } from "../ports/shell.ts";

export interface World {
  readonly clock: Clock;
  readonly agent: Agent;
  readonly repo: Repo;
  readonly shell: Shell;
  readonly dependencies: Dependencies;
  readonly reports: Reports;
  readonly backlog: Backlog;
  readonly memo: Memo;
  readonly match: Match;
}

/** One of a project's checks; `timeoutMs` is wall-clock time. */
export interface CheckSpec {
  readonly name: string;
  readonly command: string;
  readonly timeoutMs: number;
}

export type ContractName =
  | "planner_system"
  | "worker_code"
  | "worker_test"
  | "worker_fix"
  | "worker_review"
  | "judge_system"
  | "refinery_system";

export interface Settings {
  readonly name: ProjectName;
  /** Aliases or full model ids. */
  readonly models: Readonly<Record<Role, string>>;
  /** The model of a task's last attempt; null where it is the worker's. */
  readonly escalation: string | null;
  /** Wall-clock limits of a session, in milliseconds. */
  readonly timeoutsMs: Readonly<Record<Role, number>>;
  readonly checks: readonly CheckSpec[];
  /** The contracts' templates, the project's own where it overrides them. */
  readonly contracts: Readonly<Record<ContractName, string>>;
  /**
   * What the environment is beyond the tree: set-up command, runtime; part of a check's identity.
   */
  readonly environment: string;
  /** Under what agents and checks run, in a line for the records. */
  readonly held?: string | undefined;
  /** Given to agents and checks. */
  readonly env: Readonly<Record<string, string>>;
  /** Given to agents besides: where toolchains are, which checks are told by the shell. */
  readonly toolchains?: Readonly<Record<string, string>>;
  /** Folders of toolchains' caches, which agents may change. */
  readonly caches?: readonly string[];
  /** What agents and checks reach beyond the model; nothing where it is left out. */
  readonly network?: Reach;
  /** What a session may use of the machine. */
  readonly resources?: ResourceLimits;
  readonly workersMax: number;
  readonly push: boolean;
  /** The file that receives a session's messages. */
  readonly transcript: (name: string) => string;
}

/** Hears what agents do, as it happens. */
export type Listen = (event: SessionEvent) => void;

export interface Stage {
  readonly world: World;
  readonly settings: Settings;
  readonly listen: Listen;
  /** What sessions pay from, where the gateway counts their requests. */
  readonly purse: Purse;
}
