import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { openReports } from "../../../src/adapters/reports/reports.ts";
import { expected, fixture, read } from "./samples.ts";

/**
 * What this version reads of the samples; another digest wants another version, or is a new
 * sample's.
 */
const pinned = { version: "1", digest: "8f5b31a98a8216c1" };

test("whoever changes what is read of the samples changes the reader's version", async () => {
  const hash = createHash("sha256");
  for (const name of Object.keys(expected).sort())
    hash.update(JSON.stringify([name, read(await fixture(name))]));
  const digest = hash.digest("hex").slice(0, 16);
  expect({ version: openReports().version, digest }).toEqual(pinned);
});
