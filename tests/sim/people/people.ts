/** People: they tell tasks and projects things, and go on with their own work. */
import { openMemoryEngine } from "../../../src/adapters/engine/memory/engine.ts";
import {
  addTask,
  liftLimit,
  pause,
  requestCycle,
  resume,
  type Told,
  tellTask,
} from "../../../src/core/commands.ts";
import { cycleId, type TaskId, taskId } from "../../../src/core/ids.ts";
import type { Decision, View } from "../../../src/core/ledger.ts";
import type { Task, TaskEvent } from "../../../src/core/task.ts";
import type { Process } from "../world/time.ts";
import { type Land, onPurpose, say, type Universe } from "../world/universe.ts";
import { dayOf } from "../world/vendor.ts";
import { commit, mend, push } from "./commits.ts";

export interface People {
  /** Something that a person does now. */
  act(): Promise<void>;
  /**
   * Somebody gives up on a task whose merge was cut off: nobody can tell yet whether it has landed.
   */
  doubt(): Promise<void>;
  /** Cleans everything up, so that nothing but the program is left to act. */
  tidy(): Promise<void>;
  readonly counts: Map<string, number>;
}

/** What people do, each as likely as it stands here. */
export const acts = [
  ...["push", "push", "push a broken test", "edit", "clean up", "clean up", "rebase"],
  ...["add", "add", "skip", "skip", "retry", "retry", "answer", "answer", "approve", "approve"],
  ...[
    "lift the limit",
    "reject",
    "reject",
    "pause",
    "resume",
    "resume",
    "resume",
    "ask for a cycle",
    "undo",
  ],
  ...[
    "skip what waits",
    "skip what waits",
    "skip while it merges",
    "skip while it merges",
    "skip while it merges",
  ],
] as const;

type Act = (typeof acts)[number];

/** Opens the people of a universe. */
export function openPeople(universe: Universe): People {
  const counts = new Map<string, number>();
  const process: Process = { owner: "person", seat: "person", alive: true, frozenUntil: 0 };
  universe.alive.add(process.owner);
  const clock = {
    now: universe.time.now,
    random: universe.random.next,
    sleep: (ms: number, signal: AbortSignal) => universe.time.sleep(process, ms, signal),
  };
  const { store } = universe;
  const engine = openMemoryEngine({
    store,
    clock,
    owner: "person",
    ownersAlive: () => universe.alive,
    dayOf,
  });
  const tell = async (
    land: Land,
    tasks: readonly TaskId[],
    decide: (view: View) => Decision<unknown>,
  ): Promise<void> => {
    try {
      const told = engine.transact(land.name, { tasks }, (view) => {
        const decision = decide(view);
        if (decision.changes.length > 0)
          universe.watch.writes(land.name, decision.changes, process);
        return decision;
      });
      universe.watch.wrote(land.name, process);
      await told;
    } catch (fault) {
      universe.watch.broke(fault);
    }
  };
  const event = (land: Land, task: Task, what: TaskEvent): Promise<void> =>
    tell(
      land,
      [task.id],
      (view): Decision<Told> => tellTask(view, task.id, what, land.rules.limits.rules),
    );
  return {
    counts,
    async act() {
      const land = universe.random.pick([...universe.lands.values()]);
      const what = universe.random.pick(acts);
      const done = await doIt(universe, land, what, { tell, event });
      if (!done) return;
      counts.set(what, (counts.get(what) ?? 0) + 1);
      say(universe, `${land.name}: a person: ${what}`);
    },
    async doubt() {
      for (const land of universe.lands.values())
        for (const task of universe.store.projects.get(land.name)?.tasks.values() ?? [])
          if (task.state.at === "unsettled")
            await event(land, task, { type: "task.skipped", reason: "it hangs" });
    },
    async tidy() {
      for (const land of universe.lands.values()) {
        land.checkout.dirty.clear();
        land.checkout.busy = false;
        mend(universe, land);
        await tell(land, [], (view) => resume(view, land.rules.limits.rules));
      }
    },
  };
}

interface Voice {
  readonly tell: (
    land: Land,
    tasks: readonly TaskId[],
    decide: (view: View) => Decision<unknown>,
  ) => Promise<void>;
  readonly event: (land: Land, task: Task, what: TaskEvent) => Promise<void>;
}

async function doIt(universe: Universe, land: Land, what: Act, voice: Voice): Promise<boolean> {
  const { random, time, store } = universe;
  const rules = land.rules.limits.rules;
  const now = time.now();
  const tasks = [...(store.projects.get(land.name)?.tasks.values() ?? [])];
  const told = async (at: readonly string[], make: (task: Task) => TaskEvent): Promise<boolean> => {
    const fit = tasks.filter(({ state }) => at.length === 0 || at.includes(state.at));
    if (fit.length === 0) return false;
    const task = random.pick(fit);
    await voice.event(land, task, make(task));
    return true;
  };
  switch (what) {
    case "push":
    case "push a broken test":
      push(universe, land, what === "push" ? "" : "broken");
      return true;
    case "edit":
      land.checkout.dirty.add(random.pick(["a", "b", "c"]));
      return true;
    case "clean up":
      land.checkout.dirty.clear();
      land.checkout.busy = false;
      return true;
    case "rebase":
      land.checkout.busy = true;
      return true;
    case "add":
      await voice.tell(land, [], (view) => addTask(view, newId(universe), brief(universe), rules));
      return true;
    case "skip":
      return told([], () => ({ type: "task.skipped", reason: "a person said so" }));
    case "skip what waits":
      return told(["held", "conflicted", "resolving"], () => ({
        type: "task.skipped",
        reason: "no",
      }));
    case "skip while it merges":
      return told(["merging", "unsettled"], () => ({ type: "task.skipped", reason: "too late" }));
    case "retry":
      return told(["failed", "skipped"], () => ({ type: "task.retried", now }));
    case "answer":
      return told(["blocked"], () => ({ type: "task.answered", answer: "The first one.", now }));
    case "approve":
      return told(["held"], () => ({ type: "task.approved", now }));
    case "reject":
      return told(["held"], () => ({
        type: "task.rejected",
        why: "no",
        now,
        chance: random.next(),
      }));
    case "pause":
      await voice.tell(land, [], (view) => pause(view, "holidays", rules));
      return true;
    case "resume":
      await voice.tell(land, [], (view) => resume(view, rules));
      return true;
    case "lift the limit":
      await voice.tell(land, [], (view) => liftLimit(view, rules));
      return true;
    case "ask for a cycle":
      await voice.tell(land, [], (view) =>
        requestCycle(view, cycleId(newId(universe)), "person", 0),
      );
      return true;
    case "undo":
      return undo(universe, land, { tasks, voice });
    default:
      return what satisfies never;
  }
}

const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
const newId = ({ random }: Universe): TaskId =>
  taskId(Array.from({ length: 12 }, () => letters[random.between(0, 35)]).join(""));

const brief = ({ random }: Universe) => ({
  title: `A person's wish number ${random.between(0, 1_000_000)}`,
  description: "It would be nice.",
  kind: random.chance(0.1) ? ("review" as const) : ("code" as const),
  priority: random.between(0, 9),
  criteria: [],
  allowedFiles: [],
  leaveAlone: [],
  backlogItem: null,
});

/** Takes a landing back, and says so of its task. */
async function undo(
  { random }: Universe,
  land: Land,
  { tasks, voice }: { readonly tasks: readonly Task[]; readonly voice: Voice },
): Promise<boolean> {
  const { git } = land;
  const landed = tasks.filter(({ state }) => state.at === "done" && state.landed !== null);
  if (landed.length === 0) return false;
  const task = random.pick(landed);
  const landing = task.state.at === "done" ? task.state.landed : null;
  if (landing === null) return false;
  const [before] = git.find(landing).parents;
  if (before === undefined) return false;
  const files = new Map(git.tree(git.find(git.head).tree));
  files.set("undone", `${landing}\n`);
  commit(land, files, landing);
  await voice.event(land, task, { type: "task.reverted", detail: `${onPurpose}it broke` });
  return true;
}
