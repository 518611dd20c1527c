/** The ways out of a sandbox: a relay inside leads loopback ports to sockets of ours. */
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Network } from "../../ports/sandbox.ts";

/** The relay's program; it must be readable inside. */
export const relayFile = fileURLToPath(new URL("./relay.mjs", import.meta.url));

interface Outlet {
  /** The socket outside. */
  readonly socket: string;
  /** Where the sandbox has it. */
  readonly inside: string;
  readonly port: number;
}

/** The sockets that a network names, and where the sandbox has them. */
export function outlets(network: Network | undefined): readonly Outlet[] {
  if (network === undefined || network === "all") return [];
  return network.openings.map(({ socket, port }) => ({
    ...{ socket, port },
    inside: `/run/orch/${port}.sock`,
  }));
}

/**
 * The argv of a program with its relay ahead of it; as it is where there are no openings.
 *
 * A shell starts the relay, waits until it listens, and becomes the program. The relay has none of
 * the program's descriptors: whoever waits for the end of a pipe must not wait for it, and a secret
 * in one is not its business.
 */
export function relayed(
  argv: readonly [string, ...string[]],
  network: Network | undefined,
): readonly [string, ...string[]] {
  const ways = outlets(network).map(({ inside, port }) => `${port}:${inside}`);
  if (ways.length === 0) return argv;
  const relay = [realpathSync(process.execPath), relayFile, ...ways];
  const words = relay.map((_, at) => `"\${${at + 1}}"`).join(" ");
  const start = `: "$(${words} 3>&- </dev/null 2>/dev/null &)"`;
  return ["sh", "-c", `${start}; shift ${relay.length}; exec "$@"`, "sh", ...relay, ...argv];
}
