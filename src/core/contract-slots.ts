/** What the stages fill into each prompt contract: it has exactly these slots. */
import type { PromptName } from "./portfolio.ts";
import { fill } from "./template.ts";

const ofWorker = ["project", "checks", "conventions"];
const slots: Readonly<Record<PromptName, readonly string[]>> = {
  planner: ["project"],
  worker_code: ofWorker,
  worker_test: ofWorker,
  worker_fix: ofWorker,
  worker_review: ofWorker,
  judge: ["project"],
  refinery: ["project"],
};

/** Throws, with the names, where a contract's text lacks a slot or has one that nobody fills. */
export function checkSlots(prompt: PromptName, text: string): void {
  fill(text, Object.fromEntries(slots[prompt].map((slot) => [slot, ""])));
}
