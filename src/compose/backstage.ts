/** The only place that puts concrete adapters together for the faces. */
import { join } from "node:path";
import { machineClock } from "../adapters/clock.ts";
import { holderOf, lockDataDir } from "../adapters/engine/sqlite/lock.ts";
import type { Backstage } from "../cli/backstage.ts";
import { modelPlace } from "../core/model-address.ts";
import { placeData, repositoryOfData } from "./data-place.ts";
import { detect } from "./detect.ts";
import type { Environment } from "./environment.ts";
import { openLedger } from "./open-ledger.ts";
import { lackOfRoom } from "./room.ts";
import { whyUnusable } from "./unusable.ts";

/** Hands the commands all that they may ask for; what most of them do not need is loaded late. */
export function openBackstage(env: Environment): Backstage {
  return {
    clock: machineClock,
    openLedger: async (portfolio) => openLedger(portfolio, env),
    openHouse: async (portfolio, options) =>
      (await import("./open-house.ts")).openHouse(portfolio, options, env),
    lock: async ({ dataDir }, kind) => {
      const lock = lockDataDir(dataDir, { kind, asks: modelPlace(env) });
      return lock.kind === "busy" ? lock : { kind: "held", release: async () => lock.release() };
    },
    holder: async ({ dataDir }) => holderOf(dataDir),
    unusable: whyUnusable,
    repositoryAround: (path) => repositoryOfData(path)?.gitDir ?? null,
    placeData,
    lackOfRoom: ({ dataDir }) => lackOfRoom(dataDir),
    inspectProject: async (portfolio, project) =>
      (await import("./inspect.ts")).inspectProject(portfolio, project, env),
    inspectMachine: async (portfolio) =>
      (await import("./inspect.ts")).inspectMachine(portfolio, env),
    patrol: async (portfolio, round) => (await import("./patrol.ts")).patrolOnce(portfolio, round),
    audit: async (portfolio, project) => (await import("./audit.ts")).audit(portfolio, project),
    probe: async (options) => (await import("./probes/run.ts")).runProbes(env, options),
    enter: async (portfolio, project, task) =>
      (await import("./enter.ts")).enter(portfolio, project, task, env),
    detect,
    hasBranch: async (path, branch) => (await import("./rescues.ts")).hasBranch(path, branch),
    rescues: async () => (await import("./rescues.ts")).rescues,
    unmerged: async (portfolio, project) =>
      (await import("./forget.ts")).unmergedOf(portfolio, project),
    forget: async (portfolio, project, options) =>
      (await import("./forget.ts")).forget(portfolio, project, options),
    openDemo: async (options) => (await import("./demo.ts")).openDemo(options),
    transcript: ({ dataDir }, project, name) =>
      join(dataDir, project, "transcripts", `${name}.jsonl`),
  };
}
