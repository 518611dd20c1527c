/** Why an attempt, or the whole task, came to nothing. */
export interface Failure {
  readonly kind: FailureKind;
  /** For the person and for the next attempt: what happened, with the evidence. Bounded. */
  readonly detail: string;
}

/**
 * Tells whether the next attempt may go on from what a failed one left: nobody has found fault with
 * the work, the session merely ended before it was done.
 */
export const endedEarly = (kind: FailureKind): boolean =>
  kind === "timedOut" ||
  kind === "stalled" ||
  kind === "outOfTurns" ||
  kind === "outOfBudget" ||
  kind === "agentFailed" ||
  kind === "workerLost";

export type FailureKind =
  | "agentFailed" // the session crashed, or ended without an answer that can be read
  | "outOfTurns"
  | "outOfBudget"
  | "timedOut"
  | "stalled"
  | "noProgress" // the session went round in circles
  | "refused" // the vendor refused the request, or the model refused to answer
  | "emptyChange"
  | "unsafeChange" // the snapshot refused it: nested repository, escaping link, size
  | "outOfScope" // it changes files that the task does not allow
  | "checksRed" // also where they cannot be run because the set-up fails on it
  | "judgedBad" // the reading found a fault
  | "judgeLost" // no verdict could be had
  | "conflicted"
  | "mergedRed" // green alone, red when merged with what landed meanwhile
  | "workerLost"
  | "mergeLost"
  | "rejected" // by the person
  | "reverted";

const sentences: { readonly [K in FailureKind]: string } = {
  agentFailed: "the session ended without an answer",
  outOfTurns: "the session used up its turns",
  outOfBudget: "the session reached its spending cap",
  timedOut: "the session ran out of time",
  stalled: "the session went silent",
  noProgress: "the session went round in circles",
  refused: "the model refused the request",
  emptyChange: "nothing was changed",
  unsafeChange: "the change cannot be taken",
  outOfScope: "it went beyond its scope",
  checksRed: "the checks did not pass",
  judgedBad: "the judge's reading rejected it",
  judgeLost: "no verdict could be reached",
  conflicted: "its conflicts could not be resolved",
  mergedRed: "checks fail once it is merged",
  workerLost: "the worker was lost too often",
  mergeLost: "the merge was lost too often",
  rejected: "rejected by a person",
  reverted: "reverted after it had landed",
};

/** Says in a few words what a failure of this kind means. */
export const failureSentence = (kind: FailureKind): string => sentences[kind];

/**
 * Whether another attempt is worth its money. `passing`: it failed by chance, the same again may
 * do.
 * `instructive`: it failed with evidence that the next one is told. `final`: another would fail
 * too.
 */
export type FailureClass = "passing" | "instructive" | "final";

/** How far a failure of each kind speaks against another attempt. */
export const failureClasses: { readonly [K in FailureKind]: FailureClass } = {
  agentFailed: "passing",
  outOfTurns: "instructive",
  outOfBudget: "instructive",
  timedOut: "passing",
  stalled: "passing",
  noProgress: "instructive",
  refused: "final",
  emptyChange: "instructive",
  unsafeChange: "instructive",
  judgedBad: "instructive",
  outOfScope: "instructive",
  checksRed: "instructive",
  judgeLost: "final",
  conflicted: "instructive",
  mergedRed: "instructive",
  workerLost: "final",
  mergeLost: "final",
  rejected: "instructive",
  reverted: "final",
};

/**
 * What changes from one run to the next without telling anything: times, ids, addresses, places.
 */
const noise: readonly (readonly [RegExp, string])[] = [
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
  [/\u001b\[[0-9;]*m/g, ""],
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?/g, "<time>"],
  [/\b\d+(?:\.\d+)? ?(?:ms|µs|s|sec|secs|seconds?|minutes?)\b/g, "<time>"],
  [/\bduration_ms:? \d+(?:\.\d+)?/g, "<time>"],
  [/\b0x[0-9a-f]+\b/gi, "<id>"],
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{7,64}\b/gi, "<id>"],
  [/(?:\/[\w.@-]+)*\/(?:tmp|workspaces)\/[\w.@-]+/g, "<place>"],
  [/\s+/g, " "],
];

/** Evidence without what differs by chance, so that two runs that say the same can be compared. */
export const normalised = (text: string): string =>
  noise.reduce((so, [pattern, by]) => so.replace(pattern, by), text).trim();

/** Tells whether two failures are of one kind and have the same evidence. */
export const isSameFailure = (a: Failure, b: Failure): boolean =>
  a.kind === b.kind && normalised(a.detail) === normalised(b.detail);

/** Reasons a line each, so that they stay apart also where a reader joins the lines. */
export const listed = (reasons: readonly string[]): string =>
  reasons
    .map((each, at) => (at < reasons.length - 1 ? `${each.trimEnd().replace(/[.;]$/, "")};` : each))
    .join("\n");
