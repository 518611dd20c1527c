/**
 * What macOS's own sandbox keeps from a program. It can be tried on macOS alone; what it is told is
 * built and read everywhere (tests/adapters/sandbox/seatbelt.test.ts).
 */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { runProcess } from "../../src/adapters/process.ts";
import type { Confined } from "../../src/ports/sandbox.ts";
import { tempFolder } from "../support/folders.ts";
import { allSandboxes, never, path } from "../support/sandboxes.ts";

const isMac = process.platform === "darwin";
const seatbelts = (await allSandboxes()).filter(({ kind }) => kind === "seatbelt");

test("Seatbelt works where macOS is, and is said not to have been tried elsewhere", () => {
  if (!isMac)
    console.warn(`SEATBELT WAS NOT TRIED: this is ${process.platform}; it is on macOS alone`);
  expect(seatbelts).toHaveLength(isMac ? 1 : 0);
});

describe.each(seatbelts)("confined by $kind", (sandbox) => {
  async function run(script: string, more: Partial<Confined> = {}): Promise<string> {
    const cwd = more.cwd ?? (await tempFolder());
    const given = { cwd, writable: [cwd], readable: [], session: "s", ...more };
    const argv = sandbox.wrap({ argv: ["sh", "-c", script], ...given });
    const env = { PATH: path, TMPDIR: cwd };
    const asked = { argv, cwd, env, timeoutMs: 20_000, bytesMax: 99_999 };
    return Buffer.from((await runProcess(asked, never)).stdout).toString();
  }

  test("a program reads and writes what it was given, and nothing beside it", async () => {
    const folder = await tempFolder();
    for (const name of ["own", "theirs", "given"]) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, "file"), name);
    }
    const [own, given] = [join(folder, "own"), join(folder, "given")];
    const script = `cat file ../given/file ../theirs/file; ls ${homedir()}; ls ${folder}
      for place in . ../given ../theirs ${homedir()} /private/tmp; do
        touch $place/orch-mark && echo $place; done`;
    const more = { cwd: own, writable: [own], readable: [given] };
    expect(await run(script, more)).toBe("owngiven.\n");
    expect(await readdir(given)).toEqual(["file"]);
  });

  test("what is hidden is not there, under any name", async () => {
    const cwd = await tempFolder();
    await mkdir(join(cwd, "a/hidden"), { recursive: true });
    await writeFile(join(cwd, "a/hidden/file"), "secret");
    const script =
      "cat a/hidden/file; mv a b; cat b/hidden/file; mv a/hidden c; cat c/file; ln a/hidden/file d";
    const more = { cwd, writable: [cwd], hidden: [join(cwd, "a/hidden")] };
    expect(await run(`${script}; cat d`, more)).toBe("");
  });

  test("no port is reached but its own way out", async () => {
    const machine = createServer((asked, answered) => answered.end(`heard ${asked.url}`));
    await new Promise<void>((resolve) => machine.listen(0, "127.0.0.1", resolve));
    const socket = join(await tempFolder(), "door");
    const ours = createServer((asked, answered) => answered.end(`ours ${asked.url}`));
    await new Promise<void>((resolve) => ours.listen(socket, resolve));
    onTestFinished(() => [machine, ours].forEach((each) => void each.close()));
    const at = machine.address();
    const url = `http://127.0.0.1:${typeof at === "object" ? at?.port : 0}`;
    const ask = (address: string) =>
      `node -e 'fetch("${address}/v1").then((a) => a.text()).catch(() => "no").then(console.log)'`;
    const port = await sandbox.portFor(47_115);
    const network = { openings: [{ socket, port }] };
    expect(await run(ask(url), { network })).toBe("no\n");
    expect(await run(ask(`http://127.0.0.1:${port}`), { network })).toBe("ours /v1\n");
    expect(await run(ask(url), { network: "all" })).toBe("heard /v1\n");
  });
});
