import { expect, test } from "vitest";
import { nothingSpent } from "../../src/core/records.ts";
import type { Workspace } from "../../src/ports/repo.ts";
import type { Stage } from "../../src/stages/context.ts";
import { type WorkRequest, work } from "../../src/stages/work/work.ts";
import { realClock } from "../support/clock.ts";
import { anAttempt, aTask, sha } from "../support/records.ts";

const signal = new AbortController().signal;

test("a fault while the work is taken leaves the workspace as it is, for the next try", async () => {
  const fates: string[] = [];
  const workspace: Workspace = {
    ...{ name: "work-aaaaaaaaaaaa-1", path: "/nowhere", readable: [], base: sha("b") },
    shield: async () => undefined,
    keep: () => void fates.push("kept"),
    [Symbol.asyncDispose]: async () => void fates.push("given back"),
  };
  const json = { outcome: "submitted", summary: "Done." };
  const stage = {
    world: {
      clock: realClock,
      repo: {
        sync: async () => ({ commit: sha("b"), tree: sha("e"), branch: "main" }),
        isOpen: async () => false,
        open: async () => workspace,
        read: async () => null,
        snapshot: async () => {
          throw new Error("the disk is full");
        },
      },
      dependencies: { install: async () => ({ kind: "ready", paths: [], env: {} }) },
      agent: {
        run: async () => ({
          ...{ ending: { kind: "answered", json }, text: "", durationMs: 1 },
          ...nothingSpent,
        }),
      },
    },
    settings: {
      ...{ name: "shop", checks: [], env: {}, models: {}, timeoutsMs: {} },
      contracts: { worker_fix: "{{project}} {{checks}} {{conventions}}" },
      transcript: () => "/nowhere/x.jsonl",
    },
    listen: () => undefined,
  } as unknown as Stage; // nothing else is asked for on this way
  const request: WorkRequest = {
    task: aTask(),
    attempt: anAttempt(),
    resume: false,
    before: null,
    history: { verdicts: [] },
    budgetUsd: 1,
    spare: "work-spare",
    anew: anAttempt().session,
    begun: async () => undefined,
    ended: async () => true,
  };
  await expect(work(stage, request, signal)).rejects.toThrow("the disk is full");
  expect(fates[0]).toBe("kept");
});
