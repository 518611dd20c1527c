/** Under what a project's sessions and checks run, in a line that is kept with what they did. */
import type { Reach } from "./reach.ts";

export interface Holding {
  /** What holds processes: `bubblewrap`, `a container`, `unshare`, `process group`. */
  readonly by: string;
  /** Whether files and network are confined, too. */
  readonly confines: boolean;
  /** Whether the portfolio turned the sandbox off. */
  readonly isOff: boolean;
  /** Whether sessions ask the model through the gateway, or the agent's program by its login. */
  readonly metered: boolean;
  /** What sessions and checks reach beside the model. */
  readonly network: Reach;
}

/** Says it in a line: how processes are held, how the model is asked, what else is reached. */
export function heldLine({ by, confines, isOff, metered, network }: Holding): string {
  const way = metered ? "the model through the gateway" : "the model by the agent's own login";
  if (!confines) {
    const why = isOff ? "the sandbox is OFF by the portfolio" : "nothing here confines";
    return `NOT confined, ${why}: files and network are open; processes held by ${by}; ${way}`;
  }
  return `confined by ${by}; ${way}; ${networkLine(network, metered)}`;
}

function networkLine(network: Reach, metered: boolean): string {
  if (network === "all") return "the network is OPEN by the portfolio";
  const hosts = network.length === 0 ? "no other host" : `beside it ${network.join(", ")}`;
  // a login is renewed elsewhere, so that sessions with one are not kept from the network
  return metered ? hosts : `sessions with the network OPEN, checks with ${hosts}`;
}
