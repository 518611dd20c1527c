/** G17: what `orch sandbox test` shows, here and on any machine. */
import { expect, test } from "vitest";
import { tempFolder } from "../support/folders.ts";
import { startOrch } from "../support/orch.ts";
import { allSandboxes } from "../support/sandboxes.ts";

interface Told {
  readonly held: string | null;
  readonly probes: number;
  readonly rows: readonly { readonly name: string; readonly escaped: boolean }[];
}

async function probed(...more: readonly string[]): Promise<{ code: number; told: Told }> {
  const argv = ["sandbox", "test", "--json", ...more];
  const { code, out } = await startOrch(await tempFolder(), argv).ended;
  return { code, told: JSON.parse(out) };
}

const escaped = ({ rows }: Told): readonly string[] =>
  rows.filter((row) => row.escaped).map(({ name }) => name);

test("there is something to be proved: this machine can confine", async () => {
  expect((await allSandboxes()).some(({ confines }) => confines)).toBe(true);
});

test("G17: of all probes none gets out of the sandbox", { timeout: 120_000 }, async () => {
  const { code, told } = await probed();
  expect([code, escaped(told)]).toEqual([0, []]);
  expect(told.probes).toBeGreaterThanOrEqual(23);
  expect(told.held).toContain("bubblewrap");
});

test("G17: each of them works where nothing holds it", { timeout: 120_000 }, async () => {
  const { code, told } = await probed("--without-sandbox");
  expect(told.rows.filter((row) => !row.escaped)).toEqual([]);
  expect([code, told.held]).toEqual([0, null]);
});
