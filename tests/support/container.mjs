#!/usr/bin/env node
// Plays a container program over bubblewrap: `run`, `ps` and `rm` with the options that are known
// here, and no others. As with a daemon, what runs in a container is no child of the client's: it
// goes on when that dies. DOCKER_HOST names the folder of its records.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

const records = process.env.DOCKER_HOST?.replace(/^unix:\/\//, "") ?? fail("no daemon");
mkdirSync(records, { recursive: true });
const [command, ...words] = process.argv.slice(2);
if (command === "run") run(words);
else if (command === "ps") ps(words);
else if (command === "rm") remove(words);
else fail(`'${command}' is not a command`);

function fail(why) {
  process.stderr.write(`${basename(process.argv[1])}: ${why}\n`);
  process.exit(125);
}

function run(all) {
  const asked = optionsOf(all, {
    flags: ["--rm", "--interactive", "--init", "--read-only"],
    values: [
      "--cap-drop",
      "--security-opt",
      "--entrypoint",
      "--network",
      "--user",
      "--label",
    ].concat(["--workdir", "--tmpfs", "--env", "--mount"]),
  });
  const [image, ...program] = asked.rest;
  if (image !== "test-image") fail(`no such image: ${image}`);
  if (asked.get("--entrypoint") !== "") program.unshift("/image-entrypoint");
  const [uid, gid] = (asked.get("--user") ?? "0:0").split(":");
  const known = asked.all("--env").flatMap((each) => {
    const at = each.indexOf("=");
    if (at > 0) return [["--setenv", each.slice(0, at), each.slice(at + 1)]];
    return process.env[each] === undefined ? [] : [["--setenv", each, process.env[each]]];
  });
  const args = [
    ...["--die-with-parent", "--unshare-user", "--unshare-pid", "--unshare-ipc", "--clearenv"],
    ...["--uid", uid, "--gid", gid, "--setenv", "PATH", "/usr/bin:/bin", ...known.flat()],
    ...(asked.get("--network") === "none" ? ["--unshare-net"] : []),
    ...(asked.get("--cap-drop") === "ALL" ? ["--cap-drop", "ALL", "--disable-userns"] : []),
    ...[
      "--ro-bind",
      "/usr",
      "/usr",
      "--symlink",
      "usr/bin",
      "/bin",
      "--symlink",
      "usr/lib",
      "/lib",
    ],
    ...["--symlink", "usr/lib64", "/lib64", "--ro-bind-try", "/etc/alternatives"],
    ...["/etc/alternatives", "--ro-bind", "/etc/passwd", "/etc/passwd", "--dev", "/dev"],
    ...["--proc", "/proc"],
    ...asked.all("--tmpfs").flatMap((each) => ["--perms", "1777", "--tmpfs", each.split(":")[0]]),
    ...asked.all("--mount").flatMap(mountArgs),
    ...(asked.has("--read-only") ? ["--remount-ro", "/"] : []),
    ...["--chdir", asked.get("--workdir") ?? "/", "--", ...program],
  ];
  const id = randomUUID();
  const record = join(records, id);
  // the daemon's part, in a session of its own: whoever kills the client's group does not reach it
  const held = spawn("sh", ["-c", '"$@"; exit $?', "sh", "bwrap", ...args], {
    detached: true,
    env: { PATH: process.env.PATH },
    stdio: [asked.has("--interactive") ? "inherit" : "ignore", "inherit", "inherit"],
  });
  writeFileSync(record, JSON.stringify({ pid: held.pid, labels: asked.all("--label") }));
  for (const name of ["SIGTERM", "SIGINT"]) process.on(name, () => process.kill(-held.pid, name));
  held.on("error", (error) => fail(error.message));
  held.on("exit", (code) => {
    if (asked.has("--rm")) rmSync(record, { force: true });
    process.exit(code ?? 137);
  });
}

function mountArgs(text) {
  const fields = csv(text);
  const get = (name) =>
    fields.find((field) => field.startsWith(`${name}=`))?.slice(name.length + 1);
  const known = ["type", "source", "target", "readonly", "tmpfs-mode"];
  const odd = fields.find((field) => !known.includes(field.split("=")[0]));
  if (odd !== undefined) fail(`invalid argument "${text}" for "--mount": unexpected key '${odd}'`);
  const [source, target, isReadOnly] = [get("source"), get("target"), fields.includes("readonly")];
  if (get("type") === "tmpfs")
    return ["--perms", get("tmpfs-mode") ?? "1777", "--tmpfs", target].concat(
      isReadOnly ? ["--remount-ro", target] : [],
    );
  if (!existsSync(source)) fail(`bind source path does not exist: ${source}`);
  return [isReadOnly ? "--ro-bind" : "--bind", source, target];
}

/** A line of comma-separated values. */
function csv(text) {
  return [...text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? plain : quoted.replaceAll('""', '"'),
  );
}

function ps(all) {
  const asked = optionsOf(all, { flags: ["--all", "--quiet"], values: ["--filter"] });
  const wanted = asked.all("--filter").map((each) => each.replace(/^label=/, ""));
  for (const id of readdirSync(records)) {
    const { labels } = JSON.parse(readFileSync(join(records, id), "utf8"));
    if (wanted.every((label) => labels.includes(label))) process.stdout.write(`${id}\n`);
  }
}

function remove(all) {
  for (const id of optionsOf(all, { flags: ["--force"], values: [] }).rest) {
    const { pid } = JSON.parse(readFileSync(join(records, id), "utf8"));
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // it has ended
    }
    rmSync(join(records, id), { force: true });
  }
}

/** What stands before the first word that is no option; an unknown option is refused. */
function optionsOf(all, { flags, values }) {
  const found = [];
  let at = 0;
  while (at < all.length && all[at].startsWith("--")) {
    const [name, value] = all.slice(at);
    if (!flags.includes(name) && !values.includes(name)) fail(`unknown flag: ${name}`);
    found.push([name, value]);
    at += flags.includes(name) ? 1 : 2;
  }
  const valuesOf = (name) => found.filter(([each]) => each === name).map(([, value]) => value);
  return {
    rest: all.slice(at),
    has: (name) => valuesOf(name).length > 0,
    get: (name) => valuesOf(name)[0],
    all: valuesOf,
  };
}
