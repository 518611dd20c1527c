/** Landing on a branch that is red: what nobody can tell apart is a person's to decide. */
import { expect, test } from "vitest";
import { taskId, token } from "../../src/core/ids.ts";
import { noPurse } from "../../src/ports/gateway.ts";
import { type MergeOutcome, merge } from "../../src/stages/merge/merge.ts";
import { openScene } from "../sim/scene.ts";
import { aTask } from "../support/records.ts";

/** Merges a change onto a branch whose checks say nothing but that they are red. */
async function landOnRed(agreed: boolean) {
  const scene = openScene(() => false, { named: false });
  const { git } = scene.land;
  const made = { task: null, reverts: null };
  const red = git.writeTree(new Map([...git.tree(git.find(git.head).tree), ["a", "broken\n"]]));
  git.head = git.commit("red", { ...made, tree: red, parents: [git.head] }).id;
  const tree = git.writeTree(new Map([...git.tree(red), ["b", "better\n"]]));
  const candidate = git.commit("better", { ...made, tree, parents: [git.head] }).id;
  const site = scene.house.sites().get(scene.land.name);
  if (site === undefined) throw new Error("the project is not there");
  const task = aTask({ id: taskId("redredredred") });
  let outcome: MergeOutcome | null = null;
  const intend = async (): Promise<boolean> => true;
  void merge(
    { world: site.world, settings: site.settings, listen: () => undefined, purse: noPurse },
    { task, attempt: 1, candidate, token: token(1), lastTry: false, agreed, intend },
    new AbortController().signal,
  ).then((ended) => {
    outcome = ended;
  });
  await scene.until(() => outcome !== null);
  return {
    outcome: outcome as MergeOutcome | null,
    landed: git.head !== candidate && git.find(git.head).parents.includes(candidate),
  };
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
