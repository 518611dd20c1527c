import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { openClaudeAgent } from "../../../src/adapters/agents/claude.ts";
import { openStarts } from "../../../src/adapters/agents/starts.ts";
import { openSandbox } from "../../../src/adapters/sandbox/open.ts";
import { readPrices } from "../../../src/config/prices.ts";
import { sessionId } from "../../../src/core/ids.ts";
import { realClock } from "../../support/clock.ts";
import { never, path } from "../../support/sandboxes.ts";
import { openRig, type Rig } from "../../support/scripted-agent.ts";

/** A clock whose sleeps last until they are aborted, or until `pass`. */
function openStillClock() {
  const sleepers: (() => void)[] = [];
  return {
    sleep: (_: number, signal: AbortSignal) =>
      new Promise<void>((wake) => {
        sleepers.push(wake);
        signal.addEventListener("abort", () => wake(), { once: true });
        if (signal.aborted) wake();
      }),
    pass: () => {
      for (const wake of sleepers.splice(0)) wake();
    },
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Has `count` wait for their turns at two at once; answers who has begun, in order. */
async function openLine(count: number) {
  const clock = openStillClock();
  const starts = openStarts(2, clock);
  const [order, ends, aborts] = [
    [] as number[],
    new Map<number, () => void>(),
    Array.from({ length: count }, () => new AbortController()),
  ];
  for (const [at, { signal }] of aborts.entries()) {
    void starts(signal).then((begun) => {
      order.push(at);
      ends.set(at, begun);
    });
  }
  await settled();
  return { order, ends, aborts, ...clock };
}

test("as many begin as may, then one for each that has begun, as they came", async () => {
  const { order, ends } = await openLine(5);
  expect(order).toEqual([0, 1]);
  ends.get(1)?.();
  ends.get(1)?.(); // told twice it is the same turn
  await settled();
  expect(order).toEqual([0, 1, 2]);
  ends.get(0)?.();
  ends.get(2)?.();
  await settled();
  expect(order).toEqual([0, 1, 2, 3, 4]);
});

test("who gives up waiting is answered at once, and takes no turn", async () => {
  const { order, ends, aborts } = await openLine(4);
  aborts[2]?.abort();
  await settled();
  expect(order).toEqual([0, 1, 2]);
  ends.get(0)?.();
  await settled();
  expect(order).toEqual([0, 1, 2, 3]);
});

test("who never says that it has begun loses its turn after a while", async () => {
  const { order, pass } = await openLine(4);
  pass();
  await settled();
  expect(order).toEqual([0, 1, 2, 3]);
});

/** An agent of which one session at a time begins. */
async function oneAtATime(rig: Rig, binary: string | null) {
  const sandbox = await openSandbox({ path, mark: "test-starts" }, never);
  return openClaudeAgent({
    ...{ sandbox, clock: realClock, gateway: rig.gateway, prices: readPrices(), binary },
    ...{ env: { PATH: path, ANTHROPIC_API_KEY: "sk-placeholder" }, apiBase: rig.model.url },
    ...{ configDir: join(rig.data, "s"), startsAtOnce: 1 },
  });
}

test("a program starts when the one before it has ended, where that says nothing", async () => {
  const rig = await openRig({});
  const [binary, log] = [join(rig.data, "claude"), join(rig.cwd, "log")];
  const script = `#!/bin/sh\necho begins >>${log}\nsleep 0.2\necho ends >>${log}\nexit 7\n`;
  await writeFile(binary, script, { mode: 0o755 });
  const agent = await oneAtATime(rig, binary);
  const ids = [randomUUID(), randomUUID(), randomUUID()];
  await Promise.all(ids.map((id) => agent.run(rig.request({ session: sessionId(id) }), never)));
  expect(await readFile(log, "utf8")).toBe("begins\nends\n".repeat(3));
});

test("a session that has begun keeps no other from beginning", async () => {
  const wait = { tool: "Bash", input: { command: "sleep 4" } };
  const slow = { task: "Slow", steps: [wait, { answer: { done: true } }] };
  const rig = await openRig({
    worker: [slow, { task: "Quick", steps: [{ answer: { done: true } }] }],
  });
  const agent = await oneAtATime(rig, null);
  const ended: string[] = [];
  const play = async (prompt: string) => {
    const session = sessionId(randomUUID());
    const { ending } = await agent.run(rig.request({ prompt, session }), never);
    ended.push(`${prompt} ${ending.kind}`);
  };
  const first = play("Slow");
  await vi.waitUntil(() => rig.model.requests().length === 1, { timeout: 20_000 });
  await Promise.all([first, play("Quick")]);
  expect(ended).toEqual(["Quick answered", "Slow answered"]);
});
