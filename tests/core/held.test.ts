import { expect, test } from "vitest";
import { heldLine } from "../../src/core/held.ts";

const best = {
  by: "bubblewrap",
  confines: true,
  isOff: false,
  metered: true,
  network: [],
} as const;

test("a line says how processes are held, how the model is asked, and what else is reached", () => {
  expect(heldLine(best)).toBe(
    "confined by bubblewrap; the model through the gateway; no other host",
  );
  expect(heldLine({ ...best, network: ["a.example", "*.b.example"] })).toBe(
    "confined by bubblewrap; the model through the gateway; beside it a.example, *.b.example",
  );
});

test("what is open cannot be overlooked in it", () => {
  expect(heldLine({ ...best, network: "all" })).toContain("the network is OPEN by the portfolio");
  expect(heldLine({ ...best, metered: false })).toBe(
    "confined by bubblewrap; the model by the agent's own login; " +
      "sessions with the network OPEN, checks with no other host",
  );
  const loose = { ...best, by: "unshare", confines: false };
  expect(heldLine({ ...loose, isOff: true })).toBe(
    "NOT confined, the sandbox is OFF by the portfolio: files and network are open; " +
      "processes held by unshare; the model through the gateway",
  );
  expect(heldLine(loose)).toContain("NOT confined, nothing here confines");
});
