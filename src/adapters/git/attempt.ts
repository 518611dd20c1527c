/** One attempt at moving the person's branch. */
import type { PublishRequest } from "../../ports/repo.ts";
import { mergedRef } from "./landing.ts";

/** What a way of landing came to; `undecided` is told apart by looking at the branch. */
export type Attempted =
  | { readonly kind: "moved" }
  | { readonly kind: "undecided" }
  | { readonly kind: "inTheWay"; readonly why: string };

export interface Landing extends PublishRequest {
  /** The fence's object, which must still be there when the branch moves. */
  readonly fence: string;
  /** An earlier landing of the task that was reverted since; its reference is replaced. */
  readonly earlier: string | null;
}

/** The command that claims a task's landing: of all who race, one succeeds. */
export function claimOf({ task, to, earlier }: Landing): string {
  return earlier === null
    ? `create ${mergedRef(task)} ${to}`
    : `update ${mergedRef(task)} ${to} ${earlier}`;
}

/** The command that asks whether a task's landing can still be claimed. */
export const claimable = ({ task, earlier }: Landing): string =>
  `verify ${mergedRef(task)}${earlier === null ? "" : ` ${earlier}`}`;
