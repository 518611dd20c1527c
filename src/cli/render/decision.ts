/** What a person decided about a task, for people and for programs. */
import type { Explained } from "../../core/decided.ts";
import type { Instant } from "../../core/ids.ts";
import { line } from "../sanitize.ts";
import { iso, relative } from "./format.ts";
import type { Paint } from "./paint.ts";

const words: { readonly [T in Explained["event"]["type"]]: string } = {
  "task.answered": "answered",
  "task.approved": "approved",
  "task.rejected": "rejected",
  "task.skipped": "ended",
  "task.retried": "given its attempts anew",
};

function reasonOf({ event }: Explained): string | null {
  if (event.type === "task.answered") return event.answer;
  if (event.type === "task.rejected") return event.why;
  return event.type === "task.skipped" ? event.reason : null;
}

/** Renders one decision. */
export function renderDecision(
  decided: Explained,
  { paint, now }: { readonly paint: Paint; readonly now: Instant },
): string {
  const title = `${paint.bold("A person")}: ${words[decided.event.type]}, `;
  const lines = [decided.about, reasonOf(decided)].filter((each) => each !== null);
  const said = lines.map((each) => `\n  ${line(each)}`).join("");
  return `${title}${relative(decided.at, now)}${said}`;
}

/** A decision as JSON. */
export const decisionJson = (decided: Explained) => ({
  by: "person",
  at: iso(decided.at),
  decision: decided.event.type.replace("task.", ""),
  about: decided.about,
  reason: reasonOf(decided),
});
