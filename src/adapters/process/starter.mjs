// Starts programs for a process that has grown large: a fork copies the map of all its memory, and
// it stands still meanwhile. Asked over the channel; tells of each program when it has started and
// when it has ended. It outlives the channel only until the programs have ended that it started.
import { spawn } from "node:child_process";

/** Whoever left the program's group may hold its pipes for longer than this. */
const heldMs = 500;

process.on("message", ({ id, argv, cwd, env, stdin, bytesMax }) => {
  const tell = (message) => process.connected && process.send({ id, ...message }, () => undefined);
  const [file, ...args] = argv;
  const stdio = [stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"];
  let child;
  try {
    child = spawn(file, args, { cwd, env, detached: true, stdio });
  } catch (error) {
    tell({ kind: "unstartable", detail: error.message });
    return;
  }
  child.on("error", ({ message }) => {
    if (child.pid === undefined) tell({ kind: "unstartable", detail: message });
  });
  if (child.pid === undefined) return;
  tell({ kind: "started", pid: child.pid });
  child.stdin?.on("error", () => undefined); // it need not read what it is given
  child.stdin?.end(stdin);
  const pipes = [child.stdout, child.stderr];
  const [stdout, stderr] = pipes.map((pipe) => kept(pipe, bytesMax));
  child.once("exit", () => {
    end(child.pid); // what it left in its group may hold the pipes
    setTimeout(() => {
      for (const pipe of pipes) pipe.destroy();
    }, heldMs).unref();
  });
  child.once("close", (code, signal) =>
    tell({ kind: "ended", code, signal, stdout: stdout(), stderr: stderr() }),
  );
});

/** Keeps the first bytes of a pipe; one more than asked for tells that there were more. */
function kept(pipe, bytesMax) {
  const chunks = [];
  let room = bytesMax + 1;
  pipe.on("data", (chunk) => {
    if (room > 0) chunks.push(chunk.subarray(0, room));
    room -= chunk.length;
  });
  return () => Buffer.concat(chunks);
}

function end(group) {
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // nobody is left in it
  }
}
