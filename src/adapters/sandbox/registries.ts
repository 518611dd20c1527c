/** Where packages come from, without the keys to it. */
import { join } from "node:path";
import type { Surroundings } from "./surroundings.ts";

/** Variables that hold addresses; lists too. */
const addresses = [
  ...["npm_config_registry", "NPM_CONFIG_REGISTRY", "YARN_NPM_REGISTRY_SERVER", "YARN_REGISTRY"],
  ...["BUN_CONFIG_REGISTRY", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"],
  ...["UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX_URL", "UV_INDEX"],
  ...["GOPROXY", "GOSUMDB", "GONOSUMDB", "GONOPROXY", "GOPRIVATE"],
];

/** Names, then the settings that say the same: the person's files, which the private home lacks. */
const files = [
  { name: "npm_config_registry", at: [".npmrc"], line: /^\s*registry\s*=\s*(\S+)/m },
  {
    name: "PIP_INDEX_URL",
    at: [".config/pip/pip.conf", ".pip/pip.conf"],
    line: pipLine("index-url"),
  },
  {
    name: "PIP_EXTRA_INDEX_URL",
    at: [".config/pip/pip.conf", ".pip/pip.conf"],
    line: pipLine("extra-index-url"),
  },
] as const;

/**
 * Answers the registries in use, from the environment or the person's settings. User names and
 * passwords in addresses are left out; tokens are never read.
 */
export function registryEnv({ env, home, read }: Surroundings): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { name, at, line } of files) {
    for (const file of at) {
      const value = line.exec(read(join(home, file)) ?? "")?.[1];
      if (value !== undefined) found[name] ??= withoutKeys(value.replace(/^["']|["']$/g, ""));
    }
  }
  for (const name of addresses) {
    const value = env[name];
    if (value === undefined || value === "") continue;
    found[name === "NPM_CONFIG_REGISTRY" ? "npm_config_registry" : name] = withoutKeys(value);
  }
  return found;
}

function pipLine(setting: string): RegExp {
  return new RegExp(`^\\s*${setting}\\s*=\\s*(\\S+)`, "m");
}

/** `https://me:secret@host/` → `https://host/`, in lists as well. */
function withoutKeys(addresses: string): string {
  return addresses.replace(/(:\/\/)[^/\s,|@]*(?:@[^/\s,|@]*)*@/g, "$1");
}
