/** What a delivery's requests are paid from, as in a cycle. */
import { dayOf, machineClock } from "../../src/adapters/clock.ts";
import { projectName, taskId, token } from "../../src/core/ids.ts";
import type { Decision } from "../../src/core/ledger.ts";
import { closeRequest, openRequest, unspent } from "../../src/core/metered.ts";
import type { Engine } from "../../src/ports/engine.ts";
import type { Purse, PurseAnswer } from "../../src/ports/gateway.ts";

const demo = projectName("demo");
const delivery = token(1);
const caps = { cycleUsd: null, dayUsd: null, portfolioDayUsd: null };

/** A purse in a ledger on this disk, as a delivery has it. */
export async function openPurse(engine: Engine): Promise<Purse> {
  const now = machineClock.now();
  const reservation = {
    ...({ token: delivery, role: "worker", task: taskId("aaaaaaaaaaaa"), cycle: null } as const),
    ...{ day: dayOf(now), amountUsd: 1e6, settledUsd: null, metered: unspent(1e6, 0), at: now },
  };
  await engine.transact(demo, {}, () => ({
    changes: [{ kind: "reservation", reservation }],
    answer: null,
  }));
  const needs = { reservation: delivery };
  return {
    open: (asked) =>
      engine.transact(demo, needs, (view): Decision<PurseAnswer> => {
        const [mine] = view.reservations;
        if (mine === undefined) throw new Error("nothing is set aside");
        const answer = openRequest(mine, asked, { caps, spent: view.spent });
        if (answer.kind === "refused") return { changes: [], answer };
        const { number, reservation } = answer;
        return {
          changes: [{ kind: "reservation", reservation }],
          answer: { kind: "granted", number },
        };
      }),
    close: (number, came) =>
      engine.transact(demo, needs, ({ reservations: [mine] }) => {
        const closed = mine === undefined ? null : closeRequest(mine, number, came);
        const changes =
          closed === null ? [] : [{ kind: "reservation", reservation: closed } as const];
        return { changes, answer: undefined };
      }),
  };
}
