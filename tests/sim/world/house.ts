/** Composes the program's loops with this world, as one process has it. */
import { type ProjectName, sessionId } from "../../../src/core/ids.ts";
import type { House, Site } from "../../../src/engine/house.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import type { Settings, World } from "../../../src/stages/context.ts";
import { fakeAgent } from "./agent.ts";
import { type Calls, openCalls } from "./calls.ts";
import { fakeLedger } from "./ledger.ts";
import { fakeRepo } from "./repo.ts";
import { fakeReports, fakeShell } from "./shell.ts";
import type { Process } from "./time.ts";
import { type Land, onPurpose, strikes, type Universe } from "./universe.ts";

/** Opens the house of a process that has just begun. */
export function openHouse(universe: Universe, process: Process): House {
  const calls = openCalls(universe, process);
  const clock = fakeClock(universe, calls);
  const sites = new Map<ProjectName, Site>();
  for (const land of universe.lands.values())
    sites.set(land.name, siteOf(universe, calls, { land, clock }));
  return {
    engine: fakeLedger(universe, calls, universe.random.pick([4, 8, 15])),
    clock,
    sites: () => sites,
    hear: () => undefined,
    obstacle: async () => universe.obstacle,
  };
}

const letters = "abcdefghijklmnopqrstuvwxyz0123456789";

function fakeClock({ time, random }: Universe, calls: Calls): Clock {
  return {
    now: time.now,
    elapsedMs: time.now,
    sleep: (ms, signal) => calls.sleep(ms, signal),
    newId: () => Array.from({ length: 12 }, () => letters[random.between(0, 35)]).join(""),
    session: (name) => sessionId(name),
    random: random.next,
  };
}

function siteOf(
  universe: Universe,
  calls: Calls,
  { land, clock }: { readonly land: Land; readonly clock: Clock },
): Site {
  const { limits, planned, priority, intervalMs } = land.rules;
  return {
    name: land.name,
    world: worldOf(universe, calls, { land, clock }),
    settings: settingsOf(land),
    limits,
    journal: {
      async write({ folder, file, text }) {
        if (strikes(universe, "journal cannot be written"))
          return { kind: "failed", why: `${onPurpose}read-only` };
        // nobody is frozen between a look at the ledger and the page about it: one of two processes
        // could leave an old page then, which the lock on the ledgers keeps away
        land.journal.set(`${folder}/${file}`, text);
        await calls.hazard("journal", "crash after a call");
        return { kind: "written" };
      },
    },
    priority,
    intervalMs,
    planned,
  };
}

function worldOf(
  universe: Universe,
  calls: Calls,
  { land, clock }: { readonly land: Land; readonly clock: Clock },
): World {
  return {
    clock,
    agent: fakeAgent(universe, calls, land),
    repo: fakeRepo(universe, calls, land),
    shell: fakeShell(universe, calls, land),
    reports: fakeReports,
    backlog: { read: async () => [{ source: "CLAUDE.md", text: "Make it better." }] },
    dependencies: {
      command: async () => "set-up",
      install: (_workspace, signal) =>
        calls.call("install", [0, 3_000], () => {
          signal.throwIfAborted();
          if (strikes(universe, "set-up fails"))
            return { kind: "failed", command: "set-up", output: `${onPurpose}no network` };
          return { kind: "ready", how: "store", durationMs: 1, paths: [], env: {} };
        }),
    },
    memo: {
      get: async (key) => (strikes(universe, "memo is lost") ? null : (land.memo.get(key) ?? null)),
      async put(key, text) {
        await calls.call("memo.put", [0, 0], () => undefined);
        if (!strikes(universe, "memo is lost")) land.memo.set(key, text);
      },
    },
    match: (glob, path) => glob === path,
  };
}

function settingsOf({ name, rules }: Land): Settings {
  const models = { planner: "p", worker: "w", judge: "j", refinery: "r" };
  const timeout = 200_000;
  const worker = "{{project}} {{checks}} {{conventions}}";
  const plain = "{{project}}";
  return {
    name,
    models,
    escalation: null,
    timeoutsMs: { planner: timeout, worker: timeout, judge: timeout, refinery: timeout },
    checks: rules.checks,
    contracts: {
      planner_system: plain,
      judge_system: plain,
      refinery_system: plain,
      worker_code: worker,
      worker_test: worker,
      worker_fix: worker,
      worker_review: worker,
    },
    environment: "one",
    env: {},
    workersMax: rules.limits.workersMax,
    push: rules.push,
    transcript: (session) => session,
  };
}
