/** Branded primitives as they are read from a database. */
import * as z from "zod";
import type {
  CommitSha,
  CycleId,
  Instant,
  JobId,
  SessionId,
  TaskId,
  Token,
  TreeSha,
} from "../../../../core/ids.ts";

const matching = <T extends string>(pattern: RegExp, what: string) =>
  z.custom<T>((value) => typeof value === "string" && pattern.test(value), `not a ${what}`);
const whole = <T extends number>(what: string) =>
  z.custom<T>((value) => typeof value === "number" && Number.isFinite(value), `not a ${what}`);

const sha = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

export const taskId = matching<TaskId>(/^[a-z0-9]{12}$/, "task id");
export const cycleId = matching<CycleId>(/^[a-z0-9]{12}$/, "cycle id");
export const jobId = matching<JobId>(/^.+$/, "job id");
export const commitSha = matching<CommitSha>(sha, "commit id");
export const treeSha = matching<TreeSha>(sha, "tree id");
export const sessionId = matching<SessionId>(/^.+$/, "session id");
export const token = whole<Token>("token");
export const instant = whole<Instant>("moment");
export const day = z.string().regex(/^\d{4}-\d\d-\d\d$/);
export const usd = z.number();
export const count = z.int().min(0);
export const texts = z.array(z.string());
