/**
 * Whether a session goes round in circles, told from what it does. Pure: each event makes the next
 * trace, and a trace that has seen enough says why.
 */

/**
 * What the detector needs of a session's events; each text is a digest, equal for equal content.
 */
export type Deed =
  | {
      readonly type: "tool.called";
      readonly tool: string;
      /** The call in a line, for people. */
      readonly summary: string;
      /** Names the call, the same for the same tool and input. */
      readonly call: string;
      /** The file that it changes, and to what; null where it changes none that is known. */
      readonly change: { readonly file: string; readonly to: string } | null;
    }
  | {
      readonly type: "tool.answered";
      readonly tool: string;
      readonly failed: boolean;
      readonly call: string;
      /** Names what came back, without times and ids. */
      readonly outcome: string;
      /** The end of it, bounded. */
      readonly tail: string;
    };

/** The same failing command with the same output: further runs would tell nothing new. */
export const sameFailuresMax = 5;
/** The same call with the same answer. Looking twice is care, this often it is a loop. */
export const sameAnswersMax = 10;
/** Times that a file goes back to what it was one edit before: A, B, A, B, A, B. */
export const returnsMax = 4;
/** Calls of a worker without any edit: far more than finding one's way takes. */
export const idleCallsMax = 120;

/** Calls and files that are kept in mind; the oldest are forgotten first. */
const remembered = 200;

interface Answered {
  readonly failed: boolean;
  readonly outcome: string;
  readonly times: number;
}

interface Edited {
  readonly last: string;
  readonly beforeLast: string | null;
  readonly returns: number;
}

export interface Trace {
  readonly answered: ReadonlyMap<string, Answered>;
  readonly edited: ReadonlyMap<string, Edited>;
  /** What each call that is under way says of itself. */
  readonly called: ReadonlyMap<string, string>;
  readonly callsSinceEdit: number;
}

/** Nothing seen yet. */
export const freshTrace: Trace = {
  answered: new Map(),
  edited: new Map(),
  called: new Map(),
  callsSinceEdit: 0,
};

/** What a trace has come to; `stuck` says in a sentence why the session is of no use any more. */
export interface Watched {
  readonly trace: Trace;
  readonly stuck: string | null;
}

/** Adds an event to the trace. `edits` says that the session is there to change files. */
export function watch(trace: Trace, deed: Deed, edits: boolean): Watched {
  return deed.type === "tool.called" ? calls(trace, deed, edits) : answers(trace, deed);
}

function calls(
  trace: Trace,
  { summary, call, change }: Deed & { type: "tool.called" },
  edits: boolean,
): Watched {
  const called = kept(trace.called, call, summary);
  const callsSinceEdit = change === null ? trace.callsSinceEdit + 1 : 0;
  const next = { ...trace, called, callsSinceEdit };
  if (change === null) {
    const isIdle = edits && callsSinceEdit >= idleCallsMax;
    return { trace: next, stuck: isIdle ? `${callsSinceEdit} calls without any edit` : null };
  }
  const { file, to } = change;
  const before = trace.edited.get(file) ?? null;
  const isReturn = before !== null && before.beforeLast === to && before.last !== to;
  const returns = isReturn ? before.returns + 1 : 0;
  const edit = { last: to, beforeLast: before?.last ?? null, returns };
  const stuck = returns >= returnsMax ? `edited ${file} back and forth ${returns + 2} times` : null;
  // after an edit the same good answer is news again; the same failure is none
  const answered = new Map([...trace.answered].filter(([, each]) => each.failed));
  return { trace: { ...next, answered, edited: kept(trace.edited, file, edit) }, stuck };
}

function answers(
  trace: Trace,
  { tool, failed, call, outcome, tail }: Deed & { type: "tool.answered" },
): Watched {
  const before = trace.answered.get(call);
  const times = before?.outcome === outcome ? before.times + 1 : 1;
  const next = { ...trace, answered: kept(trace.answered, call, { failed, outcome, times }) };
  const what = `\`${trace.called.get(call) ?? tool}\``;
  if (failed && times >= sameFailuresMax)
    return { trace: next, stuck: `ran ${what} ${times} times with the same failure: ${tail}` };
  if (times >= sameAnswersMax)
    return { trace: next, stuck: `called ${what} ${times} times with the same answer` };
  return { trace: next, stuck: null };
}

/** The map with an entry put last; the first one goes where there are too many. */
function kept<T>(map: ReadonlyMap<string, T>, key: string, value: T): ReadonlyMap<string, T> {
  const entries = [...map].filter(([each]) => each !== key);
  return new Map([...entries.slice(1 - remembered), [key, value]]);
}
