/** What a person decided about a task, written down for people. */
import type { Explained } from "../core/decided.ts";
import { bullets, line, moment, passage } from "./markdown.ts";

const titles: { readonly [T in Explained["event"]["type"]]: string } = {
  "task.answered": "Answered by a person",
  "task.approved": "Approved by a person",
  "task.rejected": "Rejected by a person",
  "task.skipped": "Ended by a person",
  "task.retried": "Given its attempts anew by a person",
};

/** One decision: who, when, what about, and the reason. */
export function decisionBlocks({ at, event, about }: Explained): readonly string[] {
  const parts = [`## ${titles[event.type]}`, bullets([`When: ${moment(at)}`])];
  if (about !== null)
    parts.push(
      event.type === "task.answered" ? "The question:" : `It waited: ${line(about)}`,
      ...(event.type === "task.answered" ? [passage(about)] : []),
    );
  if (event.type === "task.answered") parts.push("The answer:", passage(event.answer));
  if (event.type === "task.rejected") parts.push("The reason:", passage(event.why));
  if (event.type === "task.skipped") parts.push("The reason:", passage(event.reason));
  return parts;
}
