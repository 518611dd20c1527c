/**
 * What outlives the processes of the program: ledgers, repositories, the vendor; and who watches.
 */
import type { MemoryStore } from "../../../src/adapters/engine/memory/storage.ts";
import type { CycleId, ProjectName, TaskId, Token } from "../../../src/core/ids.ts";
import type { Change } from "../../../src/core/ledger.ts";
import type { Limits } from "../../../src/core/schedule.ts";
import type { Ending, SessionRequest } from "../../../src/ports/agent.ts";
import type { Delivery } from "../../../src/ports/engine.ts";
import type { PublishRequest, Rescued } from "../../../src/ports/repo.ts";
import type { CheckSpec } from "../../../src/stages/context.ts";
import type { FaultKind } from "../faults/kinds.ts";
import type { Luck } from "../faults/luck.ts";
import type { Git } from "./git.ts";
import type { Random } from "./random.ts";
import type { Process, Time } from "./time.ts";
import type { Trace } from "./trace.ts";

export interface Universe {
  readonly seed: number;
  readonly random: Random;
  readonly time: Time;
  readonly luck: Luck;
  readonly trace: Trace;
  readonly store: MemoryStore;
  /** Owners of the processes that run. */
  readonly alive: Set<string>;
  /** Until when owners were frozen last. */
  readonly thaws: Map<string, number>;
  /** The newest delivery that an owner was given of a project's job, by queue and subject. */
  readonly given: Map<string, Token>;
  readonly vendor: Vendor;
  readonly lands: ReadonlyMap<ProjectName, Land>;
  readonly tally: Tally;
  watch: Watch;
  /** Called when a process has died, however that came about. */
  died: (process: Process) => void;
  /** Why nothing may be started, or null. */
  obstacle: string | null;
}

/** One project: the person's repository, and what we keep of it. */
export interface Land {
  readonly name: ProjectName;
  readonly git: Git;
  /** Commits of the person's. */
  readonly pushes: PublishRequest["from"][];
  readonly rooms: Map<string, Room>;
  /** What installed folders leave in a slot. */
  readonly pool: { shield: readonly string[]; readonly files: Map<string, string> };
  readonly memo: Map<string, string>;
  readonly journal: Map<string, string>;
  readonly checkout: { readonly dirty: Set<string>; busy: boolean };
  /** Every run of a check that came to its end, by tree and command. */
  readonly runs: Map<string, Run[]>;
  readonly rules: Rules;
  /** A task whose every session kills the process that holds it. */
  poison: TaskId | null;
}

/** How a project wants things done. */
export interface Rules {
  readonly limits: Limits;
  readonly checks: readonly CheckSpec[];
  /** Whether its checks name the tests that fail, or have nothing but an exit code. */
  readonly named: boolean;
  readonly planned: boolean;
  readonly push: boolean;
  readonly intervalMs: number;
  readonly priority: number;
}

/** A workspace; it outlives the process that has it open. */
export interface Room {
  readonly name: string;
  /** Its folder: its name, unless another of that name was open. */
  readonly place: string;
  readonly serial: number;
  readonly base: PublishRequest["from"];
  readonly files: Map<string, string>;
  /** Its files when it was opened. */
  readonly opened: ReadonlyMap<string, string>;
  shield: readonly string[];
  holder: Process | null;
}

export interface Run {
  readonly green: boolean;
  readonly failures: readonly string[];
}

export interface Vendor {
  /** What sessions cost, by project and the delivery that they were part of. */
  readonly accounts: Map<string, Account>;
  /** US dollars by what they count towards: days in all, days of projects, cycles. */
  readonly bill: Map<string, number>;
  /** US dollars by which sessions passed their caps with their last requests, likewise. */
  readonly overrun: Map<string, number>;
  /** The dearest request so far, in US dollars. */
  dearestUsd: number;
  /** The most that was ever set aside for one, in US dollars. */
  worstUsd: number;
  readonly sessions: Map<string, Book>;
  limit: UsageLimit | null;
  outageUntil: number;
  keyRefusedUntil: number;
}

export interface UsageLimit {
  readonly until: number;
  /** What sessions are told of its end; null where that is nothing. */
  readonly told: number | null;
}

/** What one delivery has set aside for its session, and what the session has cost so far. */
export interface Account {
  readonly project: ProjectName;
  /** Null where a session was begun without any delivery, as in a test of it alone. */
  readonly token: Token | null;
  /** The day on which the money was set aside: the one that it counts towards. */
  readonly day: string;
  readonly cycle: CycleId | null;
  readonly capUsd: number;
  usd: number;
  /** When the vendor said that sessions may start again, as it ended this delivery's session. */
  toldUntil: number | null;
}

/** What the vendor knows of one session. */
export interface Book {
  costUsd: number;
  requests: number;
  /** The answer, once the session has finished. */
  answer: { readonly json: unknown } | null;
  /** Of its cost, what the ledger was told of before the next request. */
  toldUsd: number;
}

export interface Tally {
  deaths: number;
  landings: number;
  rejections: number;
  conflicts: number;
  releases: number;
  sessions: number;
  calls: number;
  /** Rows of the task machine that were taken: `state event → state`. */
  readonly rows: Map<string, number>;
}

/** Who sees everything, and says when a promise is broken. */
export interface Watch {
  /** After each write that was committed to a project's ledger. */
  wrote(project: ProjectName, by: Process): void;
  /** What a decision is about to write. */
  writes(project: ProjectName, changes: readonly Change[], by: Process): void;
  /** The engine takes a delivery for the one that holds its job. */
  finishes(delivery: Delivery): void;
  /** The branch was moved by us. */
  landed(land: Land, request: PublishRequest): void;
  charged(account: Account): void;
  began(land: Land, request: SessionRequest, by: Process, book: Book | null): void;
  ended(land: Land, request: SessionRequest, by: Process, ending: Ending): void;
  /** A workspace is about to be given up. */
  gone(land: Land, room: Room): void;
  /** A process was refused a workspace that another has open. */
  refused(land: Land, room: Room, by: Process): void;
  /** A rescue was to be written down. */
  rescued(land: Land, rescued: Rescued): void;
  /** A workspace was lost, through no doing of the program's. */
  lost(land: Land, room: string): void;
  /** Something was heard that no fault of this world explains. */
  heard(text: string): void;
  /** Something threw that no fault of this world explains. */
  broke(fault: unknown): void;
}

/** Marks what this world does on purpose, so that all else that throws is a bug. */
export const onPurpose = "on purpose: ";

export const strikes = (universe: Universe, kind: FaultKind): boolean =>
  universe.luck.strikes(kind);

export const say = ({ trace, time }: Universe, line: string): void => trace.say(time.now(), line);

/** A process that died: nothing comes back to it. */
export const never = <T>(): Promise<T> => new Promise(() => {});
