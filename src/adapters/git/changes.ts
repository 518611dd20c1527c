/** What one tree changes of another. */
import type { FileChange } from "../../core/change.ts";
import { knownTree } from "./commits.ts";
import { openFacts, type Subject } from "./facts.ts";
import { type GitCall, gitOut } from "./git.ts";
import { nulSplit, type RawPath, shown } from "./paths.ts";

/** One line of git's raw diff. */
export interface RawChange {
  readonly path: RawPath;
  /** Where a renamed file was. */
  readonly from: RawPath | null;
  readonly status: string;
  readonly oldMode: string;
  readonly mode: string;
  readonly blob: string;
}

export interface Span {
  readonly gitDir: string;
  readonly from: string;
  readonly to: string;
  /** Compares this folder alone (ends in a slash) and makes paths relative to it. */
  readonly within?: string;
  /** Compares what this pathspec matches alone. */
  readonly only?: string;
}

/** Lists what changes between two trees, without looking for renames. */
export async function rawChanges(span: Span, signal: AbortSignal): Promise<readonly RawChange[]> {
  if (span.from === span.to) return [];
  return (await compared(span, plain, signal)).raw;
}

/** A rename is one path that goes and another that comes. */
function withoutRename(change: RawChange): readonly RawChange[] {
  const { from, oldMode, blob } = change;
  if (from === null) return [change];
  const gone = { status: "D", mode: "000000", blob: blob.replace(/./g, "0") };
  return [
    { ...gone, path: from, from: null, oldMode },
    { ...change, from: null, status: "A", oldMode: "000000" },
  ];
}

/** Lists what changes between two trees, renames told, as raw lines. */
export async function rawRenames(span: Span, signal: AbortSignal): Promise<readonly RawChange[]> {
  return (await compared(span, ["--raw", "-M"], signal)).raw;
}

/** Lists what changes between two trees for people. */
export async function fileChanges(span: Span, signal: AbortSignal): Promise<FileChange[]> {
  const { raw, lines } = await compared(span, forPeople, signal);
  comparisons.learn(subjectOf(span, plain), { raw: raw.flatMap(withoutRename), lines: new Map() });
  return raw.map((change) => ({
    path: shown(change.path),
    status: statusOf(change.status),
    from: change.from === null ? null : shown(change.from),
    added: lines.get(change.path)?.added ?? null,
    deleted: lines.get(change.path)?.deleted ?? null,
  }));
}

/** The call that compares two trees, with nothing of the repository's own running. */
export function diffCall(span: Span, format: readonly string[]): GitCall {
  const relative =
    span.within === undefined || span.within === "" ? [] : [`--relative=${span.within}`];
  const quiet = ["--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=none"];
  return {
    gitDir: span.gitDir,
    args: [
      ...["diff-tree", "-r", "-z", ...format, ...quiet, ...relative],
      ...["--end-of-options", span.from, span.to],
      ...(span.only === undefined ? [] : ["--", span.only]),
    ],
  };
}

const plain = ["--raw", "--no-renames"] as const;
const forPeople = ["--raw", "--numstat", "-M"] as const;

/** One change is looked at by the judge, the merge and the landing, one after the other. */
const comparisons = openFacts<Compared>({ max: 128, keeps: ({ raw }) => raw.length <= 1_000 });

/** Commits compare as their trees; what is a binary file may be each repository's own opinion. */
const subjectOf = (
  { gitDir, from, to, within, only }: Span,
  format: readonly string[],
): Subject => ({
  ids: [knownTree(from), knownTree(to)],
  asked: [format.includes("--numstat") ? gitDir : "", within || undefined, only, ...format],
});

function compared(span: Span, format: readonly string[], signal: AbortSignal): Promise<Compared> {
  const ask = async () => parsed(await gitOut(diffCall(span, format), signal));
  return comparisons.of(subjectOf(span, format), ask);
}

interface Compared {
  readonly raw: readonly RawChange[];
  readonly lines: ReadonlyMap<RawPath, Lines>;
}

interface Lines {
  readonly added: number | null;
  readonly deleted: number | null;
}

function parsed(output: Buffer): Compared {
  const fields = nulSplit(output);
  const raw: RawChange[] = [];
  const lines = new Map<string, Lines>();
  let at = 0;
  const next = (): string => fields[at++] ?? "";
  while (at < fields.length) {
    const field = next();
    if (field.startsWith(":")) {
      const [oldMode = "", mode = "", , blob = "", status = ""] = field.slice(1).split(" ");
      const first = next();
      const renamed = status.startsWith("R") || status.startsWith("C");
      raw.push({
        path: renamed ? next() : first,
        from: renamed ? first : null,
        status,
        oldMode,
        mode,
        blob,
      });
    } else {
      const [added = "-", deleted = "-", path = ""] = splitTabs(field);
      if (path === "") next();
      lines.set(path === "" ? next() : path, { added: countOf(added), deleted: countOf(deleted) });
    }
  }
  return { raw, lines };
}

/** The path, which is last, may hold tabs itself. */
function splitTabs(field: string): string[] {
  const [added = "", deleted = "", ...path] = field.split("\t");
  return [added, deleted, path.join("\t")];
}

const countOf = (text: string): number | null => (text === "-" ? null : Number(text));

function statusOf(letter: string): FileChange["status"] {
  switch (letter.charAt(0)) {
    case "A":
    case "C":
      return "added";
    case "D":
      return "deleted";
    case "R":
      return "renamed";
    case "T":
      return "typechanged";
    default:
      return "modified";
  }
}
