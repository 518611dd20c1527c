/** What everybody in macOS's own sandbox may do, whatever they were given. */

/**
 * Read-only: programs, and what the system's libraries read. Never all of `/System`, below which
 * people's files have a second name, nor all of `/etc`.
 */
const shown = [
  ...["/usr", "/bin", "/sbin", "/System/Library", "/System/iOSSupport", "/System/Cryptexes"],
  ...["/System/Volumes/Preboot/Cryptexes", "/Library/Apple", "/Library/Frameworks"],
  ...["/Library/Java", "/Library/Developer", "/Applications/Xcode.app", "/nix/store"],
  ...["/run/current-system/sw", "/private/var/select", "/private/var/db/timezone"],
  ...["/private/var/db/xcode_select_link", "/private/var/db/dyld", "/private/var/run/resolv.conf"],
  ...["/private/etc/passwd", "/private/etc/group", "/private/etc/hosts", "/private/etc/services"],
  ...["/private/etc/protocols", "/private/etc/localtime", "/private/etc/shells"],
  ...["/private/etc/ssl", "/private/etc/profile", "/private/etc/bashrc", "/private/etc/zshenv"],
  ...["/private/etc/zprofile", "/private/etc/zshrc", "/private/etc/paths", "/private/etc/paths.d"],
  ...["/private/etc/resolv.conf", "/private/etc/manpaths", "/private/etc/manpaths.d"],
];

/** Links and folders on the way there, of which no more can be learnt than that they are. */
const passed = [
  ...["/etc", "/tmp", "/var", "/private", "/private/etc", "/private/tmp", "/private/var"],
  ...["/private/var/tmp", "/private/var/db", "/private/var/run", "/private/var/folders"],
  ...["/System", "/System/Volumes", "/System/Volumes/Preboot", "/Library", "/Applications"],
  ...["/Users", "/opt", "/Volumes", "/nix", "/run", "/dev"],
];

/** Devices that hold nothing of anybody's. */
const devices = ["null", "zero", "random", "urandom", "dtracehelper", "autofs_nowait", "ptmx"];

/** Sysctls about the machine. Not `kern.procargs2`: it tells other processes' environments. */
const sysctls = [
  ...["argmax", "bootargs", "boottime", "hostname", "iossupportversion", "maxfiles"],
  ...["maxfilesperproc", "maxproc", "ngroups", "osproductversion", "osrelease", "ostype"],
  ...["osvariant_status", "osversion", "secure_kernel", "tcsm_available", "tcsm_enable"],
  ...["usrstack64", "version", "willshutdown"],
].map((name) => `kern.${name}`);
const sysctlFamilies = [
  ...["hw.", "machdep.cpu.", "machdep.ptrauth_enabled", "vm.", "sysctl.proc_", "net.routetable."],
  ...["security.mac.lockdown_mode_state", "kern.proc.pgrp.", "kern.proc.pid."],
];

/**
 * System services: users and groups, notifications, logs. Not the keychain, preferences,
 * pasteboard, or what opens programs outside.
 */
const services = [
  ...["com.apple.system.opendirectoryd.libinfo", "com.apple.system.opendirectoryd.membership"],
  ...["com.apple.system.notification_center", "com.apple.system.logger", "com.apple.logd"],
  ...["com.apple.bsd.dirhelper", "com.apple.PowerManagement.control"],
];

/** Names of hosts, and whom the system trusts: of use with the machine's network only. */
const networkServices = [
  ...["com.apple.SystemConfiguration.configd", "com.apple.SystemConfiguration.DNSConfiguration"],
  ...["com.apple.dnssd.service", "com.apple.trustd.agent", "com.apple.trustd"],
];

const each = (filter: string, values: readonly string[]): string =>
  values.map((value) => `(${filter} "${value}")`).join(" ");

/** The rules of everybody, in macOS's profile language; a later rule wins over an earlier one. */
export const systemRules: readonly string[] = [
  "(version 1)",
  "(deny default)",
  "(allow process-exec process-fork)",
  ...["process-info*", "signal", "mach-priv-task-port"].map(
    (what) => `(allow ${what} (target same-sandbox))`,
  ),
  "(allow file-map-executable)", // of what can be read
  `(allow file-read* (literal "/") ${each("subpath", shown)})`,
  `(allow file-read-metadata ${each("literal", passed)})`,
  `(allow file-read* file-write-data file-ioctl ${each("literal", devices.map(device))})`,
  '(allow file-read* file-write-data (subpath "/dev/fd"))',
  `(allow file-read-metadata ${each("literal", ["stdin", "stdout", "stderr", "tty"].map(device))})`,
  "(allow pseudo-tty)",
  // terminals of its own; the person's have no such mark
  '(allow file-read* file-write* file-ioctl (require-all (regex #"^/dev/ttys[0-9]+$") ' +
    '(extension "com.apple.sandbox.pty")))',
  `(allow sysctl-read ${each("sysctl-name", sysctls)})`,
  `(allow sysctl-read ${each("sysctl-name-prefix", sysctlFamilies)})`,
  '(allow sysctl-write (sysctl-name "kern.tcsm_enable"))',
  `(allow mach-lookup ${each("global-name", services)})`,
  "(allow ipc-posix-sem ipc-posix-shm)",
  "(allow iokit-get-properties)",
  '(allow iokit-open (iokit-registry-entry-class "RootDomainUserClient"))',
];

/**
 * The rules of whoever reaches what the machine reaches. Not the sockets of other programs: some
 * of those do whatever they are asked. One of them tells the addresses of hosts.
 */
export const openNetworkRules: readonly string[] = [
  "(allow network* system-socket)",
  "(deny network-outbound (remote unix-socket))",
  '(allow network-outbound (remote unix-socket (path-literal "/private/var/run/mDNSResponder")))',
  `(allow mach-lookup ${each("global-name", networkServices)})`,
];

function device(name: string): string {
  return `/dev/${name}`;
}
