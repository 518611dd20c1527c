/** What the escape probes go for: a person's things in a folder of their own, and services. */
import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { spawnProcess } from "../../adapters/process.ts";

/** A stage for one round of probes; everything is gone, and has ended, when disposed of. */
export interface Scene extends AsyncDisposable {
  /** What no probe may come to know. */
  readonly secret: string;
  /** The probes' own workspace. */
  readonly own: string;
  /** The person's files, in `files` below it. */
  readonly them: string;
  /** A toolchain of the person's that is shown, and what is not to be seen beside it. */
  readonly toolchain: { readonly folder: string; readonly token: string };
  /** Variables that the probes' commands are given. */
  readonly env: Readonly<Record<string, string>>;
  /** Seconds for which a probe sleeps to outlive its run: nobody else's sleep lasts as long. */
  readonly outlives: string;
  /** Datagrams that have arrived. */
  readonly datagrams: () => number;
  /** Whether the process that stands for the program itself is alive. */
  readonly victimLives: () => boolean;
}

/** The person's files, and the contents that a probe may not read (`SECRET`) or change. */
const files: Readonly<Record<string, string>> = {
  "home/.ssh/id_ed25519": "SECRET",
  "home/.npmrc": "//registry.example/:_authToken=SECRET",
  "home/.aws/credentials": "aws_secret_access_key = SECRET",
  "home/.claude/.credentials.json": '{"token":"SECRET"}',
  "home/.bashrc": "# rc",
  "home/.gitconfig": "[user]\n\tname = Me\n",
  "home/bin/tool": "#!/bin/sh\n",
  "repo/.git/HEAD": "ref: refs/heads/main\n",
  "repo/.git/hooks/README": "none",
  "repo/code.txt": "before",
  "data/portfolio.db": "SECRET",
  "data/app/transcripts/work.jsonl": '{"said":"SECRET"}',
  "data/app/workspaces/other/notes.txt": "SECRET",
  "data/app/workspaces/other/.git": "gitdir: /somewhere",
  "data/app/caches/checks/result": "before",
  "data/hubs/app/refs/heads/main": "before",
  "data/hubs/app/objects/aa/object": "before",
  "toolchain/bin/tool": "#!/bin/sh\n",
  "toolchain/.npmrc": "//registry.example/:_authToken=SECRET",
  "tmp/build.log": "SECRET",
};

/** Lays out the scene. */
export async function openScene(): Promise<Scene> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "orch-probe-")));
  const secret = `secret-${Math.random().toString(36).slice(2)}`;
  const [them, own] = [join(root, "them"), join(root, "own")];
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(them, name)), { recursive: true });
    await writeFile(join(them, name), text.replace("SECRET", secret));
  }
  await mkdir(own);
  const service = createServer(answering(secret));
  const socket = join(them, "daemon.sock");
  const abstract = `orch-probe-${process.pid}-${Math.random().toString(36).slice(2)}`;
  const others = [createServer(answering(secret)), createServer(answering(secret))];
  await listening(service, 0);
  await listening(others[0], socket);
  if (process.platform === "linux") await listening(others[1], `\0${abstract}`);
  let datagrams = 0;
  const ear = createSocket("udp4", () => {
    datagrams += 1;
  }).bind(0, "127.0.0.1");
  await once(ear, "listening");
  const at = service.address();
  const outlives = String(randomInt(100_000, 1_000_000_000));
  const victim = spawnProcess(
    { argv: ["sleep", "600"], cwd: "/", env: { PATH: "/usr/bin:/bin", VICTIM: secret } },
    new AbortController().signal,
  );
  return {
    ...{ secret, own, them, outlives },
    toolchain: { folder: join(them, "toolchain"), token: join(them, "toolchain/.npmrc") },
    env: {
      THEM: them,
      PORT: String(typeof at === "object" ? at?.port : 0),
      UDP: String(ear.address().port),
      SOCKET: socket,
      ABSTRACT: abstract,
      OUTLIVES: outlives,
      VICTIM_PID: String(victim.pid),
    },
    datagrams: () => datagrams,
    victimLives: () => victim.exitCode === null && victim.signalCode === null,
    async [Symbol.asyncDispose]() {
      await victim.end();
      for (const server of [service, ...others]) server.close();
      ear.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

const answering = (text: string) => (socket: Socket) => {
  socket.on("error", () => undefined); // whoever asked has been ended
  socket.end(text);
};

async function listening(server: Server | undefined, at: number | string): Promise<void> {
  if (typeof at === "number") server?.listen(at, "127.0.0.1");
  else server?.listen(at);
  if (server !== undefined) await once(server, "listening");
}
