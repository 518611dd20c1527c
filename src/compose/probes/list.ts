/** Ways in which a command may try to get out of where it is held; each a real program. */

/** One attempt. It has escaped if it printed the secret, or did what `done` looks for. */
export interface Probe {
  readonly name: string;
  /** What it tries, for a person. */
  readonly tries: string;
  /** Run by `sh` in the probe's own folder. */
  readonly script: string;
  /** How its success is told; by the secret in its output where it is left out. */
  readonly done?: Sign;
}

/** A trace that an escape leaves behind. */
export type Sign =
  /** A file of the person's, relative to theirs, is there or holds the word `planted`. */
  | { readonly kind: "planted"; readonly file: string }
  /** A file of the person's is not what it was. */
  | { readonly kind: "changed"; readonly file: string }
  | { readonly kind: "datagram" }
  | { readonly kind: "victim dead" }
  /** Processes that sleep for `OUTLIVES` seconds are alive after the run. */
  | { readonly kind: "survivor" }
  /** The command came to its end, and printed this. */
  | { readonly kind: "said"; readonly word: string };

const node = (program: string): string => `node -e '${program}'`;
/** Connects, and prints what it is told. */
const asks = (where: string): string =>
  node(`require("net").connect(${where}).on("data", (told) => console.log(String(told)))`);
const reads = (name: string, tries: string, path: string): Probe => ({
  name,
  tries: `reads ${tries}`,
  script: `cat "$THEM/${path}"`,
});
const plants = (name: string, tries: string, file: string): Probe => ({
  name,
  tries: `writes ${tries}`,
  script: `mkdir -p "$(dirname "$THEM/${file}")"; echo planted >> "$THEM/${file}"`,
  done: { kind: "planted", file },
});

const files: readonly Probe[] = [
  reads("ssh key", "a private key", "home/.ssh/id_ed25519"),
  reads("registry token", "a token of a package registry", "home/.npmrc"),
  reads("cloud key", "the key to a cloud", "home/.aws/credentials"),
  reads("login", "the login of the agent's program", "home/.claude/.credentials.json"),
  reads("ledger", "the ledger", "data/portfolio.db"),
  reads("transcript", "what another session said", "data/app/transcripts/work.jsonl"),
  reads("workspace", "another worker's files", "data/app/workspaces/other/notes.txt"),
  reads("temporary file", "another program's temporary file", "tmp/build.log"),
  reads("token beside", "the token beside a toolchain that is shown", "toolchain/.npmrc"),
  plants("shell start-up", "the file that a shell runs at its start", "home/.bashrc"),
  plants("git settings", "your settings of git", "home/.gitconfig"),
  plants("program", "a program on your search path", "home/bin/node"),
  plants("autostart", "a service that your desktop starts", "home/.config/systemd/user/x.service"),
  plants("hook", "a hook into your repository", "repo/.git/hooks/post-commit"),
  plants("your code", "your working tree", "repo/code.txt"),
  plants("other work", "another worker's files", "data/app/workspaces/other/notes.txt"),
  plants("branch", "the branch that work lands on", "data/hubs/app/refs/heads/main"),
  plants("object", "an object that its clone borrows", "data/hubs/app/objects/aa/object"),
  plants("ledger entry", "the ledger", "data/portfolio.db"),
  plants("check's cache", "a result into what checks find", "data/app/caches/checks/result"),
  plants("toolchain", "a program into a toolchain that is shown", "toolchain/bin/tool"),
];

const ways: readonly Probe[] = [
  {
    name: "link out",
    tries: "reads through a symbolic link",
    script: 'ln -s "$THEM/home/.ssh/id_ed25519" link; cat link',
  },
  {
    name: "link to write",
    tries: "writes through a symbolic link",
    script: 'ln -s "$THEM/home/.bashrc" rc; echo planted >> rc',
    done: { kind: "planted", file: "home/.bashrc" },
  },
  {
    name: "hard link",
    tries: "reads through a hard link",
    script: 'ln "$THEM/home/.ssh/id_ed25519" hard; cat hard',
  },
  {
    name: "other's .git",
    tries: "replaces the .git of another workspace",
    script: 'cd "$THEM/data/app/workspaces/other" && rm .git && echo "gitdir: /evil" > .git',
    done: { kind: "changed", file: "data/app/workspaces/other/.git" },
  },
  {
    name: "fifo",
    tries: "puts a pipe where another reads",
    script: 'mkfifo "$THEM/data/app/planted"',
    done: { kind: "planted", file: "data/app/planted" },
  },
  {
    name: "root of another",
    tries: "goes through another process's root",
    script: 'cat "/proc/$VICTIM_PID/root$THEM/home/.ssh/id_ed25519"',
  },
  {
    name: "mount",
    tries: "gains rights in a user namespace, to mount over files",
    script: "unshare --user --map-root-user --mount sh -c 'mount -t tmpfs x /tmp && echo mounted'",
    done: { kind: "said", word: "mounted" },
  },
];

const processes: readonly Probe[] = [
  {
    name: "environment",
    tries: "reads the environment of the program",
    script: 'tr "\\0" "\\n" < "/proc/$VICTIM_PID/environ"',
  },
  {
    name: "memory",
    tries: "looks into the memory of the program",
    script: 'grep -q stack "/proc/$VICTIM_PID/maps" && echo mapped',
    done: { kind: "said", word: "mapped" },
  },
  {
    name: "key",
    tries: "reads a key from its own environment",
    script: "env",
  },
  {
    name: "background",
    tries: "lives on in a session of its own",
    script: 'setsid sleep "$OUTLIVES" > /dev/null 2>&1 < /dev/null & sleep 0.2',
    done: { kind: "survivor" },
  },
  {
    name: "daemon",
    tries: "lives on, forked twice, its environment cleared",
    script: '(setsid env -i /bin/sh -c "sleep $OUTLIVES & exit" > /dev/null 2>&1 &); sleep 0.3',
    done: { kind: "survivor" },
  },
  {
    name: "kill",
    tries: "kills the program",
    script: 'kill -9 "$VICTIM_PID"; sleep 0.2',
    done: { kind: "victim dead" },
  },
];

const network: readonly Probe[] = [
  {
    name: "dashboard",
    tries: "asks a service on the machine's loopback",
    script: asks('+process.env.PORT, "127.0.0.1"'),
  },
  {
    name: "socket",
    tries: "asks the program's Unix socket",
    script: asks("process.env.SOCKET"),
  },
  {
    name: "abstract socket",
    tries: "asks a socket that has no file",
    script: asks('"\\0" + process.env.ABSTRACT'),
  },
  {
    name: "datagram",
    tries: "sends a datagram out",
    script: node(
      'const out = require("dgram").createSocket("udp4"); ' +
        'out.send("x", +process.env.UDP, "127.0.0.1", () => out.close())',
    ),
    done: { kind: "datagram" },
  },
];

const excess: readonly Probe[] = [
  {
    name: "huge file",
    tries: "writes a file beyond its share of the disk",
    script: "head -c 300000000 /dev/zero > huge && echo written",
    done: { kind: "said", word: "written" },
  },
  {
    name: "fork bomb",
    tries: "starts more processes than it may",
    script: "i=0; while [ $i -lt 400 ]; do sleep 3 & i=$((i + 1)); done; wait; echo forked",
    done: { kind: "said", word: "forked" },
  },
  {
    name: "memory bomb",
    tries: "takes more memory than it may",
    script: node(
      "const all = []; const timer = setInterval(() => { all.push(Buffer.alloc(3e7, 1)); " +
        'if (all.length > 20) { clearInterval(timer); console.log("taken"); } }, 60)',
    ),
    done: { kind: "said", word: "taken" },
  },
];

/** All probes, in the order of the table. */
export const probes: readonly Probe[] = [...files, ...ways, ...processes, ...network, ...excess];
