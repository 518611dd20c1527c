/** The model of a soak: quick, and with a hand in which of two tasks lands first. */
import { execFile } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import type { Scene } from "../../../src/scripted-model/director.ts";
import { openScriptedModel, type ScriptedModel } from "../../../src/scripted-model/server.ts";
import { openChance } from "../../crash/parts/sample.ts";
import type { Fleet } from "./fleet.ts";
import { scenarioFor, titleOf } from "./tasks.ts";

export interface Vendor extends AsyncDisposable {
  readonly model: ScriptedModel;
}

/** A reply takes 50 to 150 ms. */
const latencyMs = 50;
const jitterMs = 100;

/** Longest wait of the last reply of whoever is to meet a conflict for the other's landing. */
const heldMs = 5_000;

const run = promisify(execFile);

/** Opens the model; it lives through every death of the program. */
export async function openVendor({ sites }: Fleet, seed: number): Promise<Vendor> {
  const chance = openChance(seed);
  let closed = false;
  const rivals = new Map(
    sites.flatMap((site) =>
      site.errands.flatMap((each, at) => {
        const first = site.errands[at - 1];
        return each.kind === "second" && first !== undefined
          ? [[titleOf(each), { site, subject: titleOf(first) }] as const]
          : [];
      }),
    ),
  );
  const rivalOf = ({ role, task, cue }: Scene) =>
    role === "worker" && cue.kind === "reply" && cue.place === 2
      ? [...rivals].find(([title]) => task.includes(title))?.[1]
      : undefined;
  const model = await openScriptedModel(scenarioFor(sites), {
    latencyMs,
    asked: async (scene) => {
      await wait(chance() * jitterMs);
      const rival = rivalOf(scene);
      if (rival === undefined) return;
      const { branch, path } = rival.site;
      const until = Date.now() + heldMs;
      while (!closed && Date.now() < until) {
        const { stdout } = await run("git", ["log", "--format=%s", branch], { cwd: path });
        if (stdout.split("\n").some((subject) => subject.endsWith(rival.subject))) return;
        await wait(500);
      }
    },
  });
  return {
    model,
    [Symbol.asyncDispose]: async () => {
      closed = true;
      await model.close();
    },
  };
}
