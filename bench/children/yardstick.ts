/**
 * The same sessions started by the Agent SDK alone: nothing is checked, committed or remembered.
 */
import { randomUUID } from "node:crypto";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { query } from "@anthropic-ai/claude-agent-sdk";
import { findBinary } from "../../src/adapters/agents/binary.ts";
import { sessionEnv } from "../../src/adapters/agents/environment.ts";
import { foldersOf } from "../../src/adapters/agents/folders.ts";
import { sessionOptions } from "../../src/adapters/agents/options.ts";
import { sessionId } from "../../src/core/ids.ts";
import {
  errand,
  loaded,
  ownCpuMs,
  readSessions,
  type Session,
  type Span,
  tell,
} from "../parts/child.ts";
import { sampleTasks } from "../parts/sample.ts";

const load = loaded();
const { folder, workers, apiBase, sessions: file, loadOnly } = errand();

interface Ready {
  readonly session: Session;
  readonly cwd: string;
  readonly binary: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Makes the folders that a session needs; no part of what is measured. */
async function ready(session: Session, binary: string, at: string): Promise<Ready> {
  const id = sessionId(randomUUID());
  const folders = foldersOf(join(folder, "sessions"), id);
  for (const each of [folders.home, folders.tmp, folders.config]) {
    await mkdir(each, { recursive: true });
  }
  const cwd = join(folder, at);
  const request = { ...session, session: id, cwd, onEvent: () => undefined };
  const key = { ANTHROPIC_API_KEY: "placeholder" };
  const way = { ANTHROPIC_BASE_URL: apiBase };
  const env = sessionEnv(request, { path: process.env["PATH"], way, folders });
  return { session: { ...session, session: id }, cwd, binary, env: { ...env, ...key } };
}

async function play({ session, cwd, binary, env }: Ready): Promise<void> {
  const request = { ...session, cwd, readable: [], onEvent: () => undefined };
  const { budgetUsd } = session.limits;
  const options = sessionOptions(request, { binary, env, resumed: false, budgetUsd });
  for await (const message of query({ prompt: session.prompt, options })) {
    if (message.type === "result" && message.subtype !== "success")
      throw new Error(JSON.stringify(message));
  }
}

async function measure(): Promise<void> {
  const binary = await findBinary(null, process.env["PATH"]);
  if (binary === null) throw new Error("the agent's program was not found");
  const sessions = await readSessions(file);
  const of = (role: Session["role"], title: string): Session => {
    const found = sessions.find((each) => each.role === role && each.prompt.includes(title));
    if (found === undefined) throw new Error(`no session of the ${role} for ${title}`);
    return found;
  };
  const planner = await ready(of("planner", ""), binary, "app");
  const chains = await Promise.all(
    sampleTasks(workers).map(async ({ title }, i) => {
      await cp(join(folder, "app"), join(folder, `work-${i}`), { recursive: true });
      return {
        worker: await ready(of("worker", title), binary, `work-${i}`),
        judge: await ready(of("judge", title), binary, `work-${i}`),
      };
    }),
  );
  const begun = performance.now();
  const now = (): number => Math.round(performance.now() - begun);
  await play(planner);
  const planned = now();
  const spans = await Promise.all(
    chains.map(async ({ worker, judge }) => {
      await play(worker);
      const worked = now();
      await play(judge);
      return { worked, judged: now() };
    }),
  );
  const wallMs = performance.now() - begun;
  const cpuMs = ownCpuMs() - load.loadCpuMs;
  const stages: Record<string, Span> = {
    plan: { from: 0, to: planned },
    work: { from: planned, to: Math.max(...spans.map(({ worked }) => worked)) },
    judge: {
      from: Math.min(...spans.map(({ worked }) => worked)),
      to: Math.max(...spans.map(({ judged }) => judged)),
    },
  };
  tell({ ...load, ownCpuMs: cpuMs, wallMs, landed: 0, stages });
}

if (loadOnly) tell(null);
else await measure();
