/** Which hosts a project's set-up fetches from, as its lockfiles and settings say. */
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Reach } from "../../core/reach.ts";
import { setupOf } from "./setup.ts";

/** What a set-up is to reach, and why, in words. */
export interface Fetching {
  readonly reach: Reach;
  readonly why: string;
}

interface Kind {
  readonly name: string;
  /** How a set-up command begins that is of this kind. */
  readonly command: RegExp;
  readonly hosts: readonly string[];
}

const kinds: readonly Kind[] = [
  { name: "npm", command: /^(npm|pnpm|bun)\b/, hosts: ["registry.npmjs.org"] },
  { name: "yarn", command: /^yarn\b/, hosts: ["registry.npmjs.org", "registry.yarnpkg.com"] },
  {
    name: "Python",
    command: /^(uv|poetry|pipenv|pip3?|python3?)\b/,
    hosts: ["pypi.org", "files.pythonhosted.org"],
  },
  { name: "Cargo", command: /^cargo\b/, hosts: ["index.crates.io", "static.crates.io"] },
  { name: "Go", command: /^go\b/, hosts: ["proxy.golang.org", "sum.golang.org"] },
];

/** Settings of package managers that may name a registry; what is not there says nothing. */
const settings = [".npmrc", ".yarnrc", ".yarnrc.yml", "bunfig.toml", "pip.conf", "uv.toml"];
const more = [
  "package.json",
  ".cargo/config.toml",
  "pyproject.toml",
  "requirements.txt",
  "Pipfile",
];

/** Finds what the set-up of a project's folder fetches; null where nothing is installed. */
export async function fetchingOf(path: string, given: string | null): Promise<Fetching | null> {
  const setup = await setupOf({ top: path, project: path }, null);
  const command = given ?? setup?.command ?? null;
  if (command === null) return null;
  const found = commandsIn(command).map((each) => kinds.find((kind) => kind.command.test(each)));
  const known = found.filter((each) => each !== undefined);
  if (known.length < found.length)
    return { reach: "all", why: `nothing is known of where \`${command}\` fetches from` };
  const names = [...new Set([...(setup?.inputs ?? []), ...settings, ...more])];
  const texts = await Promise.all(names.map((each) => textOf(join(path, each))));
  const urls = texts.flatMap((text, at) => urlsIn(names[at] ?? "", text));
  const hosts = urls.map(hostOf);
  const odd = urls[hosts.indexOf(null)];
  if (odd !== undefined)
    return { reach: "all", why: "some of it comes from where no list of hosts leads: git, a port" };
  const reach = [...known.flatMap((each) => each.hosts), ...hosts.filter((each) => each !== null)];
  const of = [...new Set(known.map(({ name }) => name))].join(" and ");
  return { reach: [...new Set(reach)], why: `where ${of} and this project's files fetch from` };
}

/** The commands of a line, without folders to go to and variables ahead of them. */
const commandsIn = (line: string): readonly string[] =>
  line
    .split(/&&|;|\|\|/)
    .map((each) => each.replace(/[()]/g, "").trim())
    .map((each) => each.replace(/^([A-Z_]+=\S+\s+)+/, "").replace(/^\S*\/(?=pip|python)/, ""))
    .filter((each) => each !== "" && !/^cd\b/.test(each));

const textOf = (file: string): Promise<string> =>
  access(file).then(
    () => readFile(file, "utf8").catch(() => ""),
    () => "",
  );

/** Lines that name a place to fetch from; others hold links for people. */
const places =
  /"resolved"|^\s*resolved |tarball:|registry|index|^\s*url\s*=|source|git\s*[=+]|@\s*(git\+|https?:)/i;
const address = /(?:git\+(?:ssh|https?)|git|ssh|https?):\/\/[^\s"'#,;)}\]>]+|git@[^\s"']+/g;

/** Fields of a manifest that hold links for people, and places where others fetch from. */
const links =
  /^\s*"?(homepage|source|source code|repository|documentation|issues|changelog)"?\s*=/i;

function urlsIn(name: string, text: string): readonly string[] {
  if (name.endsWith("package.json")) return oddDependencies(text);
  return text
    .split("\n")
    .filter((line) => places.test(line) && !(name.endsWith(".toml") && links.test(line)))
    .flatMap((line) => line.match(address) ?? []);
}

/** What a manifest wants from elsewhere than a registry. */
function oddDependencies(text: string): readonly string[] {
  const wanted = /"[^"]+"\s*:\s*"((?:git\+|git:|github:|gitlab:|bitbucket:|ssh:)[^"]+)"/g;
  const [, dependencies = ""] = /ependencies"\s*:\s*\{([\s\S]*)$/.exec(text) ?? [];
  return [...dependencies.matchAll(wanted)]
    .filter(([all]) => !all.startsWith('"url"'))
    .map(([, each = ""]) => each);
}

/** The host of an address that a list of hosts can open; null where none can. */
function hostOf(text: string): string | null {
  const plain = text.replace(/^registry\+/, "");
  if (!/^https?:/.test(plain) || !URL.canParse(plain)) return null;
  const { hostname, port } = new URL(plain);
  const isName = /^[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}$/.test(hostname);
  return isName && port === "" ? hostname : null;
}
