/** The landing fence: a number in the person's repository that only ever grows. */
import { createHash } from "node:crypto";
import type { Token } from "../../core/ids.ts";
import { RepoError } from "../../ports/repo.ts";
import { openFacts } from "./facts.ts";
import { gitText } from "./git.ts";
import { durable, moveRefs, readRef } from "./refs.ts";
import type { Site } from "./site.ts";

/** Each round that fails means that somebody else took it meanwhile; so many do not exist. */
const roundsMax = 40;

/** The reference that holds a project's fence. */
export const fenceRef = (site: Site): string => `refs/orch/fence/${site.project}`;

/** Takes the fence and answers the object that stands for it; `null` where a later token has it. */
export async function takeFence(
  site: Site,
  token: Token,
  signal: AbortSignal,
): Promise<string | null> {
  const gitDir = site.hub.place.commonDir;
  const text = textOf(token);
  const own = idOf(text, site.hub.place.objectFormat);
  numbers.learn(own, token);
  for (let round = 0; round < roundsMax; round += 1) {
    const [held] = await Promise.all([
      readRef(gitDir, fenceRef(site), signal),
      round === 0 ? write(gitDir, text, signal) : null,
    ]);
    if (held === own) return noted(site, own);
    if (held !== null && (await numberOf(gitDir, held, signal)) > token) return null;
    const move =
      held === null ? `create ${fenceRef(site)} ${own}` : `update ${fenceRef(site)} ${own} ${held}`;
    if ((await moveRefs(gitDir, [move], signal)).code === 0) return noted(site, own);
  }
  throw new RepoError(
    `the landing fence ${fenceRef(site)} cannot be taken`,
    `look for a left-over ${fenceRef(site)}.lock in ${gitDir}`,
  );
}

/** What this process took last of each fence. */
const taken = new Map<string, string>();
const placeOf = (site: Site): string => `${site.hub.place.commonDir}\0${fenceRef(site)}`;

function noted(site: Site, own: string): string {
  taken.set(placeOf(site), own);
  return own;
}

/**
 * The object of a fence that this process has taken for a token and may have lost since: only for
 * what verifies it while it moves a reference.
 */
export function fenceOf(site: Site, token: Token): string | null {
  const own = idOf(textOf(token), site.hub.place.objectFormat);
  return taken.get(placeOf(site)) === own ? own : null;
}

const textOf = (token: Token): string => `${token}\n`;

/** The id that git gives to a text. */
const idOf = (text: string, format: string): string =>
  createHash(format)
    .update(`blob ${Buffer.byteLength(text)}\0${text}`)
    .digest("hex");

async function write(gitDir: string, text: string, signal: AbortSignal): Promise<void> {
  const args = ["hash-object", "-w", "--stdin"];
  await gitText({ gitDir, args, stdin: text, config: durable }, signal);
}

const numbers = openFacts<number>();

async function numberOf(gitDir: string, blob: string, signal: AbortSignal): Promise<number> {
  const read = { gitDir, args: ["cat-file", "blob", blob] };
  return numbers.of(blob, async () => Number(await gitText(read, signal)));
}
