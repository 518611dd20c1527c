/** What a project's processes reach beside the model, and how those in a sandbox are told of it. */

/** Names of hosts, `*.` at the front for all below a name; `all`: whatever the machine reaches. */
export type Reach = "all" | readonly string[];

/** Where a loopback of one's own leads to hosts: a port that nothing of a project's uses. */
export const proxyPort = 47_115;

/** Names of hosts that are reached by a way of ours; none where the machine's network is open. */
export const hostsOf = (reach: Reach): readonly string[] => (reach === "all" ? [] : reach);

const own = "127.0.0.1,localhost,::1";

/** Tells programs in a sandbox of the port that leads to hosts; both spellings are in use. */
export function proxyEnv(port: number): Readonly<Record<string, string>> {
  const proxy = `http://127.0.0.1:${port}`;
  return { HTTPS_PROXY: proxy, https_proxy: proxy, NO_PROXY: own, no_proxy: own };
}
