/** An engine in a process of its own, told by its arguments what to do; says lines of JSON. */
import { openSqliteEngine } from "../../src/adapters/engine/sqlite/engine.ts";
import { lockDataDir } from "../../src/adapters/engine/sqlite/lock.ts";
import { instant } from "../../src/core/ids.ts";
import type { LogEvent } from "../../src/core/ledger.ts";
import type { Engine } from "../../src/ports/engine.ts";
import { aReservation, demo } from "./ledger.ts";

const [role = "", dataDir = ""] = process.argv.slice(2);

const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

const open = (between?: () => void): Engine =>
  openSqliteEngine({
    dataDir,
    clock: { now: () => instant(Date.now()), random: Math.random },
    dayOf: () => "2026-01-15",
    ...(between === undefined ? {} : { between }),
  });

/** Does jobs until none is left; each leaves a note in the log with its end. */
async function drain(engine: Engine): Promise<void> {
  for (;;) {
    const claim = await engine.claim(demo, () => ({ kind: "start", changes: [] }));
    if (claim.kind === "idle") {
      if (claim.until === null) return;
      await engine.changed(20, AbortSignal.timeout(20));
      continue;
    }
    const { delivery } = claim;
    const { subject } = delivery.job;
    const task = subject.kind === "task" ? subject.task : null;
    say({ started: task, token: delivery.token });
    const text = `${task} ${delivery.token}`;
    const event: LogEvent = {
      of: "note",
      task,
      cycle: null,
      event: { type: "note", level: "info", text },
    };
    await engine.finish(delivery, {}, () => ({
      changes: [{ kind: "event", event }],
      answer: null,
    }));
  }
}

/** Claims one job, keeps it, and finishes it when something arrives on stdin. */
async function hold(engine: Engine): Promise<void> {
  const claim = await engine.claim(demo, () => ({ kind: "start", changes: [] }));
  if (claim.kind === "idle") throw new Error("nothing could be claimed");
  say({ token: claim.delivery.token });
  await new Promise((resolve) => process.stdin.once("data", resolve));
  const finish = await engine.finish(claim.delivery, {}, () => ({ changes: [], answer: null }));
  say({ finish: finish.kind });
  process.stdin.destroy();
}

const writeSoftly = (engine: Engine): Promise<null> =>
  engine.transact(demo, { soft: true }, () => ({
    changes: [{ kind: "reservation", reservation: aReservation(1) }],
    answer: null,
  }));

/** Says when it has written softly, and then not so. */
async function softly(engine: Engine): Promise<void> {
  await engine.transact(demo, {}, () => ({ changes: [], answer: null })); // opens the files
  say({ now: "begun" });
  await writeSoftly(engine);
  say({ now: "soft" });
  await engine.transact(demo, {}, (view) => ({
    changes: view.reservations.map((each) => ({ kind: "reservation", reservation: each })),
    answer: null,
  }));
  say({ now: "hard" });
}

function takeLock(): string {
  const lock = lockDataDir(dataDir, { kind: "daemon" });
  say(lock);
  return lock.kind;
}

const dying = () => open(() => process.kill(process.pid, "SIGKILL"));

switch (role) {
  case "drain":
    await drain(open());
    break;
  case "hold":
    await hold(open());
    break;
  case "die between":
    await dying().claim(demo, (_view, _portfolio, _job, own) => ({
      kind: "start",
      changes: [{ kind: "reservation", reservation: aReservation(own) }],
    }));
    break;
  case "softly":
    await softly(open());
    break;
  case "softly and dies":
    await writeSoftly(open());
    process.kill(process.pid, "SIGKILL");
    break;
  case "lock":
    if (takeLock() === "held") {
      // whoever takes the lock need not keep hold of the answer
      for (let round = 0; round < 3; round += 1) {
        global.gc?.();
        await new Promise(setImmediate);
      }
      say({ collected: true });
      process.stdin.resume();
    }
    break;
  default:
    throw new Error(`no such role: ${role}`);
}
