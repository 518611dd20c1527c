/**
 * `npm run crash`: kills the program at every place where it may die, goes on, and compares.
 * What is done is remembered, so that a sweep that was interrupted goes on.
 */
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { removeAll } from "./parts/place.ts";
import { endAll } from "./parts/process.ts";
import { figuresOf, isRight, renderFigures, renderOutcome } from "./parts/report.ts";
import { draw, openChance } from "./parts/sample.ts";
import { type Clean, type Outcome, playClean, playCrash } from "./parts/story.ts";

const { values } = parseArgs({
  options: {
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    from: { type: "string", default: "1" },
    point: { type: "string" },
    instants: { type: "string" },
    jobs: { type: "string", default: "2" },
    state: { type: "string", default: join(tmpdir(), "orch-crash-sweep") },
    json: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
  },
});

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** A point that does not come up is tried again: which of two calls comes first is chance. */
const triesMax = 3;

function chosen(clean: Clean): readonly string[] {
  if (values.point !== undefined) return [values.point];
  if (values.instants !== undefined) return instants(clean, Number(values.instants));
  if (values.sample !== undefined)
    return draw(clean.points, Number(values.sample), Number(values.seed));
  return clean.points.slice(Number(values.from) - 1);
}

/** Moments by the clock, which may lie within a call. */
function instants({ durationMs }: Clean, count: number): readonly string[] {
  const chance = openChance(Number(values.seed));
  return Array.from({ length: count }, () => `instant ${Math.round(chance() * durationMs)}`);
}

async function known(file: string): Promise<readonly Outcome[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.split("\n").flatMap((line): Outcome[] => (line === "" ? [] : [JSON.parse(line)]));
}

async function play(clean: Clean, point: string): Promise<Outcome> {
  let outcome = await playCrash(clean, point);
  for (let again = 1; again < triesMax && !outcome.died; again += 1)
    outcome = await playCrash(clean, point);
  return outcome;
}

const left: string[] = [];
for (const [signal, code] of [["SIGINT", 130] as const, ["SIGTERM", 143] as const])
  process.once(signal, async () => {
    left.length = 0;
    await endAll();
    await removeAll();
    process.exit(code);
  });
const clean = await playClean();
const points = chosen(clean);
if (values.list) {
  process.stdout.write(`${points.map((point, i) => `${i + 1} ${point}`).join("\n")}\n`);
  process.exit(0);
}
await mkdir(values.state, { recursive: true });
const file = join(values.state, "points.jsonl");
const isSweep = values.point === undefined;
const outcomes = isSweep ? (await known(file)).filter(({ point }) => points.includes(point)) : [];
const done = new Set(outcomes.map(({ point }) => point));
left.push(...points.filter((point) => !done.has(point)));
const all: Outcome[] = [...outcomes];
const work = async (): Promise<void> => {
  for (let point = left.shift(); point !== undefined; point = left.shift()) {
    const outcome = await play(clean, point);
    all.push(outcome);
    if (isSweep) await appendFile(file, `${JSON.stringify(outcome)}\n`);
    say(isRight(outcome) ? `${all.length}/${points.length} ${point}` : renderOutcome(outcome));
  }
};
await Promise.all(Array.from({ length: Number(values.jobs) }, work));
const figures = figuresOf(all);
const wrong = all.filter((each) => !isRight(each));
process.stdout.write(
  values.json
    ? `${JSON.stringify({ ...figures, wrong }, null, 2)}\n`
    : `${renderFigures(figures)}\n`,
);
process.exitCode = wrong.length === 0 ? 0 : 1;
