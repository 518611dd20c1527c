/** Which hosts may be reached beside the vendor: by name, and never back into this machine. */
import { BlockList, isIP } from "node:net";

/** Ports on which registries and the like are found. */
const ports: readonly number[] = [80, 443];

/** Addresses that are not out in the world: loopback, private, link-local, shared, reserved. */
const inward = new BlockList();
for (const [net, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const)
  inward.addSubnet(net, prefix, "ipv4");
/** The only part of IPv6 that is given out to the world, and what of it leads back. */
const outward = new BlockList();
outward.addSubnet("2000::", 3, "ipv6");
for (const [net, prefix] of [
  ["2001::", 23], // Teredo, ORCHID, benchmarking
  ["2001:db8::", 32],
  ["2002::", 16], // 6to4: holds an IPv4 address of any kind
  ["3fff::", 20],
] as const)
  inward.addSubnet(net, prefix, "ipv6");

/** Tells whether an address is one of the outside world. */
export function isOutside(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !inward.check(address, "ipv4");
  // forms that hold an IPv4 address are outside of 2000::/3, too
  return family === 6 && outward.check(address, "ipv6") && !inward.check(address, "ipv6");
}

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** Reads `host:port`, lower case; null where it is not that, or names an address. */
export function parseTarget(text: string): Target | null {
  const match = /^([a-z0-9.-]{1,253}):(\d{1,5})$/.exec(text.toLowerCase());
  const [, host = "", port = ""] = match ?? [];
  const name = host.replace(/\.$/, "");
  // numbers alone are an address in one of its many spellings
  if (name === "" || isIP(name) !== 0 || /^[\d.]+$|(^|\.)0x[0-9a-f]+$|(^|\.)\d+$/.test(name))
    return null;
  return { host: name, port: Number(port) };
}

/** Tells why a target may not be reached; null where it may. */
export function whyClosed({ host, port }: Target, hosts: readonly string[]): string | null {
  if (!ports.includes(port)) return `port ${port} is closed; open are ${ports.join(" and ")}`;
  const isOpen = hosts.some((each) => {
    const allowed = each.toLowerCase();
    return allowed.startsWith("*.") ? host.endsWith(allowed.slice(1)) : host === allowed;
  });
  return isOpen ? null : `${host} is not among the hosts that the portfolio opens`;
}
