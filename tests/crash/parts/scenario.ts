/**
 * What is played: a plan of three tasks. Two of them conflict, one is rejected and comes better. A
 * second cycle finds nothing to do, so that the last run of every story is the same.
 */
import { parseScenario } from "../../../src/scripted-model/parse-scenario.ts";
import { bash, draft, type Play, rejects, type Step, submit, write } from "../../support/plays.ts";

export const titles = ["Say two in alder", "Say two in birch", "Write about cedar"] as const;
const [alder, birch, cedar] = titles;

/** A model that is asked again after it has answered gives the same answer. */
const play = (task: string, ...steps: readonly Step[]): Play => ({ task, repeat: true, steps });
const plan = (...tasks: readonly object[]): Step => ({
  answer: { assessment: "What there is to do.", tasks, deferred: [], risks: [] },
});
const pass: Step = {
  answer: { decision: "pass", reasoning: "It does what was asked.", findings: [] },
};
const again = "[\\s\\S]*Why the last attempt failed";

export const scenario = parseScenario({
  planner: [
    {
      times: 1,
      repeat: true,
      steps: [
        { tool: "Glob", input: { pattern: "*.txt" } },
        plan(...titles.map((title, i) => draft(title, { priority: 3 - i }))),
      ],
    },
    { repeat: true, steps: [plan()] },
  ],
  worker: [
    play(alder, bash("sed -i s/two/alder/ app.txt"), submit),
    play(birch, bash("sed -i s/two/birch/ app.txt"), bash("cat app.txt"), submit),
    play(`${cedar}${again}`, write({ "cedar.txt": "good\n" }), bash("sh check.sh"), submit),
    play(cedar, write({ "cedar.txt": "bad\n" }), submit),
  ],
  judge: [
    { ...rejects("cedar.txt", "It is bad."), task: `${cedar}[\\s\\S]*\\+bad`, repeat: true },
    play(alder, bash("cat app.txt"), pass),
    play("", pass),
  ],
  refinery: [
    play(
      birch,
      bash("printf 'one\\nalder birch\\nthree\\n' > app.txt"),
      bash("cat app.txt"),
      submit,
    ),
  ],
});

/** The last reply of a worker's session: what is held back until the other has landed. */
export const birchPlaces = 3;
