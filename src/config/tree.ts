/** A JSONC text with the place of everything in it. */
import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";

export type Path = readonly (string | number)[];

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Something wrong at a place of the text, counted in characters from its beginning. */
export interface Finding {
  readonly offset: number;
  readonly path: Path;
  readonly what: string;
  readonly hint: string;
}

export interface Tree {
  readonly value: unknown;
  /** Where the value at `path` begins; for one that is missing, what should hold it. */
  offsetOf(path: Path): number;
  /** Where the name of a key of the object at `path` begins. */
  offsetOfKey(path: Path, key: string): number;
  has(path: Path): boolean;
}

/** Line and column, both from 1, of a character of `text`. */
export function placeOf(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  return {
    line: before.split("\n").length,
    column: offset - before.lastIndexOf("\n"),
  };
}

/** Writes a path as `projects[0].max_workers`. */
export const pathText = (path: Path): string =>
  path.reduce<string>(
    (sum, step) =>
      typeof step === "number" ? `${sum}[${step}]` : sum === "" ? step : `${sum}.${step}`,
    "",
  );

/**
 * Reads JSON with comments and trailing commas; answers what is wrong with its syntax, if anything
 * is.
 */
export function readTree(
  text: string,
):
  | { readonly kind: "read"; readonly tree: Tree }
  | { readonly kind: "broken"; readonly findings: readonly Finding[] } {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const findings = errors.map(syntaxFinding);
  if (root !== undefined) findings.push(...repeatedKeys(root, []));
  if (root === undefined && findings.length === 0) findings.push(emptyFinding);
  if (root === undefined || findings.length > 0) return { kind: "broken", findings };
  const nodeAt = (path: Path): Node | undefined => findNodeAtLocation(root, [...path]);
  const tree: Tree = {
    value: getNodeValue(root),
    has: (path) => nodeAt(path) !== undefined,
    offsetOf: (path) => nodeAt(path)?.offset ?? nodeAt(path.slice(0, -1))?.offset ?? root.offset,
    offsetOfKey: (path, key) =>
      keysOf(nodeAt(path)).find((node) => node.value === key)?.offset ?? tree.offsetOf(path),
  };
  return { kind: "read", tree };
}

const keysOf = (node: Node | undefined): readonly Node[] =>
  node?.type === "object"
    ? (node.children ?? []).flatMap((property) => property.children?.slice(0, 1) ?? [])
    : [];

/** JSON lets the last of two equal keys win in silence; a person who wrote both wants to know. */
function repeatedKeys(node: Node, path: Path): readonly Finding[] {
  const seen = new Set<unknown>();
  const here = keysOf(node).flatMap((key): readonly Finding[] => {
    if (!seen.has(key.value)) {
      seen.add(key.value);
      return [];
    }
    const at = [...path, String(key.value)];
    return [{ offset: key.offset, path: at, what: "is written twice", hint: "keep one of them" }];
  });
  const below = (node.children ?? []).flatMap((child, index) => {
    if (node.type === "array") return repeatedKeys(child, [...path, index]);
    const [key, value] = child.children ?? [];
    return value === undefined ? [] : repeatedKeys(value, [...path, String(key?.value)]);
  });
  return [...here, ...below];
}

const emptyFinding: Finding = {
  offset: 0,
  path: [],
  what: "the file is empty",
  hint: 'begin with { "projects": [] }',
};

// The library's codes are a `const enum`, which a module built alone cannot read: hence their
// names.
const syntaxWords: Readonly<Record<string, string>> = {
  CommaExpected: "a comma is missing before this",
  ColonExpected: "a colon is missing before this",
  PropertyNameExpected: 'a field name in "double quotes" is expected here',
  ValueExpected: "a value is expected here",
  CloseBraceExpected: 'a closing "}" is missing',
  CloseBracketExpected: 'a closing "]" is missing',
  EndOfFileExpected: "the file goes on after its end",
  UnexpectedEndOfComment: 'a comment is not closed by "*/"',
  UnexpectedEndOfString: "a text is not closed by a double quote",
  UnexpectedEndOfNumber: "this is not a number in JSON",
  InvalidNumberFormat: "this is not a number in JSON",
  InvalidSymbol: 'this is not JSON; texts stand in "double quotes"',
  InvalidCharacter: "this character must be escaped",
  InvalidEscapeCharacter: 'this escape is unknown; a "\\" is written "\\\\"',
};

const syntaxFinding = (error: ParseError): Finding => ({
  offset: error.offset,
  path: [],
  what: syntaxWords[printParseErrorCode(error.error)] ?? printParseErrorCode(error.error),
  hint: "",
});
