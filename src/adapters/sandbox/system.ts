/** What everybody in a sandbox sees of the system: programs, and settings without secrets. */
import { existsSync, lstatSync, readlinkSync } from "node:fs";

/** Top folders that are links into `/usr` on most systems, and real ones on some. */
const merged = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

/** Where programs are, besides: package managers that keep away from `/usr`. */
const stores = ["/usr", "/nix/store", "/run/current-system/sw", "/gnu/store", "/snap"];

/** The few things of `/etc` that programs cannot do without; never the folder. */
const settings = [
  ...["ld.so.cache", "ld.so.conf", "ld.so.conf.d", "ld.so.preload", "alternatives"],
  ...["passwd", "group", "nsswitch.conf", "host.conf", "hosts", "gai.conf"],
  ...["protocols", "services", "networks", "mime.types", "magic", "rpc", "ethertypes"],
  ...["ssl/certs", "ssl/openssl.cnf", "ssl/cert.pem", "pki/tls", "pki/ca-trust/extracted"],
  ...["ca-certificates", "crypto-policies", "static"],
  ...["localtime", "timezone", "locale.conf", "locale.alias", "default/locale"],
  ...["os-release", "lsb-release", "debian_version", "fedora-release", "redhat-release"],
  ...["alpine-release", "arch-release", "terminfo", "inputrc", "fonts", "perl", "R"],
  ...["java", "java-8-openjdk", "java-11-openjdk", "java-17-openjdk", "java-21-openjdk"],
  ...["python3", "python3.9", "python3.10", "python3.11", "python3.12", "python3.13"],
];

/** The arguments that show the system, read-only. */
export function systemArgs(): readonly string[] {
  const tops = merged.flatMap((name) => topArgs(`/${name}`));
  const shown = [...stores, ...settings.map((name) => `/etc/${name}`)].filter(existsSync);
  return [...shown.flatMap((path) => ["--ro-bind-try", path, path]), ...tops];
}

/** Whether a path is among what is shown anyway. */
export const isSystem = (path: string): boolean =>
  [...stores, ...merged.map((name) => `/${name}`)].some(
    (top) => path === top || path.startsWith(`${top}/`),
  );

/** How names are resolved where the network is the machine's own; often a link into `/run`. */
export const resolverArgs: readonly string[] = [
  "--ro-bind-try",
  "/etc/resolv.conf",
  "/etc/resolv.conf",
];

function topArgs(path: string): readonly string[] {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  return found.isSymbolicLink()
    ? ["--symlink", readlinkSync(path), path]
    : ["--ro-bind", path, path];
}
