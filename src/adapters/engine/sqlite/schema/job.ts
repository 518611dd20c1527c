import * as z from "zod";
import type { Job, Subject } from "../../../../core/ledger.ts";
import type { JobRow } from "../../shared/storage.ts";
import { cycleId, instant, jobId, taskId, token } from "./primitives.ts";

const subject: z.ZodType<Subject> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("task"), task: taskId }),
  z.strictObject({ kind: z.literal("cycle"), cycle: cycleId }),
]);

const job: z.ZodType<Job> = z.strictObject({
  id: jobId,
  queue: z.enum(["cycle", "work", "judge", "resolve", "merge"]),
  subject,
  key: z.string().nullable(),
  priority: z.number(),
  sentAt: instant,
  runAt: instant,
  state: z.discriminatedUnion("at", [
    z.strictObject({ at: z.literal("queued"), waitsFor: z.string().nullable() }),
    z.strictObject({ at: z.literal("live"), token, leaseUntil: instant }),
  ]),
});

export const jobRow: z.ZodType<JobRow> = z
  .strictObject({ job, owner: z.string().nullable() })
  .refine((row) => (row.job.state.at === "live") === (row.owner !== null), "owner without a lease");
