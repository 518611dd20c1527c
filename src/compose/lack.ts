/** What a command lacks inside the sandbox, and which line of the portfolio gives it to it. */

/** Says what is missing by its name, and what to do; null where its output does not tell. */
export function lackOf(output: string, field: "network" | "setup_network"): string | null {
  const found = wants.find(({ sign }) => sign.test(output));
  if (found?.kind === "network")
    return (
      `it has no network there: write "${field}": "all", or the names of the hosts in a list, ` +
      "into the project's entry"
    );
  if (found === undefined) return null;
  const name = found.sign.exec(output)?.slice(1).find(Boolean) ?? "";
  return found.kind === "program"
    ? `${name} is not seen there: put its folder on the PATH that orch is started with, or let ` +
        '"setup_command" install it'
    : `${name} cannot be written there: only the project's own folder, HOME and TMPDIR can`;
}

const wants = [
  {
    kind: "network",
    sign: new RegExp(
      "ENOTFOUND|EAI_AGAIN|ENETUNREACH|getaddrinfo|Could not resolve|Temporary failure in name|" +
        "Network is unreachable|Name or service not known|dial tcp|failed to lookup address|" +
        "Failed to establish a new connection|dns error",
    ),
  },
  { kind: "program", sign: /(?:^|[\s:])([\w./+-]+): (?:command )?not found|env: '?([^':\s]+)/m },
  {
    kind: "place",
    sign: /(?:EROFS|Read-only file system).*?['"](\/[^'"]+)['"]|(\/[^\s:'"]+)['"]?: Read-only file/,
  },
] as const;
