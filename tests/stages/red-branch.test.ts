/** Landing on a branch that is red: what nobody can tell apart is a person's to decide. */
import { expect, test } from "vitest";
import { taskId, token } from "../../src/core/ids.ts";
import { noPurse } from "../../src/ports/gateway.ts";
import { type MergeOutcome, merge } from "../../src/stages/merge/merge.ts";
import { openScene } from "../sim/scene.ts";
import { aTask } from "../support/records.ts";

interface Red {
  readonly agreed: boolean;
  /** What the branch's file `a` says. */
  readonly a: string;
  readonly isFlaky?: () => boolean;
}

/** Opens a branch whose checks say nothing but that they are red, and a change to go there. */
function openRed({ agreed, a, isFlaky = () => false }: Red) {
  const scene = openScene((kind) => kind === "check is flaky" && isFlaky(), { named: false });
  const { git } = scene.land;
  const made = { task: null, reverts: null };
  const red = git.writeTree(new Map([...git.tree(git.find(git.head).tree), ["a", a]]));
  git.head = git.commit("red", { ...made, tree: red, parents: [git.head] }).id;
  const tree = git.writeTree(new Map([...git.tree(red), ["b", "better\n"]]));
  const candidate = git.commit("better", { ...made, tree, parents: [git.head] }).id;
  const site = scene.house.sites().get(scene.land.name);
  if (site === undefined) throw new Error("the project is not there");
  const { world, settings } = site;
  const task = aTask({ id: taskId("redredredred") });
  const intend = async (): Promise<boolean> => true;
  /** Tries to land the change once. */
  const land = async (): Promise<MergeOutcome | null> => {
    let outcome: MergeOutcome | null = null;
    void merge(
      { world, settings, listen: () => undefined, purse: noPurse },
      { task, attempt: 1, candidate, token: token(1), lastTry: false, agreed, intend },
      new AbortController().signal,
    ).then((ended) => {
      outcome = ended;
    });
    await scene.until(() => outcome !== null);
    return outcome;
  };
  const hasLanded = () => git.head !== candidate && git.find(git.head).parents.includes(candidate);
  const runs = () => [...scene.land.runs.values()].reduce((sum, each) => sum + each.length, 0);
  return { scene, land, hasLanded, runs };
}

async function landOnRed(agreed: boolean) {
  const { land, hasLanded } = openRed({ agreed, a: "broken\n" });
  return { outcome: await land(), landed: hasLanded() };
}

test("it waits where no person has agreed, and says why", async () => {
  const { outcome, landed } = await landOnRed(false);
  expect(outcome).toMatchObject({ kind: "parked", landing: null });
  expect(outcome?.kind === "parked" ? outcome.why : "").toMatch(/the branch is red/);
  expect(landed).toBe(false);
});

test("it lands where a person has agreed", async () => {
  const { outcome, landed } = await landOnRed(true);
  expect([outcome?.kind, landed]).toEqual(["landed", true]);
});

test("runs that may all have been red by chance keep it waiting for ten minutes", async () => {
  let isFlaky = true;
  const { scene, land, hasLanded, runs } = openRed({
    ...{ agreed: false, a: "fine\n" },
    isFlaky: () => isFlaky,
  });
  const { time } = scene.universe;
  const rest = async (): Promise<void> => {
    let isOver = false;
    time.at(time.now() + 360_000, null, () => {
      isOver = true;
    });
    await scene.until(() => isOver);
  };
  expect((await land())?.kind).toBe("parked");
  isFlaky = false;
  const before = runs();
  await rest();
  expect((await land())?.kind, "what was seen is believed for a while").toBe("parked");
  expect(runs(), "and costs nothing more").toBe(before);
  await rest();
  expect((await land())?.kind, "the look that stops believing it").toBe("parked");
  expect([(await land())?.kind, hasLanded()]).toEqual(["landed", true]);
});
