/** The demo: sample projects in a folder of their own, and a model that plays a script. */
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { initRepository } from "../adapters/git/init.ts";
import type { Demo } from "../cli/backstage.ts";
import { parseScenario } from "../scripted-model/parse-scenario.ts";
import { openScriptedModel } from "../scripted-model/server.ts";

const source = fileURLToPath(new URL("../../examples/demo/", import.meta.url));

const stripTypes = fileURLToPath(new URL("../../dist/demo/strip-types.mjs", import.meta.url));

/** The sample projects and how they are checked. */
const samples = [
  { name: "typescript-shop", test_command: "npm test" },
  { name: "python-ledger", test_command: "python3 -m unittest" },
] as const;

/** A reply takes this long, so that a person can watch. */
const latencyMs = 150;

/** Makes the demo's folder; an existing one is refused, nothing in it is touched. */
export async function openDemo(options: {
  readonly folder: string | null;
  readonly live: boolean;
}): Promise<Demo> {
  const folder = await freshFolder(options.folder);
  const never = new AbortController().signal;
  try {
    for (const { name } of samples) {
      const path = join(folder, name);
      await layOut(name, path);
      await initRepository(path, never);
    }
  } catch (fault) {
    await rm(folder, { recursive: true, force: true }); // it was made just now
    throw fault;
  }
  const portfolioFile = join(folder, "orch.json");
  const projects = samples.map((sample) => ({ ...sample, path: `./${sample.name}` }));
  const portfolio = { name: "demo", data_dir: "./data", projects };
  await writeFile(portfolioFile, `${JSON.stringify(portfolio, null, 2)}\n`);
  if (options.live) {
    const bill = () => ({ requests: 0, costUsd: 0 });
    return { portfolioFile, folder, env: {}, bill, close: async () => undefined };
  }
  const scenario = parseScenario(JSON.parse(await readFile(join(source, "scenario.json"), "utf8")));
  const model = await openScriptedModel(scenario, { latencyMs });
  return {
    portfolioFile,
    folder,
    // whatever the person has set must not reach a real vendor from the demo
    env: {
      ANTHROPIC_BASE_URL: model.url,
      ANTHROPIC_API_KEY: "scripted-model-needs-no-key",
      ANTHROPIC_AUTH_TOKEN: "",
      CLAUDE_CODE_OAUTH_TOKEN: "",
      CLAUDE_CODE_USE_BEDROCK: "",
      CLAUDE_CODE_USE_VERTEX: "",
    },
    bill: () => {
      const { requests, costUsd } = model.bill().total;
      return { requests, costUsd };
    },
    close: () => model.close(),
  };
}

/** Makes a sample project's files in a folder that is not there yet. */
export async function layOut(name: (typeof samples)[number]["name"], path: string): Promise<void> {
  await cp(join(source, name), path, { recursive: true });
  // under its own name it would be left out of the published package
  await rename(join(path, "gitignore"), join(path, ".gitignore"));
  if (name !== "typescript-shop") return;
  await mkdir(join(path, "vendor")); // its tests run without anything being installed
  try {
    await cp(stripTypes, join(path, "vendor", "strip-types.mjs"));
  } catch (fault) {
    throw new Error("the demo's sample lacks a tool that `npm run build` makes", { cause: fault });
  }
}

async function freshFolder(asked: string | null): Promise<string> {
  if (asked === null) return mkdtemp(join(tmpdir(), "orch-demo-"));
  const folder = resolve(asked);
  await mkdir(folder, { recursive: false });
  return folder;
}
