/** Says what live agents may do to the machine, so that nobody finds out by accident. */
import { isIP } from "node:net";
import { modelAddress } from "../core/model-address.ts";
import type { Io } from "./io.ts";
import { type Paint, paintFor } from "./render/paint.ts";

/** Whether sessions ask a model that is somewhere else, and not one on this machine. */
export function isLive(env: Io["env"]): boolean {
  const base = modelAddress(env);
  if (base === null || !URL.canParse(base)) return true;
  const host = new URL(base).hostname.replace(/^\[|\]$/g, "");
  return !(host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127.")));
}

/** The warning, as sentences. */
export const liveSentences: readonly string[] = [
  "LIVE AGENTS: files and network are NOT confined.",
  "What an agent runs, runs as you: it can read, change and send whatever this account can.",
  "Use an account or a machine where that is acceptable; nobody asks before each command.",
];

/** The warning as a block that stands out; null where no live model is asked. */
export function liveWarning(env: Io["env"], colour: boolean): string | null {
  return isLive(env) ? framed(liveSentences, paintFor(colour)) : null;
}

function framed(lines: readonly string[], paint: Paint): string {
  const rule = "!".repeat(78);
  const [first = "", ...rest] = lines;
  return [rule, `!! ${first}`, ...rest.map((each) => `!! ${each}`), rule]
    .map((each, at) => (at < 2 || at === lines.length + 1 ? paint.bold(paint.red(each)) : each))
    .join("\n");
}
