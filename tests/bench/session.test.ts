import { expect, test } from "vitest";
import { runProcess } from "../../src/adapters/process.ts";

test("the benchmark of a session compares it with the same one unheld and ungated", async () => {
  const argv = ["bench/session.ts", "--runs", "1", "--latency", "0", "--json"];
  const { ended, stdout, stderr } = await runProcess(
    {
      argv: [process.execPath, "--import", "tsx", ...argv],
      cwd: process.cwd(),
      env: { PATH: process.env["PATH"] ?? "" },
      timeoutMs: 110_000,
      bytesMax: 1_000_000,
    },
    new AbortController().signal,
  );
  expect(ended, Buffer.from(stderr).toString()).toEqual({ kind: "exited", code: 0 });
  const report = JSON.parse(Buffer.from(stdout).toString());
  expect(report).toMatchObject({ runs: 1, requests: 5, kind: "bubblewrap" });
  expect(report.ratio.median).toBeCloseTo(report.bothMs.median / report.neitherMs.median, 1);
}, 120_000);
