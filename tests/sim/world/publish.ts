/** Landing in the fake repository: looked at first, moved later, as git does it. */
import { type Publication, type PublishRequest, RepoError } from "../../../src/ports/repo.ts";
import type { Calls } from "./calls.ts";
import { changesBetween, type Git } from "./git.ts";
import { type Land, onPurpose, say, strikes, type Universe } from "./universe.ts";

/** Takes the fence, which only ever grows. */
export function takeFence(git: Git, token: number): boolean {
  if (git.fence > token) return false;
  git.fence = token;
  return true;
}

/** Moves the branch to a commit, once, or says why it cannot be done now. */
export async function publish(
  universe: Universe,
  calls: Calls,
  land: Land,
  asked: { readonly request: PublishRequest; readonly signal: AbortSignal },
): Promise<Publication> {
  const { git } = land;
  const { request, signal } = asked;
  const { task, from, to, token } = request;
  signal.throwIfAborted();
  const early = await calls.call("repo.publish", [2, 20], (): Publication | null => {
    signal.throwIfAborted();
    if (strikes(universe, "git fails"))
      throw new RepoError(`${onPurpose}git update-ref failed`, "try again");
    const already = git.landings(task)[0];
    if (already !== undefined) return { kind: "landed", commit: already };
    if (git.find(to).parents[0] !== from) throw new Error(`${to} is not built on ${from}`);
    if (git.head !== from || !takeFence(git, token)) return { kind: "raced" };
    return null;
  });
  if (early !== null) return early;
  // between the look and the move others may come: the fence and the head are asked for again
  return calls.call("repo.publish: move", [0, 12], (): Publication => {
    if (git.fence !== token || git.head !== from) return { kind: "raced" };
    const why = inTheWay(land, request);
    if (why !== null) return { kind: "parked", why };
    git.head = to;
    git.refs.set(`merged/${task}`, to);
    universe.tally.landings += 1;
    say(universe, `${land.name}: ${task} lands as ${to.slice(0, 11)} on ${from.slice(0, 11)}`);
    universe.watch.landed(land, request);
    return { kind: "landed", commit: to };
  });
}

function inTheWay({ git, checkout }: Land, { from, to }: PublishRequest): string | null {
  if (checkout.busy) return "a rebase is in progress";
  const [before, after] = [git.find(from), git.find(to)].map(({ tree }) => git.tree(tree));
  if (before === undefined || after === undefined) return null;
  const edited = changesBetween(before, after).find(({ path }) => checkout.dirty.has(path));
  return edited === undefined ? null : `${edited.path} has edits`;
}
