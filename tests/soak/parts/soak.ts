/** Many tasks in many projects, the daemon killed every now and then: what came of it. */
import { performance } from "node:perf_hooks";
import { openPeak, waitedForTicks } from "../../../bench/parts/measure.ts";
import { reckon } from "./account.ts";
import { type Course, drive } from "./drive.ts";
import { openFleet } from "./fleet.ts";
import { dealOut } from "./tasks.ts";
import { openVendor } from "./vendor.ts";
import { verify } from "./verify.ts";

export interface SoakRequest extends Course {
  readonly tasks: number;
  readonly projects: number;
  /** Hears of the folder before anything is begun in it; it is removed unless this says so. */
  readonly keep: (folder: string) => boolean;
}

/** Runs it and looks at everything. */
export async function soak(request: SoakRequest) {
  const dealt = dealOut(request.tasks, request.projects);
  const fleet = await openFleet(dealt);
  const keeps = request.keep(fleet.root);
  try {
    await using vendor = await openVendor(fleet, request.seed);
    const peak = openPeak(process.pid);
    const [began, ticks] = [performance.now(), waitedForTicks()];
    const driven = await drive(fleet, vendor, request);
    const wallS = (performance.now() - began) / 1_000;
    const { treeMb } = peak.close();
    const cpuS = (waitedForTicks() - ticks) / 100 + process.cpuUsage().user / 1e6;
    const account = reckon(driven, vendor.model.requests());
    const { faults, ...verified } = await verify(fleet, driven.byHand);
    const times = [...driven.recoveriesMs].sort((a, b) => a - b);
    const { faults: paidTwice, ...bill } = account;
    return {
      ...{ tasks: request.tasks, projects: request.projects, seed: request.seed },
      ...{ kills: driven.deaths.length, commitsByHand: driven.byHand },
      ...{ ...verified, ...bill },
      recoveryMedianMs: times[Math.floor(times.length / 2)] ?? null,
      recoveryWorstMs: times.at(-1) ?? null,
      ...{ wallS, cpuS, peakMb: treeMb },
      wrong: [...driven.faults, ...paidTwice.map((each) => `paid: ${each}`), ...faults],
    };
  } finally {
    if (!keeps) await fleet[Symbol.asyncDispose]();
  }
}

export type Soaked = Awaited<ReturnType<typeof soak>>;

/** The figures as lines. */
export function renderSoak(told: Soaked): string {
  const seconds = (ms: number | null): string =>
    ms === null ? "-" : `${(ms / 1_000).toFixed(2)} s`;
  const { tasks, projects, requests, dueRequests, live } = told;
  return [
    `landed exactly once    ${told.landed} of ${tasks}, ${told.conflictsResolved} after a conflict`,
    `green in fresh clones  ${told.green} of ${projects}`,
    `ledgers whole          ${told.ledgersWhole} of ${projects}`,
    `repositories whole     ${told.repositoriesWhole} of ${2 * projects}`,
    `killed                 ${told.kills} times`,
    `requests paid          ${requests}; due ${dueRequests}, ` +
      `lost ${requests - dueRequests} of ${live} that may be`,
    `bill                   $${told.costUsd.toFixed(4)}; ` +
      `due $${told.dueUsd.toFixed(4)}, booked $${told.bookedUsd.toFixed(4)}`,
    `recovery, median       ${seconds(told.recoveryMedianMs)}`,
    `recovery, worst        ${seconds(told.recoveryWorstMs)}`,
    `wall, CPU, memory      ${told.wallS.toFixed(0)} s, ` +
      `${told.cpuS.toFixed(0)} s, ${told.peakMb.toFixed(0)} MB`,
    `wrong                  ${told.wrong.length}`,
    ...told.wrong.map((each) => `  ${each}`),
  ].join("\n");
}
