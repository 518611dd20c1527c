/** One run of the world: faults for a while, then calm, until everything has come to rest. */
import { memoryStore } from "../../../src/adapters/engine/memory/storage.ts";
import { openLuck } from "../faults/luck.ts";
import { openWatch, type Violation } from "../invariants/watch.ts";
import { openPeople } from "../people/people.ts";
import { drawLands } from "../world/lands.ts";
import { openRandom } from "../world/random.ts";
import { openTime } from "../world/time.ts";
import { openTrace } from "../world/trace.ts";
import { onPurpose, say, type Tally, type Universe } from "../world/universe.ts";
import { openVendor } from "../world/vendor.ts";
import { type MoneyTally, moneyOf } from "./money.ts";
import { killSeat, openSeats, type Seats } from "./seats.ts";

export interface Ran {
  readonly seed: number;
  readonly violation: Violation | null;
  readonly tally: Tally;
  readonly money: MoneyTally;
  readonly faults: ReadonlyMap<string, number>;
  readonly people: ReadonlyMap<string, number>;
  readonly virtualMs: number;
  readonly trace: readonly string[];
  /** Two runs with the same sum did the same. */
  readonly sum: string;
}

/** All must have come to rest this long after the last fault. */
const restMs = 2.5 * 3_600_000;
/** A run that takes more steps than this is going round in circles. */
const stepsMax = 400_000;

/** Runs the world of a seed. */
export async function simulate(seed: number, whole = false): Promise<Ran> {
  const random = openRandom(seed);
  const universe = openUniverse(seed, whole, random);
  const { time, luck } = universe;
  const guard = openWatch(universe);
  universe.watch = guard;
  const people = openPeople(universe);
  const seats = openSeats(universe);
  const begun = time.now();
  universe.died = ({ seat }) => {
    if (luck.isCalm()) return;
    const boot = () => (seat === "daemon" ? seats.bootDaemon() : seats.bootRun());
    time.at(time.now() + random.between(0, 60_000), null, boot);
  };
  seats.bootDaemon();
  if (random.chance(0.6)) time.at(begun + random.between(0, 60_000), null, seats.bootRun);
  trouble(universe, seats, people);
  const calmAt = begun + random.between(120_000, 720_000);
  time.at(calmAt, null, () => void settleDown(universe, seats, people));
  for (let steps = 1; guard.violation() === null; steps += 1) {
    const goesOn = await time.step();
    if (steps % 64 === 0) guard.look();
    if (luck.isCalm() && steps % 7 === 0 && guard.pending() === null) break;
    if (!goesOn || steps > stepsMax || time.now() > calmAt + restMs) {
      const stuck = { invariant: "all comes to rest", promise: "S1.7", what: `${steps} steps` };
      guard.broken(guard.pending() ?? stuck);
    }
  }
  return {
    seed,
    violation: guard.violation(),
    tally: universe.tally,
    money: moneyOf(universe),
    faults: luck.counts,
    people: people.counts,
    virtualMs: time.now() - begun,
    trace: universe.trace.lines(),
    sum: universe.trace.sum(),
  };
}

function openUniverse(seed: number, whole: boolean, random: Universe["random"]): Universe {
  const silent = (): never => {
    throw new Error("nobody watches yet");
  };
  return {
    seed,
    random,
    time: openTime(),
    luck: openLuck(random),
    trace: openTrace(whole),
    store: memoryStore(),
    alive: new Set(),
    thaws: new Map(),
    given: new Map(),
    vendor: openVendor(),
    lands: drawLands(random),
    tally: {
      ...{ deaths: 0, landings: 0, rejections: 0, conflicts: 0, releases: 0, sessions: 0 },
      calls: 0,
      rows: new Map(),
    },
    watch: { wrote: silent } as never, // opened over the universe, hence after it
    died: () => undefined,
    obstacle: null,
  };
}

/** What goes wrong by itself, and what people do, until all is calm. */
function trouble(universe: Universe, seats: Seats, people: ReturnType<typeof openPeople>): void {
  const { time, random, luck } = universe;
  const pace = random.pick([5_000, 15_000, 60_000]);
  const again = (least: number, most: number, act: () => void): void => {
    time.at(time.now() + random.between(least, most), null, () => {
      if (luck.isCalm()) return;
      act();
      again(least, most, act);
    });
  };
  again(1_000, pace * 2, () => void people.act());
  again(1_000, 8_000, () => void people.doubt());
  again(10_000, 120_000, () => {
    const seat = random.chance(0.5) ? seats.daemon() : seats.run();
    if (luck.strikes("killed while it waits")) killSeat(universe, seat);
    else if (luck.strikes("stopped by a signal")) seat?.stop(random.chance(0.5));
  });
  again(20_000, 120_000, () => {
    if (!luck.strikes("disk is full")) return;
    universe.obstacle = `${onPurpose}the disk is full`;
    say(universe, "the disk is full");
    time.at(time.now() + random.between(1_000, 60_000), null, () => {
      universe.obstacle = null;
    });
  });
  again(20_000, 90_000, () => {
    if (luck.strikes("a job is lost")) loseJob(universe);
  });
}

/** As where an older copy of the ledger is put back: a job that should be there is not. */
function loseJob({ store, random }: Universe): void {
  const data = random.pick([...store.projects.values(), null]);
  if (data === null) return;
  const held = new Set<string>();
  for (const { id, state } of data.tasks.values()) if ("token" in state) held.add(id);
  const queued = [...data.jobs.values()].filter(
    ({ job: { state, subject } }) =>
      state.at === "queued" && subject.kind === "task" && !held.has(subject.task),
  );
  if (queued.length === 0) return;
  data.jobs.delete(random.pick(queued).job.id);
  data.writes += 1;
}

/** From here on the model is good, people are quiet, nothing breaks; one daemon goes on. */
async function settleDown(
  universe: Universe,
  seats: Seats,
  people: ReturnType<typeof openPeople>,
): Promise<void> {
  const { luck, time, vendor } = universe;
  luck.calm();
  say(universe, "all is calm");
  universe.obstacle = null;
  vendor.outageUntil = 0;
  vendor.keyRefusedUntil = 0;
  vendor.limit = null;
  const look = (): void => {
    seats.bootDaemon();
    void people.tidy();
    time.at(time.now() + 60_000, null, look);
  };
  look();
}
