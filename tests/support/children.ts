/** The ways in which a program can leave something behind, as shell commands. */
export const childKinds = {
  "same group": (sleeper: string) => `${sleeper} &`,
  // `timeout` makes itself the leader of a new group
  "new group": (sleeper: string) => `timeout 900 ${sleeper} &`,
  setsid: (sleeper: string) => `setsid ${sleeper} &`,
  "double fork": (sleeper: string) => `(setsid sh -c '${sleeper} & exit' &)`,
  "double fork with a clean environment": (sleeper: string) =>
    `(setsid env -i PATH="$PATH" sh -c '${sleeper} & exit' &)`,
} as const;

export type ChildKind = keyof typeof childKinds;

/** A command that leaves such a child behind, asleep for `seconds`, and ends once it runs. */
export function leaveBehind(kind: ChildKind, seconds: string, flag: string): string {
  const sleeper = `sh -c "echo > ${flag}; exec sleep ${seconds}"`;
  return `${childKinds[kind](sleeper)}\nwhile [ ! -s ${flag} ]; do sleep 0.01; done`;
}
