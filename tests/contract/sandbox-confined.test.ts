/** What a sandbox that confines keeps from a program, beyond ending with it. */
import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { ProcessResult } from "../../src/adapters/process/request.ts";
import { runProcess } from "../../src/adapters/process.ts";
import { openSandbox } from "../../src/adapters/sandbox/open.ts";
import type { Confined } from "../../src/ports/sandbox.ts";
import { tempFolder } from "../support/folders.ts";
import { allSandboxes, never, path } from "../support/sandboxes.ts";

const strongest = await openSandbox({ path, mark: "test" }, never);
/** Nothing is to be proved where nothing confines: the suite of all sandboxes tells who does. */
const confining = (await allSandboxes()).filter(
  // which has a suite of its own: it shares the machine's loopback, and shows names
  ({ confines, kind }) => confines && kind !== "seatbelt",
);

const said = ({ stdout }: ProcessResult): string => Buffer.from(stdout).toString();

async function listen(answer: (url: string) => string): Promise<{ url: string; server: Server }> {
  const server = createServer((asked, answered) => answered.end(answer(asked.url ?? "")));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const at = server.address();
  return { server, url: `http://127.0.0.1:${typeof at === "object" ? at?.port : 0}` };
}

test("where namespaces can be had, they confine: nothing here is left out unnoticed", () => {
  const namespaces = ["--unshare-user", "--unshare-pid", "--unshare-net", "--ro-bind", "/", "/"];
  const works = spawnSync("bwrap", [...namespaces, "true"], { env: { PATH: path } }).status === 0;
  expect(strongest.confines).toBe(works);
});

describe.each(confining)("confined by $kind", (sandbox) => {
  async function run(script: string, more: Partial<Confined> = {}): Promise<ProcessResult> {
    const cwd = more.cwd ?? (await tempFolder());
    const given = { cwd, writable: [cwd], readable: [], session: "s", ...more };
    const argv = sandbox.wrap({ argv: ["sh", "-c", script], ...given });
    return runProcess(
      { argv, cwd, env: { PATH: path }, timeoutMs: 20_000, bytesMax: 99_999 },
      never,
    );
  }

  test("a program sees what it was given, and nothing beside it", async () => {
    const folder = await tempFolder();
    const [own, theirs, given] = ["own", "theirs", "given"].map((name) => join(folder, name));
    for (const each of [own, theirs, given]) {
      await mkdir(each ?? "");
      await writeFile(join(each ?? "", "file"), "before");
    }
    const script = `ls ${folder}; cat ${given}/file
    ls -a ${homedir()} | grep -c bash; ls /etc/shadow`;
    const result = await run(script, {
      cwd: own ?? "",
      writable: [own ?? ""],
      readable: [given ?? ""],
    });
    expect(said(result)).toBe("given\nown\nbefore0\n");
    expect(result.ended).toEqual({ kind: "exited", code: 2 });
  });

  test("it writes to its own folders alone, and is told where it cannot", async () => {
    const [own, given] = [await tempFolder(), await tempFolder()];
    const places = [own, given, "/", "/usr", "/etc", homedir()];
    const script = places.map((place) => `touch ${place}/mark 2> /dev/null && echo ${place}`);
    const result = await run(script.join("; "), { cwd: own, writable: [own], readable: [given] });
    expect(said(result)).toBe(`${own}\n`);
    expect([await readdir(own), await readdir(given)]).toEqual([["mark"], []]);
  });

  test("a link in its folder leads to nothing outside", async () => {
    const [own, theirs] = [await tempFolder(), await tempFolder()];
    await writeFile(join(theirs, "file"), "before");
    await symlink(theirs, join(own, "link"));
    const more = { cwd: own, writable: [own] };
    expect(said(await run("cat link/file; echo x > link/file", more))).toBe("");
    expect(await readFile(join(theirs, "file"), "utf8")).toBe("before");
  });

  test("a folder inside another keeps the rights that it was given", async () => {
    const outer = await tempFolder();
    const [inner, hidden] = [join(outer, "inner"), join(outer, "hidden")];
    for (const each of [inner, hidden]) await mkdir(each);
    await writeFile(join(hidden, "file"), "secret");
    await writeFile(join(outer, "token"), "secret");
    const more = { cwd: outer, writable: [inner], readable: [outer] };
    const script = "touch inner/a; touch b; cat token hidden/file; ls hidden; touch hidden/c";
    const result = await run(script, { ...more, hidden: [hidden, join(outer, "token")] });
    expect(said(result)).toBe("");
    expect((await readdir(outer)).sort()).toEqual(["hidden", "inner", "token"]);
    expect([await readdir(inner), await readdir(hidden)]).toEqual([["a"], ["file"]]);
  });

  test("a path through a link works as it does outside", async () => {
    const folder = await tempFolder();
    await mkdir(join(folder, "real"));
    await symlink(join(folder, "real"), join(folder, "link"));
    const cwd = join(folder, "link");
    expect(said(await run("echo x > file; pwd -P", { cwd, writable: [cwd] }))).toBe(
      `${join(folder, "real")}\n`,
    );
    expect(await readdir(join(folder, "real"))).toEqual(["file"]);
  });

  test("nothing of the machine's network is reached, its own loopback works", async () => {
    const { url } = await listen(() => "ours");
    const program = `
    const { createServer, get } = require("http");
    const own = createServer((_, answer) => answer.end("own")).listen(0, "127.0.0.1", () => {
      const ask = (url) => new Promise((done) => get(url, (answer) =>
        answer.on("data", (text) => done(String(text)))).on("error", (error) => done(error.code)));
      const all = ["http://127.0.0.1:" + own.address().port, "${url}"].map(ask);
      Promise.all(all).then((heard) => { console.log(heard.join()); process.exit(); });
    });`;
    const cwd = await tempFolder();
    await writeFile(join(cwd, "program.cjs"), program);
    const more = { cwd, writable: [cwd] };
    expect(said(await run("node program.cjs", more))).toBe("own,ECONNREFUSED\n");
    const open = await run("node program.cjs", { ...more, network: "all" });
    expect(said(open)).toBe("own,ours\n");
  });

  test("a port inside leads to a socket of ours", async () => {
    const socket = join(await tempFolder(), "socket");
    const server = createServer((asked, answered) => answered.end(`heard ${asked.url}`));
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    onTestFinished(() => void server.close());
    const openings = [{ socket, port: 4_321 }];
    const script =
      "node -e 'fetch(\"http://127.0.0.1:4321/v1\").then((a) => a.text()).then(console.log)'";
    expect(said(await run(script, { network: { openings } }))).toBe("heard /v1\n");
  });

  test("it has no rights to gain any: no capabilities, no user namespaces of its own", async () => {
    const script =
      "grep CapEff /proc/self/status; unshare --user true && echo gained; mount -t tmpfs none /tmp";
    const result = await run(script);
    expect(said(result)).toBe("CapEff:\t0000000000000000\n");
    expect(result.ended).not.toEqual({ kind: "exited", code: 0 });
  });

  test("no file grows beyond its limit", async () => {
    const cwd = await tempFolder();
    const more = { cwd, writable: [cwd], fileBytesMax: 1_000_000 };
    const { ended } = await run("head -c 5000000 /dev/zero > big", more);
    expect(ended).not.toEqual({ kind: "exited", code: 0 });
    expect((await readFile(join(cwd, "big"))).length).toBeLessThanOrEqual(1_000_448);
  });
});
