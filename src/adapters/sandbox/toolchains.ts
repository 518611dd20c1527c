/**
 * The environment of checks and workers. It starts empty: what is not named here does not pass.
 *
 * HOME and TMPDIR are private to each run, so each toolchain that keeps itself in the home is told
 * where it really is. What it downloads goes to folders of ours where the sandbox has a file view,
 * and else to those that the person's own builds share. Credentials never pass.
 */
import { isAbsolute, join } from "node:path";
import { registryEnv } from "./registries.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Toolchains' homes and where each is unless its variable says otherwise; the first that exists.
 */
const homes: Readonly<Record<string, readonly string[]>> = {
  CARGO_HOME: ["~/.cargo"],
  RUSTUP_HOME: ["~/.rustup"],
  PYENV_ROOT: ["~/.pyenv"],
  NVM_DIR: ["~/.nvm", "config:nvm"],
  FNM_DIR: ["data:fnm", "~/.fnm", "~/Library/Application Support/fnm"],
  NODENV_ROOT: ["~/.nodenv"],
  VOLTA_HOME: ["~/.volta"],
  COREPACK_HOME: ["cache:node/corepack"],
  PNPM_HOME: ["data:pnpm", "~/Library/pnpm"],
  BUN_INSTALL: ["~/.bun"],
  DENO_DIR: ["cache:deno"],
  GOPATH: ["~/go"],
  GOMODCACHE: [],
  GOROOT: [],
  GOCACHE: ["cache:go-build"],
  GOENV: ["config:go/env", "~/Library/Application Support/go/env"],
  JAVA_HOME: [],
  GRADLE_USER_HOME: ["~/.gradle"],
  SDKMAN_DIR: ["~/.sdkman"],
  DOTNET_ROOT: ["~/.dotnet"],
  NUGET_PACKAGES: ["~/.nuget/packages"],
  RBENV_ROOT: ["~/.rbenv"],
  GEM_HOME: [],
  BUNDLE_USER_CACHE: ["~/.bundle/cache"],
  COMPOSER_CACHE_DIR: ["cache:composer"],
  ASDF_DATA_DIR: ["~/.asdf"],
  ASDF_DIR: [],
  MISE_DATA_DIR: ["data:mise"],
  MISE_CONFIG_DIR: ["config:mise"],
  UV_CACHE_DIR: ["cache:uv"],
  UV_PYTHON_INSTALL_DIR: ["data:uv/python"],
  PIP_CACHE_DIR: ["cache:pip"],
  POETRY_CACHE_DIR: ["cache:pypoetry"],
  npm_config_cache: ["~/.npm"],
  YARN_CACHE_FOLDER: [],
  PLAYWRIGHT_BROWSERS_PATH: ["cache:ms-playwright"],
  PUPPETEER_CACHE_DIR: ["cache:puppeteer"],
  CYPRESS_CACHE_FOLDER: ["cache:Cypress"],
};

/** Caches that commands share even where the person has none: a private home would lose them. */
const kept = [
  ...["CARGO_HOME", "GOPATH", "GOCACHE", "npm_config_cache", "COREPACK_HOME", "DENO_DIR"],
  ...["UV_CACHE_DIR", "UV_PYTHON_INSTALL_DIR", "PIP_CACHE_DIR", "POETRY_CACHE_DIR"],
  ...["GRADLE_USER_HOME", "NUGET_PACKAGES", "COMPOSER_CACHE_DIR", "BUNDLE_USER_CACHE"],
  ...["PLAYWRIGHT_BROWSERS_PATH", "PUPPETEER_CACHE_DIR", "CYPRESS_CACHE_FOLDER"],
];

/** What builds change, and where downloads and tokens lie together. */
const filled = [
  ...["CARGO_HOME", "GOPATH", "GOMODCACHE", "GOCACHE", "npm_config_cache", "YARN_CACHE_FOLDER"],
  ...["UV_CACHE_DIR", "PIP_CACHE_DIR", "POETRY_CACHE_DIR", "DENO_DIR", "GRADLE_USER_HOME"],
  ...["NUGET_PACKAGES", "COMPOSER_CACHE_DIR", "BUNDLE_USER_CACHE"],
];

/** Folders of settings, which may hold more than settings. */
const settled = ["GOENV", "MISE_CONFIG_DIR"];

/** Choices of the person's that are neither folders nor secrets. */
const choices = [
  ...["LANG", "LC_ALL", "TZ", "USER", "LOGNAME", "LOCALE_ARCHIVE"],
  ...["PYENV_VERSION", "RBENV_VERSION", "NODENV_VERSION", "RUSTUP_TOOLCHAIN", "GOTOOLCHAIN"],
];

/**
 * Nobody watches and nobody can be asked; what is installed is neither littered with caches nor
 * hard-linked to a cache, where an agent's edit would reach all other projects.
 */
const unattended: Readonly<Record<string, string>> = {
  CI: "1",
  NO_COLOR: "1",
  TERM: "dumb",
  GIT_TERMINAL_PROMPT: "0",
  DEBIAN_FRONTEND: "noninteractive",
  PYTHONDONTWRITEBYTECODE: "1",
  PIP_DISABLE_PIP_VERSION_CHECK: "1",
  PIP_NO_INPUT: "1",
  UV_LINK_MODE: "copy",
  pnpm_config_package_import_method: "clone-or-copy",
  npm_config_audit: "false",
  npm_config_fund: "false",
  npm_config_update_notifier: "false",
  COREPACK_ENABLE_DOWNLOAD_PROMPT: "0",
  DOTNET_CLI_TELEMETRY_OPTOUT: "1",
};

/** Answers the environment of checks and workers, without HOME and TMPDIR. */
export function toolchainEnv(around: Surroundings): Record<string, string> {
  return {
    LANG: "C.UTF-8",
    ...unattended,
    ...chosen(around.env, choices),
    ...homesOf(around),
    ...registryEnv(around),
    PATH: searchPath(around.env["PATH"]),
  };
}

/** How this machine reaches the network: proxies, and whom it trusts. */
const network = [
  ...["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"],
  ...["http_proxy", "https_proxy", "all_proxy", "no_proxy"],
  ...["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR", "NIX_SSL_CERT_FILE"],
  ...["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT", "GIT_SSL_CAINFO", "CARGO_HTTP_CAINFO"],
  ...["npm_config_cafile", "DENO_CERT"],
];

/**
 * Answers what only set-up commands get besides: a proxy's address may hold a password, and checks
 * and workers are not promised a network.
 */
export function networkEnv(env: Surroundings["env"]): Record<string, string> {
  return chosen(env, network);
}

/** Answers those of `names` that are set, empty ones left out. */
export function chosen(env: Surroundings["env"], names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name];
      return value === undefined || value === "" ? [] : [[name, value]];
    }),
  );
}

/**
 * Answers what of the person's toolchains is programs: folders that a sandbox may show, read-only.
 * The search path is not among them.
 */
export function toolchainFolders(around: Surroundings): readonly string[] {
  const found = Object.entries(homesOf(around)).filter(
    ([name, folder]) =>
      !filled.includes(name) && !settled.includes(name) && !folder.startsWith(around.caches),
  );
  return [...new Set(found.map(([, folder]) => folder))].filter(around.exists);
}

function homesOf({ env, home, exists, caches, apart }: Surroundings): Record<string, string> {
  const base = (variable: string, fallback: string): string =>
    env[variable] || join(home, fallback);
  const bases: Readonly<Record<string, string>> = {
    "~/": home,
    "cache:": base("XDG_CACHE_HOME", ".cache"),
    "config:": base("XDG_CONFIG_HOME", ".config"),
    "data:": base("XDG_DATA_HOME", ".local/share"),
  };
  const placeOf = (place: string): string => {
    const [prefix = "", folder = ""] =
      Object.entries(bases).find(([each]) => place.startsWith(each)) ?? [];
    return join(folder, place.slice(prefix.length));
  };
  const fallback = (name: string): string | undefined =>
    kept.includes(name) ? join(caches, name.toLowerCase()) : undefined;
  const found = Object.entries(homes).flatMap(([name, places]) => {
    if (apart && filled.includes(name)) {
      const isWanted = kept.includes(name) || env[name];
      return isWanted ? [[name, join(caches, name.toLowerCase())]] : [];
    }
    if (apart && settled.includes(name)) return [];
    const place = env[name] || places.map(placeOf).find(exists) || fallback(name);
    return place === undefined ? [] : [[name, place]];
  });
  return Object.fromEntries(found);
}

/** A relative entry would run programs of whatever folder a command is in. */
function searchPath(path: string | undefined): string {
  const entries = (path ?? "").split(":").filter(isAbsolute);
  return entries.length === 0 ? "/usr/local/bin:/usr/bin:/bin" : entries.join(":");
}
