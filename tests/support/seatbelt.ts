/** Reads a command line of `sandbox-exec` as macOS does: which rule holds for what. */

type Word = string | readonly Word[];

export interface Profile {
  readonly text: string;
  /** The program that is run under it. */
  readonly argv: readonly string[];
  /** Whether something may be done to a path; the last rule that matches says so. */
  allows(operation: string, path: string): boolean;
  /** The same of a socket's path (`unix-socket`), or an address (`ip`). */
  connects(kind: "unix-socket" | "ip", to: string): boolean;
}

/** Throws where the command line, or its profile, is not whole. */
export function readProfile(argv: readonly string[]): Profile {
  const [program, flag, text = "", ...rest] = argv;
  if (program !== "/usr/bin/sandbox-exec" || flag !== "-p") throw new Error(`not so: ${program}`);
  const parameters = new Map<string, string>();
  let at = 0;
  for (; rest[at] === "-D"; at += 2) {
    const [, name = "", value = ""] = /^([A-Z0-9]+)=(.*)$/s.exec(rest[at + 1] ?? "") ?? [];
    parameters.set(name, value);
  }
  if (rest[at] !== "--") throw new Error(`no program after ${rest[at]}`);
  const rules = parse(text).map((each) => {
    if (typeof each === "string") throw new Error(`a word among the rules: ${each}`);
    const operations = each.slice(1).filter((word) => typeof word === "string");
    const filters = each.slice(1).filter((word) => typeof word !== "string");
    return { action: String(each[0]), operations, filters };
  });
  const decide = (operation: string, matches: (filter: Word) => boolean): boolean => {
    const found = rules.findLast(
      ({ action, operations, filters }) =>
        action !== "version" &&
        operations.some((each) => covers(each, operation)) &&
        (filters.length === 0 || filters.some(matches)),
    );
    return found?.action === "allow";
  };
  const isOf = (path: string) => (filter: Word) => matchesPath(filter, path, parameters);
  return {
    text,
    argv: rest.slice(at + 1),
    allows: (operation, path) => decide(operation, isOf(path)),
    connects: (kind, to) =>
      decide("network-outbound", (filter) => {
        if (filter[0] !== "remote" || filter[1] !== kind) return false;
        const [wanted] = filter.slice(2);
        if (wanted === undefined) return true;
        return typeof wanted === "string" ? wanted === `"${to}"` : isOf(to)(wanted);
      }),
  };
}

const covers = (named: string, operation: string): boolean =>
  named === "default" ||
  named === operation ||
  (named.endsWith("*") && operation.startsWith(named.slice(0, -1)));

function matchesPath(filter: Word, path: string, parameters: Map<string, string>): boolean {
  const [kind, named] = filter;
  if (kind !== "subpath" && kind !== "literal" && kind !== "path-literal") return false;
  const value = textOf(named, parameters);
  if (path === value) return true;
  return kind === "subpath" && path.startsWith(`${value}/`);
}

function textOf(named: Word | undefined, parameters: Map<string, string>): string {
  if (typeof named === "string") return named.slice(1, -1);
  const value = parameters.get(String(named?.[1]).slice(1, -1));
  if (value === undefined) throw new Error(`no parameter is called ${String(named?.[1])}`);
  return value;
}

function parse(text: string): readonly Word[] {
  const stack: Word[][] = [[]];
  for (const [token] of text.matchAll(/\(|\)|#?"[^"]*"|[^\s()"]+/g)) {
    const open = stack.at(-1);
    if (token === "(") stack.push([]);
    else if (token === ")") stack.at(-2)?.push(stack.pop() ?? []);
    else open?.push(token);
  }
  const [all] = stack;
  if (stack.length !== 1 || all === undefined) throw new Error("brackets that do not match");
  return all;
}
