import { expect, test } from "vitest";
import { runProcess } from "../../src/adapters/process.ts";

interface Report {
  readonly landed: number;
  readonly overheadFactor: { readonly median: number };
  readonly ours: Side;
  readonly yardstick: Side;
}

interface Side {
  readonly requests: { readonly median: number };
  readonly cpuS: { readonly median: number };
  readonly inputKb: { readonly median: number };
  readonly stages: object;
}

test("the benchmark of a cycle compares it with the same sessions alone", async () => {
  const argv = ["bench/cycle.ts", "--workers", "1", "--latency", "0", "--json"];
  const { ended, stdout, stderr } = await runProcess(
    {
      argv: [process.execPath, "--import", "tsx", ...argv],
      cwd: process.cwd(),
      env: { PATH: process.env["PATH"] ?? "" },
      timeoutMs: 50_000,
      bytesMax: 1_000_000,
    },
    new AbortController().signal,
  );
  expect(ended, Buffer.from(stderr).toString()).toEqual({ kind: "exited", code: 0 });
  const report = JSON.parse(Buffer.from(stdout).toString()) as Report; // checked field by field
  const { ours, yardstick } = report;
  expect(report.landed).toBe(1);
  expect(report.overheadFactor.median).toBeGreaterThan(0);
  // a planner asks four times, a worker five times, a judge three times
  expect([ours.requests.median, yardstick.requests.median]).toEqual([12, 12]);
  expect(Math.min(ours.cpuS.median, yardstick.cpuS.median)).toBeGreaterThan(0.1);
  // the same prompts and options: what differs are folders' names
  expect(ours.inputKb.median / yardstick.inputKb.median).toBeCloseTo(1, 1);
  expect(Object.keys(ours.stages)).toEqual(["plan", "work", "judge", "merge"]);
});
