/** The vendor of a story: holds back what must wait for something, and lives through every crash. */
import { execFileSync } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import type { Scene } from "../../../src/scripted-model/director.ts";
import { openScriptedModel, type ScriptedModel } from "../../../src/scripted-model/server.ts";
import type { Place } from "./place.ts";
import { birchPlaces, scenario, titles } from "./scenario.ts";

const [alder, birch] = titles;

/** Longer than the agent's program waits before it writes its conversation down. */
const latencyMs = 120;

export interface Vendor extends AsyncDisposable {
  readonly model: ScriptedModel;
  /** Hears of each request when it comes, and when its asker has the whole reply. */
  listen(hear: (moment: "asked" | "answered", scene: Scene) => Promise<void> | void): void;
}

/** Opens the model of a place. */
export async function openVendor({ project }: Place): Promise<Vendor> {
  let hear: (moment: "asked" | "answered", scene: Scene) => Promise<void> | void = () => {};
  let closed = false;
  let begun = false;
  const placeOf = ({ cue }: Scene): number => (cue.kind === "lost" ? -1 : cue.place);
  const landed = (): boolean =>
    execFileSync("git", ["log", "--format=%s", "main"], { cwd: project, encoding: "utf8" })
      .split("\n")
      .some((subject) => subject.endsWith(alder));
  const until = async (holds: () => boolean): Promise<void> => {
    while (!closed && !holds()) await wait(20);
  };
  const model = await openScriptedModel(scenario, {
    latencyMs,
    asked: async (scene) => {
      const worker = scene.role === "worker";
      if (worker && scene.task.includes(birch)) begun = true;
      await hear("asked", scene);
      // both begin before either has landed, and one lands before the other is handed in
      if (worker && scene.task.includes(alder)) await until(() => begun);
      if (worker && scene.task.includes(birch) && placeOf(scene) >= birchPlaces - 1)
        await until(landed);
    },
    answered: (scene) => void hear("answered", scene),
  });
  return {
    model,
    listen: (hears) => {
      hear = hears;
    },
    [Symbol.asyncDispose]: async () => {
      closed = true;
      await model.close();
    },
  };
}
