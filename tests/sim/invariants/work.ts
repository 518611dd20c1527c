/** Agents' work: paid once, kept until it has landed. */
import type { TaskState } from "../../../src/core/task.ts";
import type { SessionRequest } from "../../../src/ports/agent.ts";
import { authorOf } from "../world/rescue.ts";
import { workOf } from "../world/rooms.ts";
import type { Gone, Invariant, Known, Refused, Scene, SessionBegun, TaskStep } from "./facts.ts";

/**
 * G3: what a finished session did is not paid for again: for the same attempt, verdict or plan no
 * other session begins while its files are there. What finishes while another has the task in hand
 * already, as the session of a holder that was frozen, comes too late to be gone on with.
 */
export const finishedIsNotPaidAgain: Invariant<SessionBegun> = {
  name: "finished work is not paid for again",
  promise: "G3",
  check({ known, request, book }) {
    const before = known.finished.get(purposeOf(request));
    if (book !== null || before === undefined) return null;
    const [, id] = request.transcript.split("-");
    if (before.at >= (known.begun.get(id ?? "") ?? 0)) return null;
    const had = `session ${before.session} of ${request.transcript} had finished`;
    return `${had}, and ${request.session} begins`;
  },
};

/**
 * What a session is for; a verdict's number may come to another commit, which its session names.
 */
export const purposeOf = ({ role, transcript, session }: SessionRequest): string =>
  role === "judge" ? `${transcript} ${session.slice(-40)}` : transcript;

/** G3: a session begins only for a task that is in hand. */
export const givenUpStartsNothing: Invariant<TaskStep> = {
  name: "what is over starts nothing",
  promise: "G7",
  check({ task, before, event }) {
    const over = before.at === "skipped" || before.at === "done" || before.at === "failed";
    return over && event.type.endsWith(".started") ? `${task.id} was ${before.at}` : null;
  },
};

/** G18: a commit that a task stands on is kept where git collects nothing. */
export const candidatesAreKept: Invariant<TaskStep> = {
  name: "candidates are kept",
  promise: "G18",
  check({ known: { land }, task, after }) {
    const commit = commitOf(after);
    if (commit === null || isKept(land.git, commit)) return null;
    return `${commit} of ${task.id} is ${after.at} and kept nowhere`;
  },
};

const commitOf = (state: TaskState) => ("commit" in state ? state.commit : null);

function isKept({ refs, history }: Known["land"]["git"], commit: string): boolean {
  for (const each of refs.values()) if (each === commit) return true;
  return [...history()].some((each) => each === commit);
}

/** G18: what was submitted and did not land is still there. */
export const unlandedWorkStays: Invariant<Scene> = {
  name: "unlanded work stays",
  promise: "G18",
  check({ known: { land }, data }) {
    for (const { task, outcome } of data.attempts.values())
      if (outcome.kind === "submitted" && !isKept(land.git, outcome.commit))
        return `${outcome.commit}, submitted for ${task}, is kept nowhere`;
    return null;
  },
};

/** G18: no workspace is given up with work in it that is kept nowhere. */
export const workIsKept: Invariant<Gone> = {
  name: "given up work is kept",
  promise: "G18",
  check({ known: { land }, room }) {
    const { git } = land;
    if (authorOf(room.name) === null) return null;
    const plain = [...workOf(room)].filter(([path]) => !path.endsWith("/.git"));
    const tree = git.writeTree(new Map(plain));
    if (tree === git.writeTree(room.opened)) return null;
    for (const each of git.refs.values()) if (git.find(each).tree === tree) return null;
    for (const each of git.history()) if (git.find(each).tree === tree) return null;
    return `what ${room.name} held is kept nowhere`;
  },
};

/** A process that hangs, and has lost its task, keeps nobody from it. */
export const holdersFindRoom: Invariant<Refused> = {
  name: "whoever has a task finds room",
  promise: "S1.9",
  check({ universe, known: { land }, data, room, by }) {
    const task = authorOf(room.name)?.task ?? "";
    const state = data.tasks.get(task)?.state;
    if (state === undefined || !("token" in state)) return null;
    const isTheirs = ["work", "resolve"].some(
      (queue) => universe.given.get(`${by.owner} ${land.name} ${queue} ${task}`) === state.token,
    );
    return isTheirs ? `${by.owner} has ${task}, and cannot open ${room.name}` : null;
  },
};

/** G15, G18: what a lost attempt left is written down for the next one. */
export const rescuesAreTold: Invariant<Scene> = {
  name: "rescues are told",
  promise: "G15, G18",
  check({ known, data }) {
    for (const { task, attempt, workspace, commit } of known.rescued) {
      const own = [...data.attempts.values()].filter(
        (each) => each.task === task && each.attempt === attempt && each.workspace === workspace,
      );
      const isTold = own.length === 0 || own.some(({ leftover }) => leftover?.commit === commit);
      if (!isTold) return `${commit}, rescued from ${workspace}, is not told`;
    }
    return null;
  },
};

/** G20: a change that is submitted differs from its base. */
export const submittedIsNotEmpty: Invariant<TaskStep> = {
  name: "submitted work is not empty",
  promise: "G20",
  check({ known: { land }, data, task, event }) {
    if (event.type !== "work.submitted") return null;
    const { git } = land;
    const author = [...data.attempts.values()].find(
      ({ task: id, outcome }) =>
        id === task.id && outcome.kind === "submitted" && outcome.commit === event.commit,
    );
    if (author === undefined || author.base === null) return `nobody submitted ${event.commit}`;
    const empty = git.find(author.base).tree === git.find(event.commit).tree;
    return empty ? `${task.id} submitted nothing` : null;
  },
};
