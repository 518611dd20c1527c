/** What `main.ts` hands to the commands: the faces ask, and never see an adapter. */
import type { ProjectName, TaskId } from "../core/ids.ts";
import type { Portfolio, ProjectConfig } from "../core/portfolio.ts";
import type { Reach } from "../core/reach.ts";
import type { Hear, House } from "../engine/house.ts";
import type { Patrolled } from "../engine/patrol.ts";
import type { Clock } from "../ports/clock.ts";
import type { Engine } from "../ports/engine.ts";
import type { KeptWork } from "../ports/repo.ts";

export interface Backstage {
  readonly clock: Clock;
  /** The ledgers alone: quick to open, for reads and for a person's small commands. */
  openLedger(portfolio: Portfolio): Promise<Engine>;
  /** Everything that cycles need. Projects that cannot be opened are told in `obstacles`. */
  openHouse(portfolio: Portfolio, options: HouseOptions): Promise<OpenHouse>;
  /** Takes the data folder for one engine process. */
  lock(portfolio: Portfolio, kind: "daemon" | "run"): Promise<Lock>;
  /** Who works with the data folder now; null where nobody does. Creates nothing. */
  holder(portfolio: Portfolio): Promise<Holder | null>;
  /** Says why nothing can be done in a project's folder; null where something can. Cheap. */
  unusable(path: string): Trouble | null;
  /** The git folder of the nearest repository upward of a folder; null where there is none. */
  repositoryAround(path: string): string | null;
  /**
   * Says that the data folder lies inside a project; hides it from git where it lies in some other
   * repository.
   */
  placeData(portfolio: Portfolio): Promise<Trouble | null>;
  /** Says why nothing can be begun in the data folder; null where it can be written to. */
  lackOfRoom(portfolio: Portfolio): Promise<Trouble | null>;
  /** Looks at one project, its repository and its settings: `orch doctor --project`. */
  inspectProject(portfolio: Portfolio, project: ProjectConfig): Promise<readonly Finding[]>;
  /**
   * Looks at the machine: git, containment, the agent's program, key or login, data folder, disk.
   */
  inspectMachine(portfolio: Portfolio | null): Promise<readonly Finding[]>;
  /** Tries to get out of where commands are held, or shows that it works where they are not. */
  probe(options: ProbeOptions): Promise<Probing>;
  /** Opens a person's shell on a task's workspace, confined as its worker is; its exit code. */
  enter(portfolio: Portfolio, project: ProjectConfig, task: TaskId): Promise<number>;
  /** Holds a project's ledger against its log and its branch: `orch audit verify`. */
  audit(portfolio: Portfolio, project: ProjectConfig): Promise<Audit>;
  /** Looks for what is there and nobody needs, and mends it where the round says so. */
  patrol(portfolio: Portfolio, round: Round): Promise<readonly Patrolled[]>;
  /** Finds a project's test, lint and set-up commands in a folder: for `orch init`. */
  detect(path: string): Promise<Detected>;
  /** Whether a branch is there in a project's repository; false where that cannot be told. */
  hasBranch(path: string, branch: string): Promise<boolean>;
  /** What was kept of work that did not land, in the person's repositories. */
  rescues(): Promise<Rescues>;
  /** Names what a project holds that has not landed: branches, references, workspaces. */
  unmerged(portfolio: Portfolio, project: ProjectConfig): Promise<readonly string[]>;
  /**
   * Removes every trace of the program from a project: branches, refs, `.orch/`, ledger, clones.
   * What has not landed is kept as rescues, unless `rescued` lets those go, too.
   */
  forget(
    portfolio: Portfolio,
    project: ProjectConfig,
    options: { readonly rescued: boolean },
  ): Promise<readonly string[]>;
  /** Makes the demo's sample projects and, unless `live`, starts the scripted model. */
  openDemo(options: { readonly folder: string | null; readonly live: boolean }): Promise<Demo>;
  /** The file that holds a session's messages, one JSON object a line. */
  transcript(portfolio: Portfolio, project: ProjectName, name: string): string;
}

/** Kept work in a project's repository; nothing here touches a working tree or an index. */
export interface Rescues {
  /** Oldest first. */
  list(project: ProjectConfig): Promise<readonly KeptWork[]>;
  /** Makes a branch; throws with what to do where one of that name is there. */
  restore(project: ProjectConfig, kept: KeptWork, branch: string): Promise<void>;
  /** Removes it for good. */
  drop(project: ProjectConfig, kept: KeptWork): Promise<void>;
}

/** How far a look goes, and whether anything is done. */
export interface Round {
  /** Projects to look at; all where it is null. */
  readonly only: readonly ProjectName[] | null;
  readonly mends: boolean;
  /** Whether the data folder's lock is held, and nothing has been started under it. */
  readonly alone: boolean;
  /** Whether every object may be read, which takes its time. */
  readonly thorough: boolean;
}

export interface HouseOptions {
  readonly hear: Hear;
  /** Projects to open; all enabled ones where it is null. */
  readonly only: readonly ProjectName[] | null;
  /** Goes before the program's own environment, e.g. the demo's scripted model. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface OpenHouse {
  readonly house: House;
  /** How agents and checks are held, and what that does not promise, in a sentence. */
  readonly containment: string;
  /** Whether that holds files and network, too. */
  readonly confined: boolean;
  /** Why sessions cannot start at all; null where they can. */
  readonly agentProblem: {
    readonly kind: "noBinary" | "noSandbox" | "noKey";
    readonly detail: string;
  } | null;
  readonly obstacles: readonly Obstacle[];
  /** Looks after what the house's projects have on the disk. */
  patrol(): Promise<readonly Patrolled[]>;
  /** Takes a portfolio that has been read again: sites change, the ledger stays. */
  reload(portfolio: Portfolio): Promise<readonly Obstacle[]>;
  close(): Promise<void>;
}

/** Something in the way, and what to do about it. */
export interface Trouble {
  readonly what: string;
  readonly hint: string;
}

/** Why a project cannot be opened, and what to do about it. */
export interface Obstacle extends Trouble {
  readonly project: ProjectName;
}

/** The process that works with a data folder. */
export interface Holder {
  readonly kind: "daemon" | "run";
  readonly pid: number;
  /** Where it asks the model; one of an older version does not say. */
  readonly asks?: string | undefined;
}

export type Lock =
  | { readonly kind: "held"; readonly release: () => Promise<void> }
  | { readonly kind: "busy"; readonly holder: Holder | null };

export interface Finding {
  readonly level: "ok" | "warning" | "problem";
  readonly what: string;
  /** What to do about it; null where there is nothing to do. */
  readonly hint: string | null;
}

export interface ProbeOptions {
  readonly held: boolean;
  /** Says whether a container holds them; null: the machine. */
  readonly portfolio: Pick<Portfolio, "sandbox" | "containerCommand"> | null;
}

/** What the escape probes came to. */
export interface Probing {
  /** What held them, in a sentence; null where nothing did. */
  readonly held: string | null;
  readonly rows: readonly Probed[];
}

/** One escape probe. */
export interface Probed {
  readonly name: string;
  /** What it tried, in words. */
  readonly tries: string;
  readonly escaped: boolean;
  /** The last that it said, or why it was ended. */
  readonly said: string;
}

/** What a project's ledger was found to be. */
export interface Audit {
  /** Events, tasks and landings that were looked at. */
  readonly events: number;
  readonly tasks: number;
  readonly landings: number;
  /** Damage, and differences between the ledger, its log and the branch, in sentences. */
  readonly flaws: readonly string[];
}

export interface Detected {
  readonly testCommand: string | null;
  readonly lintCommand: string | null;
  readonly setupCommand: string | null;
  /** What its set-up is to reach, and why; null where it fetches nothing. */
  readonly fetching: { readonly reach: Reach; readonly why: string } | null;
  readonly backlog: "claude_md" | "backlog_file" | "manual";
}

export interface Demo {
  /** The demo's portfolio file, ready to be loaded. */
  readonly portfolioFile: string;
  readonly folder: string;
  /** Environment that points agents to the scripted model; empty for `--live`. */
  readonly env: Readonly<Record<string, string>>;
  /** What the scripted model would have charged so far, in US dollars. */
  bill(): { readonly requests: number; readonly costUsd: number };
  close(): Promise<void>;
}
