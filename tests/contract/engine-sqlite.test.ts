import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe } from "vitest";
import { openSqliteEngine } from "../../src/adapters/engine/sqlite/engine.ts";
import type { Engine } from "../../src/ports/engine.ts";
import { enginePromises } from "./engine.ts";

describe("the engine in SQLite", () => {
  enginePromises(({ now, chance, leaseMs }) => {
    const dataDir = mkdtempSync(join(tmpdir(), "engine-"));
    const alive = new Set<string>();
    const engines: Engine[] = [];
    const open = (owner: string, between?: () => void) => {
      alive.add(owner);
      const engine = openSqliteEngine({
        dataDir,
        clock: { now, random: chance },
        dayOf: (at) => new Date(at).toISOString().slice(0, 10),
        owner,
        alive: (each) => alive.has(each),
        leaseMs,
        ...(between === undefined ? {} : { between }),
      });
      engines.push(engine);
      return engine;
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
      async end() {
        for (const engine of engines) await engine.close();
        rmSync(dataDir, { recursive: true });
      },
    };
  });
});
