/** Runs the escape probes, held as checks and agents are, or by nothing at all. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { openSandbox } from "../../adapters/sandbox/open.ts";
import { secretsIn } from "../../adapters/sandbox/secrets.ts";
import { isHarmless, rootsOf } from "../../adapters/sandbox/view.ts";
import { openShell } from "../../adapters/shell/open.ts";
import type { Probed, ProbeOptions, Probing } from "../../cli/backstage.ts";
import type { ResourceLimits } from "../../core/portfolio.ts";
import type { Sandbox } from "../../ports/sandbox.ts";
import type { Environment } from "../environment.ts";
import { containerOf } from "../machine.ts";
import { type Probe, probes, type Sign } from "./list.ts";
import { openScene, type Scene } from "./scene.ts";

const mib = 2 ** 20;
/** Low, so that a probe passes them soon; a project's own are in the portfolio. */
const limits: ResourceLimits = {
  memoryBytes: 256 * mib,
  processes: 150,
  cpuMs: null,
  diskBytes: 100 * mib,
  outputBytes: 10 * mib,
};
const timeoutMs = 15_000;
const never = new AbortController().signal;

/** Runs all probes, each on a scene of its own. */
export async function runProbes(
  env: Environment,
  { held, portfolio }: ProbeOptions,
): Promise<Probing> {
  const path = env["PATH"] ?? "/usr/bin:/bin";
  const container = containerOf(portfolio, env);
  const rows: Probed[] = [];
  let kind: string | null = null;
  for (const probe of probes) {
    await using scene = await openScene();
    const sandbox = held ? await sandboxFor(scene, path, container) : nothing;
    kind = held ? sandbox.promise : null;
    rows.push({ ...probe, ...(await attempt(probe, scene, { sandbox, path, held })) });
  }
  return { held: kind, rows };
}

async function sandboxFor(
  scene: Scene,
  path: string,
  container: ReturnType<typeof containerOf>,
): Promise<Sandbox> {
  const shown = [...rootsOf(path).filter(isHarmless), scene.toolchain.folder];
  const view = { shown, hidden: secretsIn(shown) };
  return openSandbox({ path, mark: "probe", view, ...container }, never);
}

const nothing: Sandbox = {
  kind: "group",
  confines: false,
  promise: "nothing",
  wrap: ({ argv }) => argv,
  portFor: async (usual) => usual,
  sweep: async () => 0,
};

interface Holding {
  readonly sandbox: Sandbox;
  readonly path: string;
  readonly held: boolean;
}

async function attempt(
  probe: Probe,
  scene: Scene,
  { sandbox, path, held }: Holding,
): Promise<Pick<Probed, "escaped" | "said">> {
  const before = await stateOf(probe, scene);
  // what is not held has the whole environment, as any program that a person starts
  const whole = { PATH: path, LANG: "C.UTF-8", ...(held ? {} : { MY_API_KEY: scene.secret }) };
  const shell = openShell({ sandbox, env: whole, ...(held ? { limits } : {}) });
  const asked = { command: probe.script, cwd: scene.own, env: scene.env, timeoutMs };
  const { output, ended } = await shell.run(asked, never);
  const told = ended.kind === "overLimit" ? `ended for using ${ended.detail}` : output;
  return {
    escaped: await hasEscaped(probe, scene, { output, before }),
    said: told.replaceAll(scene.secret, "…").trim().split("\n").at(-1) ?? "",
  };
}

/** What a probe's success is compared with, taken before it runs. */
export const stateOf = async ({ done }: Probe, scene: Scene): Promise<string | null> =>
  done?.kind === "changed" ? contents(scene, done.file) : null;

/** Whether a probe that has run did what it tried. */
export async function hasEscaped(
  { done }: Probe,
  scene: Scene,
  seen: { readonly output: string; readonly before: string | null },
): Promise<boolean> {
  return done === undefined ? seen.output.includes(scene.secret) : left(done, scene, seen);
}

async function left(
  sign: Sign,
  scene: Scene,
  seen: { readonly output: string; readonly before: string | null },
): Promise<boolean> {
  switch (sign.kind) {
    case "planted":
      return /planted/.test((await contents(scene, sign.file)) ?? "");
    case "changed":
      return (await contents(scene, sign.file)) !== seen.before;
    case "datagram":
      return scene.datagrams() > 0;
    case "victim dead":
      return !scene.victimLives();
    case "survivor":
      return (await endSurvivors(scene.outlives)) > 0;
    case "said":
      return seen.output.split("\n").includes(sign.word);
    default:
      return sign satisfies never;
  }
}

/** What a file of the person's holds; its kind where it is none, null where nothing is there. */
async function contents({ them }: Scene, file: string): Promise<string | null> {
  const path = join(them, file);
  const found = await stat(path).catch(() => null);
  if (found === null) return null;
  return found.isFile() ? readFile(path, "utf8") : "planted: no file";
}

/** Ends the sleepers of a probe that have outlived it; answers how many there were. */
async function endSurvivors(argument: string): Promise<number> {
  let ended = 0;
  for (const pid of await readdir("/proc").catch(() => [])) {
    if (!/^\d+$/.test(pid)) continue;
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (line !== `sleep\0${argument}\0`) continue;
    process.kill(Number(pid), "SIGKILL");
    ended += 1;
  }
  return ended;
}
