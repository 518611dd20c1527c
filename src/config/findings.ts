/** Turns what the schema says of a file into words that a person can act on. */
import type { z } from "zod";
import { closest } from "../core/suggest.ts";
import { noteOf, unitOf } from "./field-note.ts";
import { promptsShape } from "./fields.ts";
import { portfolioSchema, projectSchema } from "./schema.ts";
import type { Finding, Path, Tree } from "./tree.ts";

type Issue = z.core.$ZodIssue;

/** Longest value that an error repeats, in characters. */
const shownMax = 60;

/** What is wrong in a file by the schema's rules, each at its place. */
export function findingsOf(issues: readonly Issue[], tree: Tree): readonly Finding[] {
  return issues.flatMap(nearest).flatMap((issue) => {
    const path = stepsOf(issue.path);
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) => unknownField(path, key, tree));
    const { what, hint } = wordsOf(issue, path, tree);
    return [{ offset: tree.offsetOf(path), path, what, hint }];
  });
}

/** Of the ways to be right, what keeps a value from the one that it is nearest to. */
function nearest(issue: Issue): readonly Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const depth = (way: readonly Issue[]): number =>
    Math.max(0, ...way.map(({ path }) => path.length));
  const way = issue.errors.toSorted((a, b) => depth(b) - depth(a))[0] ?? [];
  return way.map((each) => ({ ...each, path: [...issue.path, ...each.path] }));
}

const stepsOf = (path: readonly PropertyKey[]): Path =>
  path.map((step) => (typeof step === "number" ? step : String(step)));

function unknownField(path: Path, key: string, tree: Tree): Finding {
  const known = fieldsAt(path);
  const meant = closest(key, known);
  const elsewhere = otherLevel(path, key);
  const did = meant === null ? "" : `; did you mean "${meant}"?`;
  return {
    offset: tree.offsetOfKey(path, key),
    path: [...path, key],
    what: `unknown field${did}`,
    hint: elsewhere ?? (meant === null ? `the fields here are ${known.join(", ")}` : ""),
  };
}

const fieldsAt = (path: Path): readonly string[] =>
  path.length === 0
    ? Object.keys(portfolioSchema.shape)
    : path.length === 2
      ? Object.keys(projectSchema.shape)
      : Object.keys(promptsShape);

/**
 * A field of a project written at the top, or the other way round, is the commonest slip of all.
 */
function otherLevel(path: Path, key: string): string | null {
  if (path.length === 0 && key in projectSchema.shape) return "it belongs into a project";
  if (path.length === 2 && key in portfolioSchema.shape)
    return "it belongs to the portfolio, beside projects";
  return null;
}

function wordsOf(issue: Issue, path: Path, tree: Tree): { what: string; hint: string } {
  const { unit, hint } = noteOf(path);
  const given = valueAt(tree.value, path);
  const words = (what: string, more = hint ?? "") => ({ what, hint: more });
  if (!tree.has(path) && path.length > 0) return words("is missing");
  switch (issue.code) {
    case "invalid_type":
      return words(`must be ${typeWords(issue.expected)}, is ${shown(given)}`);
    case "too_small":
      return words(
        issue.origin === "string"
          ? "must not be empty"
          : `must be at least ${amount(issue.minimum, unit)}, is ${shown(given)}`,
      );
    case "too_big":
      return words(tooBig(issue, unit, given));
    case "invalid_value":
      return words(...choice(issue.values.map(String).filter(isFirstSpelling), given));
    default:
      // What carries a message of its own: patterns and refinements.
      return words(
        isSelfContained(issue.message) ? issue.message : `${shown(given)} ${issue.message}`,
      );
  }
}

const isSelfContained = (message: string): boolean => !/^(?:is|must) /.test(message);

function tooBig(
  issue: Extract<Issue, { code: "too_big" }>,
  unit: string | null,
  given: unknown,
): string {
  if (issue.origin === "string") return `must have at most ${issue.maximum} characters`;
  if (issue.origin === "array") return `must have at most ${issue.maximum} entries`;
  return `must be at most ${amount(issue.maximum, unit)}, is ${shown(given)}`;
}

/** The log levels may be written in either case; one of them is enough to tell. */
const isFirstSpelling = (value: string, index: number, all: readonly string[]): boolean =>
  all.findIndex((other) => other.toLowerCase() === value.toLowerCase()) === index;

function choice(values: readonly string[], given: unknown): [what: string, hint: string] {
  if (given === "github_issues")
    return [
      '"github_issues" cannot be used yet',
      'use "claude_md", "backlog_file" or "manual" until it can',
    ];
  const meant = typeof given === "string" ? closest(given, values) : null;
  return [
    `${shown(given)} is not one of ${values.join(", ")}`,
    meant === null ? "" : `did you mean "${meant}"?`,
  ];
}

function typeWords(expected: string): string {
  switch (expected) {
    case "int":
      return "a whole number";
    case "string":
      return "a text in double quotes";
    case "boolean":
      return "true or false";
    case "array":
      return "a list in [ ]";
    case "object":
      return "an object in { }";
    default:
      return `a ${expected}`;
  }
}

const amount = (count: number | bigint, unit: string | null): string =>
  unit === null ? String(count) : `${count} ${unitOf(count, unit)}`;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= shownMax ? text : `${text.slice(0, shownMax)}…`;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    // Steps come from the schema's own issues: whatever is no object simply has no such key.
    (sum, step) => (typeof sum === "object" && sum !== null ? Reflect.get(sum, step) : undefined),
    value,
  );
}
