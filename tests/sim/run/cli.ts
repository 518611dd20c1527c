/** `npm run sim`: runs seeds and says what came of them. */
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundle } from "./bundle.ts";
import { runSeeds } from "./pool.ts";
import { addRun, openSummary, renderSummary, renderViolation } from "./summary.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "500" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    trace: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});

const one = values.seed !== undefined;
const from = Number(values.seed ?? values.from);
const count = one ? 1 : Number(values.seeds);
if (!Number.isInteger(from) || !Number.isInteger(count) || count < 1)
  throw new Error("seeds are whole numbers");

const folder = await mkdtemp(join(tmpdir(), "orch-sim-"));
const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
const sum = openSummary();
const began = performance.now();
try {
  const file = await bundle(join(folder, "worker.mjs"));
  const workers = one ? 1 : availableParallelism();
  const batch = { file, from, count, workers, whole: values.trace };
  const end = await runSeeds(
    batch,
    (ran) => {
      addRun(sum, ran);
      if (one && values.trace && ran.violation === null) console.log(ran.trace.join("\n"));
      return ran.violation === null;
    },
    stop.signal,
  );
  if (end.kind === "hung") console.error("a seed hangs: the program goes round without waiting");
  if (end.kind === "hung") process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
const seconds = (performance.now() - began) / 1000;
if (values.json) {
  const plain = (_: string, value: unknown) =>
    value instanceof Map ? Object.fromEntries(value) : value;
  console.log(JSON.stringify({ ...sum, seconds }, plain, 2));
} else {
  for (const each of sum.violations) console.log(renderViolation(each));
  console.log(renderSummary(sum, seconds));
}
if (sum.violations.length > 0) process.exitCode = 1;
