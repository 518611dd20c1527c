import { spawn } from "node:child_process";
import { expect, onTestFinished, test } from "vitest";
import { parseStat } from "../../../src/adapters/process/group.ts";
import { bootId, identifyProcess, isAlive } from "../../../src/adapters/process/identity.ts";
import { until } from "../../support/processes.ts";

test("a running process is itself, and not one that began at another time or boot", async () => {
  const me = await identifyProcess(process.pid);
  if (me === null) throw new Error("the test's own process was not found");
  expect(me).toMatchObject({ pid: process.pid, bootId: await bootId() });
  expect(await isAlive(me)).toBe(true);
  expect(await isAlive({ ...me, startTime: `${me.startTime}1` })).toBe(false);
  expect(await isAlive({ ...me, bootId: "another" })).toBe(false);
});

test("nobody has a number that no process can have", async () => {
  expect(await identifyProcess(2 ** 30)).toBeNull();
});

test("a zombie is dead although it can still be signalled", async () => {
  // The outer shell becomes a sleeper that never reaps the inner one.
  const parent = spawn("sh", ["-c", "sh -c 'echo $$; read -r gone' <&3 & exec sleep 1000"], {
    stdio: ["ignore", "pipe", "ignore", "pipe"],
  });
  onTestFinished(() => void parent.kill("SIGKILL"));
  const pid = await new Promise<number>((resolve) =>
    parent.stdout?.once("data", (chunk) => resolve(Number.parseInt(String(chunk), 10))),
  );
  const identity = await identifyProcess(pid);
  if (identity === null) throw new Error("the child was not found");
  expect(await isAlive(identity)).toBe(true);
  process.kill(pid, "SIGKILL");
  await until(async () => !(await isAlive(identity)), "it is dead");
  expect(process.kill(pid, 0)).toBe(true);
});

test("a name with spaces and parentheses does not shift the fields", () => {
  const rest = "S 1 77 77 0 -1 4194304 0 0 0 0 1 2 3 4 20 0 1 0 12345 0 0";
  expect(parseStat(`9 (a) R (b c) ${rest}`)).toEqual({
    dead: false,
    group: 77,
    parent: 1,
    cpuTicks: 10,
    startTime: "12345",
  });
  expect(parseStat("")).toBeNull();
});
