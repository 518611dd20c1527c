/** Midnight while a session goes on, and a cycle that it outlives. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { historyOf } from "../../src/core/costs.ts";
import { openOn } from "../../src/core/day-turn.ts";
import { token } from "../../src/core/ids.ts";
import type { Past } from "../../src/core/ledger.ts";
import { carriedUsd } from "../../src/core/lost.ts";
import {
  committedUsd,
  openRequest,
  type Purses,
  settled,
  unspent,
} from "../../src/core/metered.ts";
import type { Metered, Reservation } from "../../src/core/records.ts";
import { aReservation } from "../support/ledger.ts";
import { ended, free, noCaps, quiet, used } from "../support/metered.ts";

const [eve, morning] = ["2026-01-15", "2026-01-16"] as const;

const delivery = (capUsd: number): Reservation & { readonly metered: Metered } => ({
  ...aReservation(1, { amountUsd: capUsd, day: eve }),
  metered: unspent(capUsd, 0),
});

function sent(reservation: Reservation, worstUsd: number, day: string = eve, above: Purses = free) {
  const opened = openOn(day, reservation, { worstUsd, earlierUsd: 0 }, above);
  if (opened.kind === "refused") throw new Error(opened.why);
  return opened;
}

/** A session of $1 that has spent $0.40 before midnight. */
const late = ended(sent(delivery(1), 0.5).reservation, 1, used(0.4));
const withCap = (usd: number, spentUsd: number) => ({
  caps: { ...noCaps, dayUsd: usd },
  spent: { ...quiet, today: { settledUsd: spentUsd, reservedUsd: 0 } },
});

describe("a session that goes on past midnight", () => {
  test("leaves what it spent to the day before, and takes the rest along", () => {
    const { past, reservation, number } = sent(late, 0.1, morning);
    expect(number).toBe(2);
    expect(past).toMatchObject({ pastOf: late.token, day: eve, settledUsd: 0.4, amountUsd: 0.4 });
    expect(reservation.day).toBe(morning);
    expect(reservation.amountUsd).toBeCloseTo(0.6, 9);
    const over = settled(ended(reservation, 2, used(0.05)), 0);
    expect(over).toMatchObject({ token: late.token, day: morning, settledUsd: 0.05 });
  });

  test("is held against the caps of the new day: one request at a time passes them", () => {
    const { reservation } = sent(late, 0.3, morning, withCap(2, 1.8));
    // no more is set aside than the day leaves, and this request
    expect(reservation.amountUsd).toBeCloseTo(0.3, 9);
    const full = openOn(morning, late, { worstUsd: 0.3, earlierUsd: 0 }, withCap(2, 2.1));
    expect(full).toMatchObject({ kind: "refused", cause: "cap", past: null });
    // the day before would have had room
    expect(openRequest(late, { worstUsd: 0.3, earlierUsd: 0 }, withCap(2, 2.1)).kind).toBe(
      "granted",
    );
  });

  test("waits for what is under way where the new day has no room for both", () => {
    const two = sent(late, 0.5).reservation;
    const asked = openOn(morning, two, { worstUsd: 0.3, earlierUsd: 0 }, withCap(2, 1.7));
    expect(asked).toMatchObject({ kind: "refused", cause: "busy" });
    const alone = ended(two, 2, used(0.1));
    expect(sent(alone, 0.3, morning, withCap(2, 1.7)).past).toMatchObject({ settledUsd: 0.5 });
  });

  test("counts what is told after midnight to the day on which it was sent", () => {
    const open = sent(late, 0.5).reservation;
    const told = ended(open, 2, used(0.2));
    expect(told.day).toBe(eve);
    expect(settled(told, 0).settledUsd).toBeCloseTo(0.6, 9);
  });

  test("keeps its own cap: what it spent before midnight counts", () => {
    const { reservation } = sent(late, 0.7, morning);
    const full = ended(reservation, 2, used(0.6));
    const again = { worstUsd: 0.1, earlierUsd: 0 };
    expect(openOn(morning, full, again, free)).toMatchObject({ kind: "refused", cause: "cap" });
  });

  test("carries what nobody knows of the day before to the session's next delivery", () => {
    const cut = ended(sent(delivery(1), 0.5).reservation, 1, { kind: "broken", mostUsd: 0.3 });
    const { past, reservation } = sent(cut, 0.1, morning);
    expect(past).toMatchObject({ settledUsd: 0.3, lost: true });
    const lost = settled(reservation, 0);
    expect(carriedUsd({ reservations: [lost] }, lost.token)).toBeCloseTo(0.4, 9);
  });

  test("that spent nothing yet leaves nothing behind", () => {
    const { past, reservation } = sent(delivery(1), 0.1, morning);
    expect([past, reservation.day, reservation.amountUsd]).toEqual([null, morning, 1]);
  });

  test("is one session where costs are told", () => {
    const { past, reservation } = sent(late, 0.1, morning);
    if (past === null) throw new Error("it spent something");
    const done = settled(ended(reservation, 2, used(0.1)), 0);
    const told = historyOf([{ ...past, token: token(9) }, done], "worker");
    expect(told).toMatchObject({ sessions: 1, mostUsd: expect.closeTo(0.5, 9) });
  });
});

test("whatever happens over several days: each day counts what was sent on it, none twice", () => {
  const step = fc.record({
    worst: fc.double({ min: 0.01, max: 0.4, noNaN: true }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    end: fc.constantFrom("answered", "broken", "free"),
    midnight: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 14 }), (steps) => {
      const capUsd = 1;
      let [now, date]: [Reservation, number] = [delivery(capUsd), 15];
      const pasts: Past[] = [];
      const bill = new Map<string, number>();
      for (const { worst, share, end, midnight } of steps) {
        if (midnight) date += 1;
        const day = `2026-01-${date}`;
        const opened = openOn(day, now, { worstUsd: worst, earlierUsd: 0 }, free);
        if (opened.kind === "refused") continue;
        if (opened.past !== null) pasts.push(opened.past);
        const cost = end === "free" ? 0 : worst * share;
        bill.set(day, (bill.get(day) ?? 0) + cost);
        const broken = { kind: "broken", mostUsd: worst } as const;
        const came = end === "answered" ? used(cost) : end === "free" ? { kind: end } : broken;
        now = ended(opened.reservation, opened.number, came);
        const counted = pasts.reduce((sum, each) => sum + each.amountUsd, now.amountUsd);
        expect(counted).toBeLessThanOrEqual(capUsd + 0.4 + 1e-9);
        expect(counted).toBeGreaterThanOrEqual(capUsd - 1e-9);
      }
      for (const [day, usd] of bill) {
        const of = [...pasts, settled(now, 0)].filter((each) => each.day === day);
        const counted = of.reduce((sum, each) => sum + (each.settledUsd ?? 0), 0);
        expect(counted).toBeGreaterThanOrEqual(usd - 1e-9);
        if (!steps.some(({ end }) => end === "broken")) expect(counted).toBeCloseTo(usd, 9);
      }
      expect(committedUsd(now.metered ?? unspent(0, 0))).toBeLessThanOrEqual(capUsd + 0.4);
    }),
  );
});
