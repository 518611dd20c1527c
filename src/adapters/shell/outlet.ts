/** What a command reaches of the network: nothing, all, or hosts by a door of the gateway's. */
import { hostsOf, proxyEnv, proxyPort, type Reach } from "../../core/reach.ts";
import type { Gateway } from "../../ports/gateway.ts";
import type { Network, Sandbox } from "../../ports/sandbox.ts";

export interface Outlet extends AsyncDisposable {
  readonly network: Network;
  /** What the command finds of it in its environment. */
  readonly env: Readonly<Record<string, string>>;
}

export interface OutletOptions {
  readonly sandbox: Sandbox;
  /** Leads to hosts; without it none can be reached by name. */
  readonly gateway?: Pick<Gateway, "open">;
}

/** Opens the way to what may be reached, until disposed of; no model is to be had by it. */
export async function openOutlet(
  { sandbox, gateway }: OutletOptions,
  reach: Reach,
): Promise<Outlet> {
  const hosts = hostsOf(reach);
  const close = async (): Promise<void> => undefined;
  const plain: Network = reach === "all" ? "all" : { openings: [] };
  if (hosts.length === 0 || !sandbox.confines || gateway === undefined)
    return { network: plain, env: {}, [Symbol.asyncDispose]: close };
  const port = await sandbox.portFor(proxyPort);
  const door = await gateway.open({
    ...{ purse: null, earlierUsd: 0, hosts, by: "socket" },
    onSight: () => undefined,
  });
  if (door.at.kind !== "socket") throw new Error("a sandbox is left by a socket alone");
  const openings = [{ socket: door.at.path, port }];
  return { network: { openings }, env: proxyEnv(port), [Symbol.asyncDispose]: door.close };
}
