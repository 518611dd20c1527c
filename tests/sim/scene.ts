/** A world in which nothing goes wrong but what a test asks for. */
import { memoryStore } from "../../src/adapters/engine/memory/storage.ts";
import { type ProjectName, projectName } from "../../src/core/ids.ts";
import type { House } from "../../src/engine/house.ts";
import type { FaultKind } from "./faults/kinds.ts";
import { openWatch } from "./invariants/watch.ts";
import { openSeats, type Seats } from "./run/seats.ts";
import { openHouse } from "./world/house.ts";
import { drawLands } from "./world/lands.ts";
import { openRandom } from "./world/random.ts";
import { openTime } from "./world/time.ts";
import { openTrace } from "./world/trace.ts";
import type { Land, Universe } from "./world/universe.ts";
import { openVendor } from "./world/vendor.ts";

export interface Scene {
  readonly universe: Universe;
  readonly land: Land;
  readonly house: House;
  readonly seats: Seats;
  /** Lets time pass until `met`, or for as long as `ms`; answers whether it was met. */
  until(met: () => boolean, ms?: number): Promise<boolean>;
  /** What the invariants found. */
  broken(): string | null;
}

/** Opens a world with one project; `strikes` says what goes wrong, and when. */
export function openScene(
  strikes: (kind: FaultKind, scene: Scene) => boolean = () => false,
  rules: Partial<Land["rules"]> = {},
): Scene {
  const random = openRandom(1);
  const universe: Universe = {
    seed: 1,
    random,
    time: openTime(),
    luck: {
      strikes: (kind) => strikes(kind, scene),
      calm: () => undefined,
      isCalm: () => false,
      counts: new Map(),
    },
    trace: openTrace(true),
    store: memoryStore(),
    alive: new Set(),
    thaws: new Map(),
    given: new Map(),
    vendor: openVendor(),
    lands: oneLand(rules),
    tally: {
      ...{ deaths: 0, landings: 0, rejections: 0, conflicts: 0, releases: 0, sessions: 0 },
      calls: 0,
      rows: new Map(),
    },
    watch: null as never, // opened over the universe, in the next line
    died: () => undefined,
    obstacle: null,
  };
  const guard = openWatch(universe);
  universe.watch = guard;
  const [land] = [...universe.lands.values()];
  if (land === undefined) throw new Error("no project was drawn");
  const process = { owner: "test", seat: "test", alive: true, frozenUntil: 0 };
  universe.alive.add(process.owner);
  const scene: Scene = {
    universe,
    land,
    house: openHouse(universe, process),
    seats: openSeats(universe),
    async until(met, ms = 3_600_000) {
      const end = universe.time.now() + ms;
      // what has begun comes to its first wait
      await new Promise<void>((resolve) => setImmediate(resolve));
      while (!met() && universe.time.now() < end) if (!(await universe.time.step())) break;
      return met();
    },
    broken: () => guard.violation()?.what ?? null,
  };
  return scene;
}

function oneLand(rules: Partial<Land["rules"]>): ReadonlyMap<ProjectName, Land> {
  const name = projectName("project0");
  const land = drawLands(openRandom(1)).get(name);
  if (land === undefined) throw new Error("no project was drawn");
  const { limits } = land.rules;
  const caps = { cycleUsd: null, dayUsd: null, portfolioDayUsd: null };
  const plain = {
    limits: { ...limits, workersMax: 1, portfolioWorkersMax: null, metered: false, caps },
    checks: [{ name: "test", command: "test", timeoutMs: 20_000 }],
    ...{ named: true, planned: true, push: false, intervalMs: 3_600_000, priority: 0 },
  };
  return new Map([[name, { ...land, rules: { ...plain, ...rules } }]]);
}
