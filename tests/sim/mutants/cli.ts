/**
 * `npm run mutants [-- PART OF A NAME]`: hunts mutants and says how each died; 1 where any
 * survives.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { huntAll, mutants } from "./hunt.ts";

const part = process.argv[2] ?? "";
const hunted = mutants.filter(({ name, file }) => `${file} ${name}`.includes(part));
const folder = await mkdtemp(join(tmpdir(), "orch-mutants-"));
const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
let survivors = 0;
try {
  const given = { folder, atOnce: availableParallelism() };
  await huntAll(
    hunted,
    given,
    ({ name, file, seed }, fate) => {
      if (fate.kind === "survived") survivors += 1;
      const hint = fate.kind === "died" && fate.seed !== seed ? ` (hint ${seed})` : "";
      const how =
        fate.kind === "died" ? `died at seed ${fate.seed}${hint}: ${fate.invariant}` : fate.kind;
      console.log(`${file}: ${name}: ${how}`);
    },
    stop.signal,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(`${hunted.length - survivors} of ${hunted.length} died`);
if (survivors > 0) process.exitCode = 1;
