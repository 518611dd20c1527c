/**
 * Branded primitives: a TaskId is a string at run time and its own type at compile time. A brand
 * exists for the compiler alone, so only `as` can give it; each `as` is in this file.
 */

declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** A project's name in the portfolio: `[a-z0-9][a-z0-9._-]*`, `portfolio` reserved. */
export type ProjectName = Branded<string, "ProjectName">;
/** Twelve characters of `[a-z0-9]`. */
export type TaskId = Branded<string, "TaskId">;
/** Twelve characters of `[a-z0-9]`. */
export type CycleId = Branded<string, "CycleId">;
/** Names one job of the engine; a job may be delivered several times. */
export type JobId = Branded<string, "JobId">;
/** A full commit id, 40 or 64 hexadecimal digits. */
export type CommitSha = Branded<string, "CommitSha">;
/** A full tree id, 40 or 64 hexadecimal digits. */
export type TreeSha = Branded<string, "TreeSha">;
/** Names one delivery of one job. Later deliveries of a project have greater tokens. */
export type Token = Branded<number, "Token">;
/** Milliseconds since the epoch, as the injected clock tells it. */
export type Instant = Branded<number, "Instant">;
/** A UUID that names one agent session and its transcript. */
export type SessionId = Branded<string, "SessionId">;

const id12 = /^[a-z0-9]{12}$/;
const sha = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const name = /^[a-z0-9][a-z0-9._-]*$/;

function checked<T extends string>(text: string, pattern: RegExp, what: string): T {
  if (!pattern.test(text)) throw new Error(`not a ${what}: ${JSON.stringify(text)}`);
  return text as T;
}

export const projectName = (text: string): ProjectName => checked(text, name, "project name");
export const taskId = (text: string): TaskId => checked(text, id12, "task id");
export const cycleId = (text: string): CycleId => checked(text, id12, "cycle id");
export const commitSha = (text: string): CommitSha => checked(text, sha, "commit id");
export const treeSha = (text: string): TreeSha => checked(text, sha, "tree id");
export const jobId = (text: string): JobId => text as JobId;
export const sessionId = (text: string): SessionId => text as SessionId;
export const token = (n: number): Token => n as Token;
export const instant = (ms: number): Instant => ms as Instant;
/** The instant `ms` milliseconds after `at`. */
export const later = (at: Instant, ms: number): Instant => instant(at + ms);

/** Tells whether `text` may name a project. */
export const isProjectName = (text: string): boolean => name.test(text) && text !== "portfolio";
