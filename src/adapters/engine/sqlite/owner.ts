/**
 * Who holds a job: a process, named so that no later process is taken for it. A pid alone would be
 * given to another; `kill -0` is true of zombies.
 */
import { readFileSync, readlinkSync } from "node:fs";

/** Names this process: boot, pid namespace, pid and start, as far as the system tells them. */
export const thisOwner = once(() => {
  const { pid } = process;
  return [boot(), namespace(), pid, startOf(pid) ?? "?"].join(" ");
});

/**
 * Tells whether the process that `owner` names may still run; what cannot be seen counts as alive.
 */
export function isOwnerAlive(owner: string): boolean {
  if (owner === thisOwner()) return true;
  const [ownBoot = "", ownNamespace = "", ownPid = "", started = ""] = owner.split(" ");
  if (ownBoot !== boot()) return false;
  if (ownNamespace !== namespace()) return true;
  const pid = Number(ownPid);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  if (started === "?") return answers(pid);
  return startOf(pid) === started;
}

const boot = once(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
const namespace = once(() => readlinkSync("/proc/self/ns/pid"));

/** When a process started, in the kernel's ticks; null where it is gone or cannot be asked. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // the name stands in parentheses and may hold anything; what follows is separated by blanks
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state] = fields;
    return state === "Z" || state === "X" ? null : (fields[19] ?? null);
  } catch {
    return null; // no such process, or no /proc
  }
}

function answers(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Reads a fact of this machine once; "?" where the system does not tell it. */
function once(read: () => string): () => string {
  let known: string | null = null;
  return () => {
    if (known !== null) return known;
    try {
      known = read();
    } catch {
      known = "?"; // no /proc on this system
    }
    return known;
  };
}
