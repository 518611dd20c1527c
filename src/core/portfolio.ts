/** What a person has decided about their projects; `src/config` reads it from a file. */
import type { ProjectName } from "./ids.ts";
import type { Reach } from "./reach.ts";

export type LogLevel = "debug" | "info" | "warning" | "error";

/** Where a project's work comes from. */
export type BacklogSource = "claude_md" | "backlog_file" | "manual";

/** The contracts that a project may replace with a file of its own. */
export type PromptName =
  | "planner"
  | "worker_code"
  | "worker_test"
  | "worker_fix"
  | "worker_review"
  | "judge"
  | "refinery";

/** All projects and what they share. */
export interface Portfolio {
  readonly name: string;
  /** Absolute path of the file that this was read from. */
  readonly file: string;
  /** Absolute path of the folder with ledgers, clones and transcripts. */
  readonly dataDir: string;
  readonly logLevel: LogLevel;
  /** Most workers over all projects; `null`: only the projects' own limits hold. */
  readonly maxWorkers: number | null;
  /** US dollars a day over all projects; `null`: no limit. */
  readonly maxBudgetPerDay: number | null;
  /** Days for which transcripts, and references of failed tasks, stay where they are. */
  readonly keepDays: number;
  /** GiB that the data folder may take; `null`: no limit. */
  readonly dataQuotaGb: number | null;
  /** Per cent of the vendor's allowance that agents leave to the person; 0: nothing. */
  readonly keepForMe: number;
  /**
   * Whether agents, checks and set-up are confined by the machine (`auto`), by containers of the
   * person's command, or can do whatever the person can (`off`).
   */
  readonly sandbox: "auto" | "container" | "off";
  /** Word by word, with `{options}` where ours go; there where `sandbox` is `container`. */
  readonly containerCommand: readonly string[] | null;
  readonly projects: readonly ProjectConfig[];
}

/**
 * One project's settings; every path is absolute unless it says otherwise. Budgets are in US
 * dollars.
 */
export interface ProjectConfig {
  readonly name: ProjectName;
  readonly path: string;
  readonly enabled: boolean;
  /** Higher goes first. */
  readonly priority: number;
  readonly maxWorkers: number;
  readonly workerTimeoutSeconds: number;
  /** The worker's and the refinery's model: an alias or a full id. */
  readonly model: string;
  readonly plannerModel: string;
  /** Model of a task's last attempt; `auto`: the next stronger one; `none` or null: the same. */
  readonly escalationModel: string | null;
  readonly judgeModel: string;
  readonly maxBudgetPerTask: number;
  readonly plannerBudget: number;
  readonly judgeBudget: number;
  /** The most that one request may cost at worst; `null`: no cap. */
  readonly maxBudgetPerRequest: number | null;
  readonly maxBudgetPerCycle: number | null;
  readonly maxBudgetPerDay: number | null;
  readonly maxAttempts: number;
  /** Of tasks, or of plannings, before the project is paused. */
  readonly maxFailuresInARow: number;
  readonly cycleIntervalMinutes: number;
  readonly backlogSource: BacklogSource;
  /** Relative to the project. */
  readonly backlogFile: string;
  /** Relative to the project. */
  readonly plannerContextFiles: readonly string[];
  /** Shell command; empty: none. */
  readonly testCommand: string;
  /** Shell command; empty: none. */
  readonly lintCommand: string;
  readonly checkTimeoutSeconds: number;
  /** Shell command; `null`: found by itself; empty: none. */
  readonly setupCommand: string | null;
  readonly setupTimeoutSeconds: number;
  /** Target branch; `null`: found by itself. */
  readonly branch: string | null;
  /** Ends in `/`. */
  readonly gitBranchPrefix: string;
  /** `Name <mail>`; `null`: the program's own. */
  readonly gitAuthor: string | null;
  readonly push: boolean;
  /** Files that replace the built-in contracts. */
  readonly prompts: Readonly<Partial<Record<PromptName, string>>>;
  /** Names of environment variables that reach workers and checks. */
  readonly env: readonly string[];
  /** What agents and checks reach besides the model. */
  readonly network: Reach;
  /** What the set-up command reaches. */
  readonly setupNetwork: Reach;
  readonly limits: ResourceLimits;
}

/** What one session, check or set-up may use before it is ended, with all its processes. */
export interface ResourceLimits {
  /** Memory that is the processes' own, in bytes. */
  readonly memoryBytes: number;
  readonly processes: number;
  /** Processor time of all processes together, in milliseconds; `null`: no limit. */
  readonly cpuMs: number | null;
  /** Growth of the folders that it may change, in bytes; no single file grows beyond it. */
  readonly diskBytes: number;
  /** Output of a command, in bytes, kept or not. */
  readonly outputBytes: number;
}
