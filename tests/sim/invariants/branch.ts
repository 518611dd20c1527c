/** What comes onto the branch, and what is said of it. */
import { taskId } from "../../../src/core/ids.ts";
import type { Run } from "../world/universe.ts";
import type { Invariant, Landed, Scene, TaskStep } from "./facts.ts";

/** G1: the tree that landed was checked as that very tree, and adds no failure to its base. */
export const onlyCheckedTreesLand: Invariant<Landed> = {
  name: "only checked trees land",
  promise: "G1",
  check({ known: { land }, data, request }) {
    const { git, rules, runs } = land;
    const to = git.find(request.to);
    const from = git.find(request.from);
    const landing = [...data.landings.values()].find(
      (each) => each.commit === to.id && each.base === from.id && each.tasks.includes(request.task),
    );
    if (landing === undefined) return `no record was made before ${to.id} landed`;
    if (landing.tree !== to.tree) return `the record of ${to.id} has another tree`;
    const agreed = [...data.verdicts.values()].some(
      ({ commit, hold }) => commit === to.parents[1] && hold !== null,
    );
    for (const { name, command } of rules.checks) {
      const outcome = landing.checks.find((each) => each.name === name);
      if (outcome?.decision !== "pass") return `the record of ${to.id} lacks a pass of ${name}`;
      if (agreed) continue; // a person knew that nobody can tell
      const mine = runs.get(`${to.tree} ${command}`) ?? [];
      const base = runs.get(`${from.tree} ${command}`) ?? [];
      const before = base.flatMap(({ failures }) => failures);
      if (mine.some(({ green }) => green)) continue;
      if (!rules.named) return `${name} is red on ${to.id}, and no person agreed`;
      if (!mine.some((run) => addsNothing(run, before)))
        return `${name} was never as good on the tree of ${to.id} as on its base`;
    }
    return null;
  },
};

const addsNothing = ({ failures }: Run, before: readonly string[]): boolean =>
  failures.every((each) => before.includes(each));

/** G4: only the merge of a task brings it onto the branch; a task that was given up never lands. */
export const landsWhileItMerges: Invariant<Landed> = {
  name: "lands while it merges",
  promise: "G4, G7",
  check({ data, request }) {
    const at = data.tasks.get(request.task)?.state.at;
    return at === "merging" || at === "unsettled" ? null : `${request.task} is ${at} and lands`;
  },
};

/** G4: a task is on the branch at most once, but for landings that were reverted. */
export const landsOnce: Invariant<Landed> = {
  name: "lands once",
  promise: "G4",
  check({ known: { land }, request }) {
    const landings = land.git.landings(request.task);
    return landings.length === 1 ? null : `${request.task} has landed ${landings.length} times`;
  },
};

/** G2: what the person has committed stays on their branch. */
export const nothingOfThePersonsIsLost: Invariant<Landed> = {
  name: "nothing of the person's is lost",
  promise: "G2",
  check({ known: { land } }) {
    const there = land.git.history();
    const lost = land.pushes.find((each) => !there.has(each));
    return lost === undefined ? null : `${lost}, which a person has pushed, is not on the branch`;
  },
};

/** G20: what lands changes something. */
export const landingsChangeSomething: Invariant<Landed> = {
  name: "landings change something",
  promise: "G20",
  check({ known: { land }, request }) {
    const { git } = land;
    const same = git.find(request.to).tree === git.find(request.from).tree;
    return same ? `${request.to} changes nothing` : null;
  },
};

/** G4: done is said only of what the branch has; of a review, when it has reported. */
export const doneMeansLanded: Invariant<TaskStep> = {
  name: "done means landed",
  promise: "G4, G20",
  check({ known: { land }, data, task, after }) {
    if (after.at !== "done") return null;
    if (after.landed !== null) {
      const there = land.git.landings(task.id).includes(after.landed);
      return there ? null : `${task.id} is done, and the branch has no ${after.landed}`;
    }
    const reported = [...data.attempts.values()].some(
      ({ task: id, outcome }) =>
        id === task.id && outcome.kind === "reported" && outcome.report !== "",
    );
    const review = task.brief.kind === "review";
    return reported && review ? null : `${task.id} is done without a landing or a report`;
  },
};

/**
 * G4: what the branch has is being found out about, or done; never begun anew, failed or skipped.
 */
export const landedIsNotGivenUp: Invariant<TaskStep> = {
  name: "landed is not given up",
  promise: "G4",
  check({ known: { land }, task, event, after }) {
    if (["merging", "unsettled", "done"].includes(after.at)) return null;
    if (land.git.landings(task.id).length === 0) return null;
    return `${task.id} is on the branch, and ${event.type} makes it ${after.at}`;
  },
};

/** G4, at the end: each landing of ours is known to its task. */
export const landedIsDone: Invariant<Scene> = {
  name: "landed is done in the end",
  promise: "G4",
  check({ known: { land }, data }) {
    for (const ref of land.git.refs.keys()) {
      if (!ref.startsWith("merged/")) continue;
      const id = taskId(ref.slice("merged/".length));
      const at = data.tasks.get(id)?.state.at;
      if (land.git.landings(id).length > 0 && at !== "done") return `${id} has landed and is ${at}`;
    }
    return null;
  },
};
