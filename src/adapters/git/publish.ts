/**
 * Landing: moving the person's branch to a commit that was checked. Exactly once, whoever races: a
 * reference that must not exist yet is created in the same transaction; never under their feet:
 * where
 * the branch is checked out, git's own fast-forward moves it, or the work waits.
 */
import type { TaskId } from "../../core/ids.ts";
import type { Publication, PublishRequest } from "../../ports/repo.ts";
import type { Attempted, Landing } from "./attempt.ts";
import { occupationOf } from "./checkouts.ts";
import { fastForward } from "./fast-forward.ts";
import { fenceOf, takeFence } from "./fence.ts";
import { fetchFrom, hasBrought } from "./hub.ts";
import { assertBuiltOn } from "./invariants.ts";
import {
  intentRef,
  isLanded,
  type LandedMarks,
  learnLanding,
  marksOf,
  mergedRef,
} from "./landing.ts";
import { clearReady, park } from "./ready.ts";
import { branchRef, moveRefs, mustMoveRefs, readRefs } from "./refs.ts";
import type { Site } from "./site.ts";
import { unoccupied } from "./unoccupied.ts";

/** Lands `to` on the person's branch, or says why it cannot be done now. */
export async function publish(
  site: Site,
  request: PublishRequest,
  signal: AbortSignal,
): Promise<Publication> {
  const { task, from, to } = request;
  const built = assertBuiltOn(site.hub.dir, request, signal);
  built.catch(() => undefined); // of what has landed nobody asks
  const seen = await marksOf(site, task, signal);
  if (isLanded(seen)) return settled(site, task, seen, signal);
  await built;
  if (seen.tip !== from) return { kind: "raced" };
  if (seen.intents.get(intentRef(task, to)) !== to) await intend(site, request, signal);
  const fence = fenceOf(site, request.token) ?? (await takeFence(site, request.token, signal));
  if (fence === null) return { kind: "raced" };
  // an earlier landing that the branch still had would have been found above
  const landing = { ...request, fence, earlier: seen.merged };
  const attempted = await attempt(site, landing, signal);
  if (attempted.kind === "inTheWay") {
    return { kind: "parked", why: await park(site, to, attempted.why, signal) };
  }
  if (attempted.kind === "moved") {
    learnLanding(site, request);
    const intents = new Map(seen.intents).set(intentRef(task, to), to);
    return settled(site, task, { ...seen, tip: to, landed: to, merged: to, intents }, signal);
  }
  const now = await marksOf(site, task, signal);
  return isLanded(now) ? settled(site, task, now, signal) : { kind: "raced" };
}

async function attempt(site: Site, landing: Landing, signal: AbortSignal): Promise<Attempted> {
  const occupation = await occupationOf(site.hub.place, site.branch, signal);
  switch (occupation.kind) {
    case "free":
      return unoccupied(site, landing, signal);
    case "checkedOut":
      return fastForward(site, landing, occupation.checkout, signal);
    case "busy":
      return { kind: "inTheWay", why: occupation.why };
    default:
      return occupation satisfies never;
  }
}

/** Brings the commit over under a name that tells, after a crash, what was meant. */
async function intend(
  site: Site,
  { task, to }: PublishRequest,
  signal: AbortSignal,
): Promise<void> {
  const ref = intentRef(task, to);
  const fetch = { hub: site.hub, into: site.hub.place.commonDir, from: site.hub.dir };
  await Promise.all([
    mustMoveRefs(site.hub.dir, [`update ${ref} ${to}`], signal),
    fetchFrom({ ...fetch, refspecs: [`+${to}:${ref}`] }, signal),
  ]);
}

/** Tidies after a landing, whoever made it and however far they came. */
export async function settled(
  site: Site,
  task: TaskId,
  { landed, merged, intents }: LandedMarks,
  signal: AbortSignal,
): Promise<Publication> {
  const theirs = site.hub.place.commonDir;
  if (merged !== landed) {
    const claim = `update ${mergedRef(task)} ${landed} ${merged ?? zeros(landed)}`;
    await moveRefs(theirs, [claim], signal);
  }
  // the landing has its own reference now: what was meant need not be remembered
  const tidyOurs = async (): Promise<void> => {
    const meant = await readRefs(site.hub.dir, [intentRef(task, "")], signal);
    // it was built there: with the branch moved as well, the next look at it has nothing to fetch
    const built = [...meant.values()].includes(landed);
    const follow = built ? [`update ${branchRef(site.branch)} ${landed}`] : [];
    const moved = await forget(site.hub.dir, meant, follow, signal);
    if (built && moved) hasBrought(site.hub, site.branch, landed);
  };
  const tidied = [forget(theirs, intents, [], signal), tidyOurs()];
  await Promise.all([...tidied, clearReady(site, task, signal)]);
  return { kind: "landed", commit: landed };
}

async function forget(
  gitDir: string,
  refs: ReadonlyMap<string, string>,
  more: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  if (refs.size === 0) return false;
  const deletions = [...refs].map(([ref, at]) => `delete ${ref} ${at}`);
  return (await moveRefs(gitDir, [...deletions, ...more], signal)).code === 0;
}

/** The id by which git says that a reference does not exist. */
const zeros = (like: string): string => "0".repeat(like.length);
