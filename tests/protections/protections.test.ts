/** The list is in step with the source; `npm run protections` takes the guards away. */
import { expect, test } from "vitest";
import { ambiguous } from "../support/in-source.ts";
import { protections } from "./protections.ts";

test("each guard stands in the source exactly once", async () => {
  expect(await ambiguous(protections)).toEqual([]);
});
