/** What is to be done in each project, and what the model says to it. */
import { parseScenario } from "../../../src/scripted-model/parse-scenario.ts";
import type { Scenario } from "../../../src/scripted-model/scenario.ts";
import { bash, draft, type Play, rejects, type Step, submit, write } from "../../support/plays.ts";

/**
 * How a task goes: straight; `first` and `second` write to the same end of the same file; one that
 * is `faulted` is refused by its first reading, one that is `red` by its first checks.
 */
type Kind = "straight" | "first" | "second" | "faulted" | "red";

export interface Errand {
  /** Unique in all projects; the last word of the title. */
  readonly name: string;
  readonly kind: Kind;
  /** The file that two of them write to. */
  readonly list: string | null;
  readonly priority: number;
}

export interface Errands {
  readonly project: string;
  readonly errands: readonly Errand[];
}

/** What a plan may hold. */
const planMax = 50;

/** Ten errands in a row: two conflict, one is faulted, one is red. */
const course: readonly Kind[] = [
  ...(["straight", "first", "second", "faulted", "straight"] as const),
  ...(["red", "straight", "straight", "straight", "straight"] as const),
];

export const titleOf = ({ name }: Errand): string => `Add the part ${name}`;
const two = (n: number): string => String(n).padStart(2, "0");

/** Deals tasks out to projects; throws where a project would get more than a plan may hold. */
export function dealOut(tasks: number, projects: number): readonly Errands[] {
  if (Math.ceil(tasks / projects) > planMax)
    throw new Error(`at most ${planMax} tasks a project: a plan holds no more`);
  return Array.from({ length: projects }, (_, p) => {
    const count = Math.floor(tasks / projects) + (p < tasks % projects ? 1 : 0);
    const project = `p${two(p + 1)}`;
    return {
      project,
      errands: Array.from({ length: count }, (_, t): Errand => {
        const kind = course[t % course.length] ?? "straight";
        const isPair = kind === "first" || kind === "second";
        const list = isPair ? `lists/${Math.floor(t / course.length)}.txt` : null;
        return { name: `${project}t${two(t + 1)}`, kind, list, priority: 100 - t };
      }),
    };
  });
}

/** Fresh starts that an errand needs where nothing goes wrong. */
export const attemptsOf = ({ kind }: Errand): number =>
  kind === "faulted" || kind === "red" ? 2 : 1;

/** The script for all of them; each play can be gone on with after any death. */
export function scenarioFor(all: readonly Errands[]): Scenario {
  const errands = all.flatMap((each) => each.errands);
  return parseScenario({
    planner: all.map(({ project, errands }) => ({
      task: `Project ${project}\\b`,
      repeat: true,
      // always all of it: what is there already is refused, so that no plan can be lost
      steps: [plan(errands)],
    })),
    worker: errands.flatMap(workers),
    judge: errands.flatMap(judges),
    refinery: errands.map(({ name, list }) =>
      play(`part ${name}\\b`, bash(`sed -i '/^[<=>|]\\{7\\}/d' ${list} && cat ${list}`), submit),
    ),
  });
}

const play = (task: string, ...steps: readonly Step[]): Play => ({ task, repeat: true, steps });
const again = "\\b[\\s\\S]*Why the last attempt failed";

const plan = (errands: readonly Errand[]): Step => ({
  answer: {
    assessment: "What there is to do.",
    tasks: errands.map((each) => draft(titleOf(each), { priority: each.priority })),
    deferred: [],
    risks: [],
  },
});

/** A part says its own name; its case says what it is to say. */
const part = (name: string, says: string, wanted: string): Step =>
  write({
    [`src/${name}.js`]: `export const ${name} = () => "${says}";\n`,
    [`cases/${name}.js`]: [
      'import test from "node:test";',
      'import assert from "node:assert";',
      `import { ${name} } from "../src/${name}.js";`,
      `test("${name}", () => assert.equal(${name}(), "${wanted}"));`,
      "",
    ].join("\n"),
  });

function workers({ name, kind, list }: Errand): readonly Play[] {
  const look = bash(`cat src/${name}.js`);
  const well = part(name, name, name);
  switch (kind) {
    case "straight":
      return [play(`part ${name}\\b`, well, look, submit)];
    case "first":
    case "second":
      // it may be carried out twice: what an agent had not written down is done again
      return [
        play(
          `part ${name}\\b`,
          well,
          bash(`grep -qx ${name} ${list} || echo ${name} >> ${list}`),
          submit,
        ),
      ];
    case "faulted":
      return [
        play(`part ${name}${again}`, well, look, submit),
        play(`part ${name}\\b`, part(name, "faulty", "faulty"), look, submit),
      ];
    case "red":
      return [
        play(`part ${name}${again}`, well, look, submit),
        play(`part ${name}\\b`, part(name, "red", name), look, submit),
      ];
    default:
      return kind satisfies never;
  }
}

function judges({ name, kind }: Errand): readonly Play[] {
  const pass: Step = {
    answer: { decision: "pass", reasoning: "It does what was asked.", findings: [] },
  };
  const look = bash(`cat src/${name}.js`);
  const passes = play(`part ${name}\\b`, look, pass);
  if (kind !== "faulted") return [passes];
  const { steps } = rejects(`src/${name}.js`, "It is faulty.");
  return [play(`part ${name}\\b[\\s\\S]*\\+.*"faulty"`, look, ...steps), passes];
}
