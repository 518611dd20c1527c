/**
 * A container that the person's own command makes, with the same folders at the same paths. Its
 * client is a process of ours, the container is not: what a dead client left is found by labels.
 */
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Confined } from "../../ports/sandbox.ts";
import { runProcess } from "../process.ts";
import type { View } from "./bubblewrap.ts";
import { isWithin, mountsOf, placeOf } from "./places.ts";
import { outletsInPlace, relayed } from "./relay.ts";
import { sweepMarked } from "./sweep.ts";
import { isSystem } from "./system.ts";

/** The word of a command in whose place ours go. */
export const optionsWord = "{options}";

export interface ContainerCommand {
  /** Such as `docker run {options} image`; the program's own words come after them. */
  readonly words: readonly string[];
  /** The person's environment: of what their client finds its daemon and settings by. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What a client needs of the person's environment; what runs inside has its own of these. */
const clientNames = [
  ...["HOME", "PATH", "XDG_RUNTIME_DIR", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG"],
  ...["DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY", "CONTAINER_HOST"],
];

const launcher = fileURLToPath(new URL("../process/container.mjs", import.meta.url));
const scratch = "rw,exec,mode=1777,size=1g";

/** A secret on descriptor 3 cannot go with a client: the launcher is told whether there is one. */
const started =
  "secret=none; if [ -p /dev/fd/3 ] || [ -S /dev/fd/3 ]; then secret=piped; fi; " +
  'node=$1; shift; launcher=$1; shift; exec "$node" "$launcher" "$secret" "$@"';

/** The argv that runs a program in a container of the person's command. */
export function contain(
  { words, env }: ContainerCommand,
  { shown, hidden }: View,
  mark: string,
): (confined: Confined) => readonly [string, ...string[]] {
  const at = words.indexOf(optionsWord);
  const own = Object.fromEntries(clientNames.map((name) => [name, env[name] ?? null]));
  return (confined) => {
    const ways = outletsInPlace(confined.network);
    const readable = [...shown, ...confined.readable, ...ways.map(({ inside }) => inside)];
    const plan = {
      before: [...words.slice(0, at), ...fixedOptions(confined, mark)],
      after: words.slice(at + 1),
      own,
    };
    plan.before.push(...mountOptions(readable, confined.writable));
    plan.before.push(...[...hidden, ...(confined.hidden ?? [])].flatMap(hideOptions));
    const start = ["sh", "-c", started, "sh", process.execPath, launcher] as const;
    return [...start, JSON.stringify(plan), ...relayed(confined.argv, ways)];
  };
}

function fixedOptions({ cwd, network, session }: Confined, mark: string): readonly string[] {
  const labels = [
    `orch.data=${mark}`,
    ...(session === undefined ? [] : [`orch.session=${session}`]),
  ];
  return [
    ...["--rm", "--interactive", "--init", "--read-only", "--cap-drop", "ALL"],
    ...["--security-opt", "no-new-privileges", "--entrypoint", ""],
    ...["--network", network === "all" ? "host" : "none"],
    ...["--user", `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`],
    ...labels.flatMap((label) => ["--label", label]),
    ...["--workdir", placeOf(cwd).real],
    ...["/tmp", "/var/tmp"].flatMap((path) => ["--tmpfs", `${path}:${scratch}`]),
  ];
}

/** What the image has of its own, and must not be covered. */
const isOfImage = (path: string): boolean => isSystem(path) && path.split("/").length <= 4;

function mountOptions(readable: readonly string[], writable: readonly string[]) {
  const { mounts } = mountsOf(readable.filter(existsSync), writable, isOfImage);
  const aliases = [...new Set([...readable, ...writable])].flatMap((path) => {
    const { real } = placeOf(path);
    const around = mounts.findLast((mount) => isWithin(real, mount.path));
    const isKnown = real === path || mounts.some((mount) => isWithin(path, mount.path));
    return around === undefined || isKnown ? [] : [{ ...around, path: real, name: path }];
  });
  const all = [...mounts.map((mount) => ({ ...mount, name: mount.path })), ...aliases];
  return all.flatMap(({ path, name, writable: isOpen }) =>
    mountOption(["type=bind", `source=${path}`, `target=${name}`, ...(isOpen ? [] : ["readonly"])]),
  );
}

function hideOptions(given: string): readonly string[] {
  const found = statSync(given, { throwIfNoEntry: false });
  if (found === undefined) return [];
  const target = `target=${placeOf(given).real}`;
  return found.isDirectory()
    ? mountOption(["type=tmpfs", target, "tmpfs-mode=0555", "readonly"])
    : mountOption(["type=bind", "source=/dev/null", target, "readonly"]);
}

/** Its fields are those of a line of CSV: a path may hold what separates them. */
const mountOption = (fields: readonly string[]): readonly string[] => [
  "--mount",
  fields
    .map((field) => (/[",\n\r]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(","),
];

/** Most time of a client that asks for containers, or removes them. */
const sweepTimeoutMs = 60_000;

/** Removes the containers of a session, or of all of them; answers how much was ended. */
export async function sweepContainers(
  { words, env }: ContainerCommand,
  { mark, session }: { readonly mark: string; readonly session: string | null },
  signal: AbortSignal,
): Promise<number> {
  const client = words.slice(0, words.indexOf("run"));
  const ask = async (argv: readonly string[]): Promise<string> => {
    const [first = "", ...rest] = [...client, ...argv];
    const known = clientNames.flatMap((name) => (env[name] ? [[name, env[name]]] : []));
    const limits = { timeoutMs: sweepTimeoutMs, bytesMax: 1_000_000 };
    const request = { argv: [first, ...rest] as const, cwd: "/", env: Object.fromEntries(known) };
    return Buffer.from((await runProcess({ ...request, ...limits }, signal)).stdout).toString();
  };
  const labels = [`orch.data=${mark}`, ...(session === null ? [] : [`orch.session=${session}`])];
  const wanted = labels.flatMap((label) => ["--filter", `label=${label}`]);
  const left = (await ask(["ps", "--all", "--quiet", ...wanted])).split(/\s+/).filter(Boolean);
  if (left.length > 0) await ask(["rm", "--force", ...left]);
  const clients = session === null ? `${mark}.` : `${mark}.${session}.`;
  // what ran in them may be among the processes that are seen from here
  return Math.max(left.length, await sweepMarked(clients, signal));
}
