/** Lets the virtual time of a scene pass until a promise is settled. */
import type { Scene } from "../sim/scene.ts";

/** Returns what `wanted` comes to, after as much virtual time as that takes. */
export async function passing<T>(scene: Scene, wanted: Promise<T>): Promise<T> {
  let isSettled = false;
  const settle = (): void => {
    isSettled = true;
  };
  wanted.then(settle, settle);
  await scene.until(() => isSettled);
  return wanted;
}
