/** One real cycle, as `orch run` runs it: the process that is measured. */
import { join } from "node:path";
import { openHouse } from "../../src/compose/open-house.ts";
import { parsePortfolio } from "../../src/config/parse.ts";
import { runCycles } from "../../src/engine/cycle.ts";
import type { House } from "../../src/engine/house.ts";
import type { Agent } from "../../src/ports/agent.ts";
import type { LoggedEvent } from "../../src/ports/engine.ts";
import {
  errand,
  keepSessions,
  loaded,
  ownCpuMs,
  type Session,
  type Span,
  tell,
} from "../parts/child.ts";

const load = loaded();
const { folder, workers, apiBase, sessions: file, loadOnly } = errand();

async function cycle(): Promise<void> {
  const begun = performance.now();
  const startedAt = Date.now();
  const env = { ...process.env, ANTHROPIC_BASE_URL: apiBase, ANTHROPIC_API_KEY: "placeholder" };
  const options = { hear: () => undefined, only: null };
  const open = await openHouse(portfolioOf(), options, env);
  const asked: Session[] = [];
  const house = recording(open.house, asked);
  const [name] = house.sites().keys();
  if (name === undefined) throw new Error(JSON.stringify(open.obstacles));
  const signal = new AbortController().signal;
  const faults: string[] = [];
  const ran = await runCycles(
    house,
    {
      projects: [name],
      cycles: 1,
      entered: () => undefined,
      fault: (_, why) => void faults.push(why),
    },
    { drain: signal, stop: signal },
  );
  const wallMs = performance.now() - begun;
  const cpuMs = ownCpuMs() - load.loadCpuMs;
  const state = ran[0]?.cycle.state;
  const events = await house.engine.events(name, 0, 10_000);
  const landed = state?.at === "completed" ? state.outcome.landed : 0;
  if (landed !== workers) {
    const ends = events.filter(({ event }) => "event" in event && "failure" in event.event);
    console.error(JSON.stringify({ state, faults, ends }));
  }
  await keepSessions(file, asked);
  await open.close();
  tell({ ...load, ownCpuMs: cpuMs, wallMs, landed, stages: stagesOf(events, startedAt) });
}

function portfolioOf() {
  const project = { name: "app", path: join(folder, "app"), test_command: "node --test" };
  const money = { max_budget_per_task: 5 };
  // held in another way than confined only where the portfolio says so, too
  const held = process.env["ORCH_CONTAINMENT"] ? { sandbox: "off" } : {};
  const text = JSON.stringify({
    name: "bench",
    ...held,
    data_dir: join(folder, "data"),
    projects: [{ ...project, ...money, max_workers: workers }],
  });
  const parsed = parsePortfolio(text, { file: join(folder, "orch.json"), home: folder });
  if (!("portfolio" in parsed)) throw new Error(JSON.stringify(parsed));
  return parsed.portfolio;
}

/** The same house, whose sessions are written down as they are asked for. */
function recording(house: House, asked: Session[]): House {
  const recorded = (agent: Agent): Agent => ({
    ...agent,
    run: ({ onEvent, ...session }, signal) => {
      asked.push(session);
      return agent.run({ ...session, onEvent }, signal);
    },
  });
  const sites = new Map(
    [...house.sites()].map(([name, site]) => {
      const world = { ...site.world, agent: recorded(site.world.agent) };
      return [name, { ...site, world }] as const;
    }),
  );
  return { ...house, sites: () => sites };
}

/** The first and the last event that a stage has. */
const bounds = {
  plan: ["cycle.started", "cycle.planned"],
  work: ["work.started", "work.submitted"],
  judge: ["judge.started", "judge.passed"],
  merge: ["merge.started", "merge.landed"],
} as const;

function stagesOf(events: readonly LoggedEvent[], startedAt: number): Record<string, Span> {
  const timesOf = (type: string): readonly number[] =>
    events.filter(({ event }) => "event" in event && event.event.type === type).map(({ at }) => at);
  return Object.fromEntries(
    Object.entries(bounds).map(([stage, [first, last]]) => [
      stage,
      {
        from: Math.min(...timesOf(first)) - startedAt,
        to: Math.max(...timesOf(last)) - startedAt,
      },
    ]),
  );
}

if (loadOnly) tell(null);
else await cycle();
