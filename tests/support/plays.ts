/** What a scripted model plays, in the words of the tests: steps, plays, drafts, briefs. */
import type { TaskBrief } from "../../src/core/task.ts";

export type Step = Readonly<Record<string, unknown>>;

export interface Play {
  readonly task?: string;
  readonly attempt?: number;
  readonly times?: number;
  readonly repeat?: boolean;
  readonly steps: readonly Step[];
}

/** Calls `Bash` with a command. */
export const bash = (command: string): Step => ({ tool: "Bash", input: { command } });

/** Calls `Write` for each file, in one reply. */
export const write = (files: Readonly<Record<string, string>>): Step => ({
  tools: Object.entries(files).map(([path, content]) => ({
    tool: "Write",
    input: { file_path: `{{cwd}}/${path}`, content },
  })),
});

export const wait = (waitMs: number): Step => ({ waitMs });
export const fails = (status: number, more: object = {}): Step => ({ error: { status, ...more } });

export const submit: Step = { answer: { outcome: "submitted", summary: "It is done." } };

/** Ends a worker's session with another outcome than work. */
export const answers = (outcome: string, more: object = {}): Step => ({
  answer: { outcome, summary: `It is ${outcome}.`, ...more },
});

/** A worker that takes these steps and submits. */
export const works = (task: string, ...steps: readonly Step[]): Play => ({
  task,
  steps: [...steps, submit],
});

/** A judge's reading that finds nothing. */
export const passes: Play = {
  steps: [{ answer: { decision: "pass", reasoning: "It does what was asked.", findings: [] } }],
};

/** A judge's reading that finds a fault in a file. */
export const rejects = (file: string, what: string): Play => ({
  steps: [
    {
      answer: {
        decision: "fail",
        reasoning: `A fault: ${what}`,
        findings: [{ file, line: 1, what }],
      },
    },
  ],
});

const filler =
  "Look at the files that are there first, keep to the way in which they are written, and change " +
  "nothing that this description does not name. What it asks for can be seen by running the " +
  "checks, and by reading the file afterwards.";

/** A draft of a task, as a planner answers it; long enough to be taken. */
export const draft = (title: string, more: object = {}): object => ({
  title,
  description: `${title}. ${filler}`,
  kind: "code",
  priority: 1,
  criteria: ["the checks are green"],
  allowed_files: [],
  leave_alone: [],
  ...more,
});

/** A planner that answers these drafts. */
export const plans = (...tasks: readonly object[]): Play => ({
  steps: [{ answer: { assessment: "There is work to do.", tasks, deferred: [], risks: [] } }],
});

/** A task as a person adds it. */
export const brief = (title: string, more: Partial<TaskBrief> = {}): TaskBrief => ({
  title,
  description: `${title}. ${filler}`,
  kind: "code",
  priority: 1,
  criteria: ["the checks are green"],
  allowedFiles: [],
  leaveAlone: [],
  backlogItem: null,
  ...more,
});
