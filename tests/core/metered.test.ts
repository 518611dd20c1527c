import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { carriedUsd } from "../../src/core/lost.ts";
import {
  type Came,
  closeRequest,
  committedUsd,
  knownUsd,
  lostUsd,
  openRequest,
  settled,
  unspent,
} from "../../src/core/metered.ts";
import type { Reservation } from "../../src/core/records.ts";
import { aReservation } from "../support/ledger.ts";
import { ended, free, noCaps, quiet, used } from "../support/metered.ts";

const ask = (worstUsd: number, earlierUsd = 0) => ({ worstUsd, earlierUsd });

const delivery = (capUsd: number, carriedUsd = 0): Reservation => ({
  ...aReservation(1, { amountUsd: capUsd }),
  metered: unspent(capUsd, carriedUsd),
});

function sent(reservation: Reservation, worstUsd: number): Reservation {
  const opened = openRequest(reservation, ask(worstUsd), free);
  if (opened.kind === "refused") throw new Error(opened.why);
  return opened.reservation;
}

describe("a request is let through", () => {
  test("while its session has something left; the last one may take more than that", () => {
    const one = ended(sent(delivery(0.5), 0.4), 1, used(0.45));
    expect(one.amountUsd).toBe(0.5);
    const two = sent(one, 0.4);
    expect(two.amountUsd).toBeCloseTo(0.85);
    const done = ended(two, 2, used(0.3));
    expect(done.amountUsd).toBeCloseTo(0.75);
    expect(openRequest(done, ask(0.01), free)).toMatchObject({ kind: "refused", cause: "cap" });
  });

  test("where its worst case is no more than the cap of a request", () => {
    const above = { ...free, caps: { ...noCaps, requestUsd: 0.2 } };
    expect(openRequest(delivery(1), ask(0.2), above).kind).toBe("granted");
    expect(openRequest(delivery(1), ask(0.21), above)).toMatchObject({ cause: "cap" });
  });

  test("unless another has passed a cap above the session's own already", () => {
    const full = ended(sent(delivery(0.5), 0.4), 1, used(0.4));
    for (const [cap, where] of [
      ["cycleUsd", "cycle"],
      ["dayUsd", "today"],
      ["portfolioDayUsd", "everywhere"],
    ] as const) {
      const caps = { ...noCaps, [cap]: 2 };
      const at = (reservedUsd: number) => ({ ...quiet, [where]: { settledUsd: 0, reservedUsd } });
      // all is set aside, nothing has been passed: one may
      expect(openRequest(full, ask(0.4), { caps, spent: at(2) }).kind).toBe("granted");
      const refused = openRequest(full, ask(0.4), { caps, spent: at(2.1) });
      expect(refused).toMatchObject({ kind: "refused", cause: "cap" });
      // within what the session has set aside nothing is passed
      expect(openRequest(full, ask(0.1), { caps, spent: at(2.1) }).kind).toBe("granted");
    }
  });

  test("never once its delivery is settled", () => {
    const over = settled(delivery(1), 0);
    expect(openRequest(over, ask(0.1), free)).toMatchObject({ kind: "refused", cause: "cap" });
  });

  test("counting once what its session used before, by its own record or by the ledger's", () => {
    expect(openRequest(delivery(0.5), ask(0.1, 0.5), free).kind).toBe("refused");
    const first = ended(sent(delivery(0.5), 0.2), 1, used(0.2));
    const killed = sent(first, 0.2);
    const carried = carriedUsd({ reservations: [killed] }, killed.token);
    expect(carried).toBeCloseTo(0.4, 9);
    // the session heard the beginning of the answer that was cut off: it counts already
    const again = delivery(0.5 - carried, carried);
    expect(again.amountUsd).toBeCloseTo(0.1, 9);
    const opened = openRequest(again, ask(0.1, 0.35), free);
    if (opened.kind === "refused") throw new Error(opened.why);
    const last = ended(opened.reservation, 1, used(0.1));
    expect(openRequest(last, ask(0.1, 0.35), free)).toMatchObject({ cause: "cap" });
    expect(carriedUsd({ reservations: [last] }, last.token)).toBeCloseTo(0.5, 9);
  });

  test("later, where only another one under way is in the way; not at all, where a bad line is", () => {
    const busy = sent(delivery(0.5), 0.6);
    expect(openRequest(busy, ask(0.1), free)).toMatchObject({ cause: "busy" });
    const cut = ended(busy, 1, { kind: "broken", mostUsd: 0.55 });
    expect(openRequest(cut, ask(0.1), free)).toMatchObject({ cause: "unknown" });
  });
});

describe("what it came to", () => {
  test("is counted once", () => {
    const one = ended(sent(delivery(1), 0.4), 1, used(0.1));
    expect(closeRequest(one, 1, used(0.1))).toBeNull();
    expect(closeRequest(one, 7, used(0.1))).toBeNull();
  });

  test("is nothing where it was turned down, and at most what was possible where it was cut", () => {
    const down = ended(sent(delivery(1), 0.4), 1, { kind: "free" });
    expect(settled(down, 9)).toMatchObject({ settledUsd: 0 });
    const cut = settled(
      ended(sent(delivery(1), 0.4), 1, { kind: "broken", mostUsd: Number.POSITIVE_INFINITY }),
      9,
    );
    expect(cut).toMatchObject({ settledUsd: 0.4, lost: true });
    expect(lostUsd(cut)).toBe(0.4);
  });

  test("still counts where it is told after its delivery was given up", () => {
    const lost = settled(sent(ended(sent(delivery(1), 0.4), 1, used(0.1)), 0.4), 0);
    expect(lost).toMatchObject({ settledUsd: 0.5, lost: true });
    const proven = ended(lost, 2, used(0.2));
    expect(proven.settledUsd).toBeCloseTo(0.3);
    expect(proven.lost).toBeUndefined();
  });
});

test("whatever happens in whatever order: never less than the bill, never two requests over", () => {
  const step = fc.record({
    worst: fc.double({ min: 0.01, max: 0.6, noNaN: true }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    end: fc.constantFrom("answered", "broken", "free", "never", "told late"),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const capUsd = 0.5;
      let now = delivery(capUsd);
      let bill = 0;
      for (const { worst, share, end } of steps) {
        const before = committedUsd(now.metered ?? unspent(0, 0));
        const opened = openRequest(now, ask(worst), free);
        if (opened.kind === "refused") {
          expect(before).toBeGreaterThanOrEqual(capUsd);
          continue;
        }
        expect(before).toBeLessThan(capUsd);
        now = opened.reservation;
        const cost = end === "free" ? 0 : worst * share;
        bill += cost;
        const came: Came = end === "answered" ? used(cost) : { kind: "free" };
        if (end === "answered" || end === "free") now = ended(now, opened.number, came);
        if (end === "broken") now = ended(now, opened.number, { kind: "broken", mostUsd: worst });
        expect(now.amountUsd).toBeGreaterThanOrEqual(bill - 1e-9);
        expect(now.amountUsd).toBeLessThanOrEqual(capUsd + 0.6 + 1e-9);
      }
      const last = settled(now, 0);
      expect(last.settledUsd).toBeGreaterThanOrEqual(bill - 1e-9);
      expect(knownUsd(last.metered ?? unspent(0, 0))).toBeLessThanOrEqual(bill + 1e-9);
    }),
  );
});
