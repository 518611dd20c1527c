/** One attempt at moving the person's branch. */
import type { PublishRequest } from "../../ports/repo.ts";

/** What a way of landing came to; `undecided` is told apart by looking at the branch. */
export type Attempted =
  | { readonly kind: "moved" }
  | { readonly kind: "undecided" }
  | { readonly kind: "inTheWay"; readonly why: string };

export interface Landing extends PublishRequest {
  /** The fence's object, which must still be there when the branch moves. */
  readonly fence: string;
  /** Command that claims the task's landing: creates its reference, or replaces a reverted one. */
  readonly claim: string;
}
