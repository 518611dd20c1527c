/** The ways out of a sandbox: a relay inside leads loopback ports to sockets of ours. */
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Network, Opening } from "../../ports/sandbox.ts";

/** The relay's program; it must be readable inside. */
export const relayFile = fileURLToPath(new URL("./relay.mjs", import.meta.url));

export interface Outlet {
  /** The socket outside. */
  readonly socket: string;
  /** Where the sandbox has it. */
  readonly inside: string;
  readonly port: number;
}

/** The sockets that a network names, and where a sandbox of its own files has them. */
export const outlets = (network: Network | undefined): readonly Outlet[] =>
  openingsOf(network).map((each) => ({ ...each, inside: `/run/orch/${each.port}.sock` }));

/** The same where they are inside as they are outside. */
export const outletsInPlace = (network: Network | undefined): readonly Outlet[] =>
  openingsOf(network).map((each) => ({ ...each, inside: each.socket }));

const openingsOf = (network: Network | undefined): readonly Opening[] =>
  network === undefined || network === "all" ? [] : network.openings;

/**
 * The argv of a program with its relay ahead of it; as it is where there are no openings.
 *
 * A shell starts the relay, waits until it listens, and becomes the program. The relay has none of
 * the program's descriptors: whoever waits for the end of a pipe must not wait for it, and a secret
 * in one is not its business. Where it cannot listen, the program does not run: another might be
 * listening there.
 */
export function relayed(
  argv: readonly [string, ...string[]],
  ways: readonly Outlet[],
): readonly [string, ...string[]] {
  if (ways.length === 0) return argv;
  const named = ways.map(({ inside, port }) => `${port}:${inside}`);
  const relay = [realpathSync(process.execPath), relayFile, ...named];
  const words = relay.map((_, at) => `"\${${at + 1}}"`).join(" ");
  const heard = `test "$(${words} 3>&- </dev/null 2>/dev/null &)" = open`;
  const refused = "{ echo 'the way out of the sandbox could not be opened' >&2; exit 125; }";
  const start = `${heard} || ${refused}; shift ${relay.length}; exec "$@"`;
  return ["sh", "-c", start, "sh", ...relay, ...argv];
}
