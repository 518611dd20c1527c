/** What the model makes of what it is asked: its answers and its edits, good and bad. */
import type { Task } from "../../../src/core/task.ts";
import type { SessionRequest } from "../../../src/ports/agent.ts";
import { changesBetween } from "./git.ts";
import { type Land, onPurpose, type Room, strikes, type Universe } from "./universe.ts";

/** What a session comes to when nothing ends it before. */
export interface Mind {
  readonly edit: (room: Room) => void;
  readonly json: unknown;
}

const nothing = (): void => {};

/** Thinks of an end for a session. */
export function think(universe: Universe, land: Land, request: SessionRequest): Mind {
  if (strikes(universe, "no answer")) return { edit: edits(universe, land, request), json: null };
  const odd = strikes(universe, "answer is not what was asked for");
  if (odd) return { edit: nothing, json: { tasks: "many", outcome: 7, decision: "perhaps" } };
  switch (request.role) {
    case "planner":
      return { edit: nothing, json: plan(universe, land) };
    case "worker":
      return work(universe, land, request);
    case "judge":
      return { edit: nothing, json: reading(universe) };
    case "refinery":
      return resolve(universe);
    default:
      return request.role satisfies never;
  }
}

/** The task that a session is about, by the name of its transcript. */
export function taskOf({ store }: Universe, { name }: Land, request: SessionRequest): Task | null {
  const [, id] = request.transcript.split("-");
  return store.projects.get(name)?.tasks.get(id ?? "") ?? null;
}

function plan(universe: Universe, land: Land): object {
  const { random, luck, store } = universe;
  const drafts: object[] = [];
  const assessment = "It could be better.";
  if (luck.isCalm() || strikes(universe, "plan is empty")) return { assessment, tasks: drafts };
  const { workersMax } = land.rules.limits;
  const many = strikes(universe, "plan has too many drafts") ? 4 : 0;
  for (let i = random.between(1, workersMax) + many; i > 0; i -= 1)
    drafts.push(draft(universe, land));
  const known = [...(store.projects.get(land.name)?.tasks.values() ?? [])];
  if (known.length > 0 && strikes(universe, "plan repeats what is known")) {
    const { brief } = random.pick(known);
    const { title, description, kind, criteria } = brief;
    // the same words, written otherwise
    const again = { title: title.toUpperCase(), description, kind, criteria, priority: 100 };
    drafts.unshift({ ...again, allowed_files: [], leave_alone: [] });
  }
  if (strikes(universe, "plan has poor drafts"))
    drafts.push({ ...draft(universe, land), description: "Do it." });
  return { assessment, tasks: drafts, deferred: [{ item: "more", why: "later" }], risks: ["some"] };
}

function draft({ random }: Universe, land: Land): object {
  const number = random.between(0, 1_000_000_000);
  const path = random.pick([...land.git.tree(land.git.find(land.git.head).tree).keys()]);
  return {
    title: `Improve ${path}, number ${number}`,
    description: `Number ${number}. ${"It matters how it is done. ".repeat(9)}`,
    kind: random.chance(0.1) ? "review" : random.pick(["code", "test", "fix"]),
    priority: random.between(0, 5),
    criteria: ["it works"],
    allowed_files: random.chance(0.5) ? [path] : [],
    leave_alone: [],
  };
}

function work(universe: Universe, land: Land, request: SessionRequest): Mind {
  const { brief } = taskOf(universe, land, request) ?? {};
  const summary = "I did what I could.";
  if (strikes(universe, "worker asks")) {
    const edit = strikes(universe, "worker leaves half of its work")
      ? edits(universe, land, request)
      : nothing;
    return { edit, json: { outcome: "blocked", summary, question: "Which one?" } };
  }
  if (strikes(universe, "worker declines"))
    return { edit: nothing, json: { outcome: "declined", summary, why: "It is done already." } };
  if (brief?.kind === "review")
    return { edit: nothing, json: { outcome: "reported", summary, report: "All is well." } };
  const json = { outcome: "submitted", summary };
  if (strikes(universe, "worker changes nothing")) return { edit: nothing, json };
  return { edit: edits(universe, land, request), json };
}

/** What a worker leaves in its files. */
function edits(universe: Universe, land: Land, request: SessionRequest): (room: Room) => void {
  const { random } = universe;
  if (request.role !== "worker") return nothing;
  const allowed = taskOf(universe, land, request)?.brief.allowedFiles ?? [];
  return ({ files, base }) => {
    const plain = [...files.keys()].filter((path) => !path.endsWith("/.git"));
    const path = random.pick(allowed.length > 0 ? allowed : plain);
    const marks: string[] = [];
    if (strikes(universe, "worker breaks a test")) marks.push("broken");
    if (strikes(universe, "worker clashes with others")) marks.push(`clash${random.between(1, 2)}`);
    // what cannot land is undone before it is written anew
    const before = land.git.tree(land.git.find(base).tree);
    for (const each of changesBetween(before, files)) files.delete(each.path);
    for (const [each, text] of before) files.set(each, text);
    files.set(path, `${request.transcript} ${random.between(0, 999)} ${marks.join(" ")}\n`);
    if (strikes(universe, "worker strays")) files.set(`stray${random.between(1, 9)}`, "stray\n");
    if (strikes(universe, "worker leaves what cannot be taken")) files.set("sub/.git", "gitdir\n");
  };
}

function reading(universe: Universe): object {
  if (!strikes(universe, "judge finds a fault"))
    return { decision: "pass", reasoning: "I looked at all of it." };
  const findings = [{ file: "a", line: 3, what: "an off-by-one" }];
  return { decision: "fail", reasoning: "There is a fault.", findings };
}

function resolve(universe: Universe): Mind {
  const summary = "Both sides are kept.";
  if (strikes(universe, "refinery gives up"))
    return { edit: nothing, json: { outcome: "declined", summary, why: `${onPurpose}too hard` } };
  if (strikes(universe, "refinery leaves markers"))
    return { edit: nothing, json: { outcome: "submitted", summary } };
  return {
    json: { outcome: "submitted", summary },
    edit: ({ files }) => {
      for (const [path, text] of [...files]) {
        if (!text.startsWith("<<<<<<<")) continue;
        files.set(path, text.replace(/^(<{7}|={7}|>{7}).*\n/gm, "").replace(/\n(?=.)/g, " + "));
      }
    },
  };
}
