import { expect, test } from "vitest";
import { openRedaction } from "../../src/compose/redaction.ts";

test("what a portfolio hands over is a secret from then on, also once it is handed over no more", () => {
  const env = { LINE: "plover-7731-xylem", NEXT: "heron-9902-zinc" };
  const { redact, learn } = openRedaction(env, [{ env: ["LINE"] }]);
  expect(redact("plover-7731-xylem heron-9902-zinc")).toBe("[LINE] heron-9902-zinc");
  learn([{ env: ["NEXT"] }]);
  expect(redact("plover-7731-xylem heron-9902-zinc")).toBe("[LINE] [NEXT]");
});
