import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openClaudeAgent } from "../../src/adapters/agents/claude.ts";
import { openSandbox } from "../../src/adapters/sandbox/open.ts";
import { openModelGateway } from "../../src/compose/model-gateway.ts";
import { readPrices } from "../../src/config/prices.ts";
import { sessionId } from "../../src/core/ids.ts";
import type { Agent, SessionEvent, SessionRequest, SessionResult } from "../../src/ports/agent.ts";
import type { Gateway } from "../../src/ports/gateway.ts";
import type { Sandbox } from "../../src/ports/sandbox.ts";
import { parseScenario } from "../../src/scripted-model/parse-scenario.ts";
import { openScriptedModel, type ScriptedModel } from "../../src/scripted-model/server.ts";
import { realClock } from "./clock.ts";
import { tempFolder } from "./folders.ts";
import { openWallet, type Wallet } from "./purses.ts";
import { never, path } from "./sandboxes.ts";

export interface Rig {
  readonly agent: Agent;
  readonly model: ScriptedModel;
  readonly gateway: Gateway;
  /** The folder that the sessions work in. */
  readonly cwd: string;
  /** The data folder. */
  readonly data: string;
  readonly events: SessionEvent[];
  /** What the sessions pay from unless they have a login; never empty. */
  readonly wallet: Wallet;
  /** A request with everything that a test does not care about filled in. */
  request(changes?: Partial<SessionRequest>): SessionRequest;
  run(changes?: Partial<SessionRequest>, signal?: AbortSignal): Promise<SessionResult>;
}

type Variables = Readonly<Record<string, string>>;

const prices = readPrices();

export const doneSchema = {
  type: "object",
  properties: { done: { type: "boolean" } },
  required: ["done"],
  additionalProperties: false,
};

/** The real agent's program against a model that plays `scenario`. */
export async function openRig(
  scenario: unknown,
  given: Variables | ((model: string) => Promise<Variables>) = {
    ANTHROPIC_API_KEY: "sk-placeholder",
  },
  held: Sandbox | null = null,
): Promise<Rig> {
  const model = await openScriptedModel(parseScenario(scenario));
  onTestFinished(() => model.close());
  const env = typeof given === "function" ? await given(model.url) : given;
  // a folder deeper, so that what a test writes beside it goes with it
  const [cwd, data] = [join(await tempFolder(), "project"), await tempFolder()];
  await mkdir(join(cwd, ".git"), { recursive: true });
  const sandbox = held ?? (await openSandbox({ path, mark: "test-agent" }, never));
  const from = { HOME: data, ANTHROPIC_BASE_URL: model.url, ...env, PATH: path };
  const gateway = await openModelGateway(from, prices, "orch-test-");
  onTestFinished(() => gateway.close());
  const wallet = openWallet();
  const agent = openClaudeAgent({
    ...{ sandbox, gateway, prices, env: { HOME: data, ...env, PATH: path } },
    configDir: join(data, "sessions"),
    apiBase: model.url,
    clock: realClock,
  });
  const events: SessionEvent[] = [];
  const request = (changes: Partial<SessionRequest> = {}): SessionRequest => ({
    role: "worker",
    cwd,
    readable: [],
    system: `# Contract: ${changes.role ?? "worker"}\nYou do one task.`,
    prompt: "Do the task",
    model: "sonnet",
    tools: ["Read", "Edit", "Write", "Bash", "Grep", "Glob"],
    schema: doneSchema,
    limits: { budgetUsd: 1, turnsMax: 20, timeoutMs: 50_000, silenceMs: 30_000 },
    session: sessionId(randomUUID()),
    resume: false,
    env: {},
    transcript: join(data, "transcript.jsonl"),
    onEvent: (event) => events.push(event),
    purse: wallet,
    network: [],
    ...changes,
  });
  const run: Rig["run"] = (changes, signal = never) => agent.run(request(changes), signal);
  return { agent, model, gateway, cwd, data, events, wallet, request, run };
}
