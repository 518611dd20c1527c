/** `npm run soak`: many tasks in many projects, the daemon killed again and again. */
import { parseArgs } from "node:util";
import { removeAll } from "../crash/parts/place.ts";
import { endAll } from "../crash/parts/process.ts";
import type { Life } from "./parts/drive.ts";
import { renderSoak, soak } from "./parts/soak.ts";

const { values } = parseArgs({
  options: {
    tasks: { type: "string", default: "500" },
    projects: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    every: { type: "string", default: "20-60" },
    kills: { type: "string", default: "100000" },
    limit: { type: "string", default: "7200" },
    folder: { type: "string" },
    keep: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});

const began = performance.now();
const say = (line: string): void =>
  void process.stderr.write(`${((performance.now() - began) / 1_000).toFixed(0)} s: ${line}\n`);

/** `20-60` seconds, `15-40-requests`, or `never`. */
function everyOf(text: string): Life | null {
  if (text === "never") return null;
  const [, from, to, requests] = /^(\d+)-(\d+)(-requests)?$/.exec(text) ?? [];
  if (from === undefined || Number(from) > Number(to))
    throw new Error("--every is 20-60 (seconds), 15-40-requests, or never");
  const unit = requests === undefined ? "seconds" : "requests";
  return { from: Number(from), to: Number(to), unit };
}

if (values.folder !== undefined) process.env["TMPDIR"] = values.folder;
for (const [signal, code] of [["SIGINT", 130] as const, ["SIGTERM", 143] as const])
  process.once(signal, async () => {
    await endAll();
    if (!values.keep) await removeAll();
    await endAll(); // what a person, or a look at it all, had begun meanwhile
    process.exit(code);
  });
const told = await soak({
  ...{ tasks: Number(values.tasks), projects: Number(values.projects) },
  ...{ seed: Number(values.seed), every: everyOf(values.every), killsMax: Number(values.kills) },
  ...{ limitS: Number(values.limit), say },
  keep: (folder) => {
    say(`in ${folder}`);
    return values.keep;
  },
});
process.stdout.write(values.json ? `${JSON.stringify(told, null, 2)}\n` : `${renderSoak(told)}\n`);
// a person's wait between two commits may still be running
process.exit(told.wrong.length === 0 ? 0 : 1);
