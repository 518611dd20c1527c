import { describe } from "vitest";
import { openMemoryEngine } from "../../src/adapters/engine/memory/engine.ts";
import { memoryStore } from "../../src/adapters/engine/memory/storage.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { enginePromises } from "./engine.ts";

const sleep: Clock["sleep"] = (ms, signal) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });

describe("the engine in memory", () => {
  enginePromises(({ now, chance, leaseMs }) => {
    const store = memoryStore();
    const alive = new Set<string>();
    const open = (owner: string, between?: () => void) => {
      alive.add(owner);
      return openMemoryEngine({
        store,
        clock: { now, random: chance, sleep },
        owner,
        ownersAlive: () => alive,
        leaseMs,
        ...(between === undefined ? {} : { between }),
      });
    };
    return {
      open,
      kill: (owner) => {
        alive.delete(owner);
      },
      openDyingBetween: (owner) =>
        open(owner, () => {
          throw new Error("died");
        }),
      async end() {},
    };
  });
});
