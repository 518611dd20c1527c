/** How a session ended, kept for whoever died before using its answer. */
import { readFile, rename, writeFile } from "node:fs/promises";
import type { SessionResult } from "../../ports/agent.ts";
import { isUsage } from "./meter.ts";

/** Keeps the result of a session that has answered, whole or not at all; tells whether it did. */
export async function rememberResult(file: string, result: SessionResult): Promise<boolean> {
  if (result.ending.kind !== "answered") return false;
  await writeFile(`${file}.new`, JSON.stringify(result), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return true;
}

/** The result of a session that has answered; `null` where it has not, or it cannot be read. */
export async function recallResult(file: string): Promise<SessionResult | null> {
  try {
    const json: unknown = JSON.parse(await readFile(file, "utf8"));
    return isResult(json) ? json : null;
  } catch {
    return null; // asking once more costs one request
  }
}

/** The session's own program may write there too: nothing is taken for granted. */
function isResult(json: unknown): json is SessionResult {
  if (typeof json !== "object" || json === null) return false;
  const { ending, text, costUsd, costBasis, turns, durationMs, usage } = json as Readonly<
    Record<string, unknown>
  >; // read with care below
  const numbers = [costUsd, turns, durationMs];
  return (
    typeof ending === "object" &&
    ending !== null &&
    "kind" in ending &&
    ending.kind === "answered" &&
    "json" in ending &&
    typeof text === "string" &&
    (costBasis === "vendor" || costBasis === "table" || costBasis === "none") &&
    numbers.every((each) => typeof each === "number" && Number.isFinite(each) && each >= 0) &&
    Array.isArray(usage) &&
    usage.every(isUsage)
  );
}
