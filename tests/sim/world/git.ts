/** A small model of git: commits with trees, references, and what can be asked of them. */
import type { FileChange } from "../../../src/core/change.ts";
import {
  type CommitSha,
  commitSha,
  type TaskId,
  type TreeSha,
  treeSha,
} from "../../../src/core/ids.ts";

/** Files by path. */
export type Tree = ReadonlyMap<string, string>;

export interface Commit {
  readonly id: CommitSha;
  readonly tree: TreeSha;
  readonly parents: readonly CommitSha[];
  /** The task that its message says it lands. */
  readonly task: TaskId | null;
  /** The commit that its message says it reverts. */
  readonly reverts: CommitSha | null;
}

export interface Git {
  /** The head of the branch. */
  head: CommitSha;
  fence: number;
  /**
   * What keeps commits from being collected: `attempts/<task>/<n>`, `rescue/…`, `merged/<task>`.
   */
  readonly refs: Map<string, CommitSha>;
  writeTree(files: Tree): TreeSha;
  tree(id: TreeSha): Tree;
  /** The same key gives the same commit, as the same content does in git. */
  commit(key: string, made: Omit<Commit, "id">): Commit;
  find(id: CommitSha): Commit;
  has(id: CommitSha, of: CommitSha): boolean;
  /** Commits of the branch, in no order. */
  history(): ReadonlySet<CommitSha>;
  /** A task's landing that the branch has and that was not reverted. */
  landings(task: TaskId): readonly CommitSha[];
}

/** Begins a repository with one commit of these files. */
export function openGit(files: Readonly<Record<string, string>>): Git {
  const trees = new Map<TreeSha, Tree>();
  const treeIds = new Map<string, TreeSha>();
  const commits = new Map<CommitSha, Commit>();
  const commitIds = new Map<string, CommitSha>();
  const histories = new Map<CommitSha, ReadonlySet<CommitSha>>();
  const find = (id: CommitSha): Commit => {
    const found = commits.get(id);
    if (found === undefined) throw new Error(`no commit ${id}`);
    return found;
  };
  const historyOf = (id: CommitSha): ReadonlySet<CommitSha> => {
    const known = histories.get(id);
    if (known !== undefined) return known;
    const all = new Set([id]);
    for (const parent of find(id).parents) for (const each of historyOf(parent)) all.add(each);
    histories.set(id, all);
    return all;
  };
  const git: Git = {
    head: commitSha("0".repeat(40)),
    fence: 0,
    refs: new Map(),
    writeTree(tree) {
      const sorted = [...tree].sort(([a], [b]) => (a < b ? -1 : 1));
      const key = JSON.stringify(sorted);
      const known = treeIds.get(key);
      if (known !== undefined) return known;
      const id = treeSha(idOf("7", treeIds.size + 1));
      treeIds.set(key, id);
      trees.set(id, new Map(sorted));
      return id;
    },
    tree(id) {
      const found = trees.get(id);
      if (found === undefined) throw new Error(`no tree ${id}`);
      return found;
    },
    commit(key, made) {
      const known = commitIds.get(key);
      if (known !== undefined) return find(known);
      const id = commitSha(idOf("c", commitIds.size + 1));
      commitIds.set(key, id);
      const commit = { ...made, id };
      commits.set(id, commit);
      return commit;
    },
    find,
    has: (id, of) => historyOf(of).has(id),
    history: () => historyOf(git.head),
    landings(task) {
      const there = [...historyOf(git.head)].map(find);
      const reverted = new Set(there.map(({ reverts }) => reverts));
      return there.filter((each) => each.task === task && !reverted.has(each.id)).map((c) => c.id);
    },
  };
  const tree = git.writeTree(new Map(Object.entries(files)));
  git.head = git.commit("root", { tree, parents: [], task: null, reverts: null }).id;
  return git;
}

/** The last digits tell things apart, so that short forms do as well. */
const idOf = (kind: string, number: number): string =>
  `${number.toString(16).padStart(11, "0")}${kind.repeat(29)}`;

/** What `to` changes of `from`. */
export function changesBetween(from: Tree, to: Tree): FileChange[] {
  const paths = [...new Set([...from.keys(), ...to.keys()])].sort();
  return paths.flatMap((path): FileChange[] => {
    const [before, after] = [from.get(path), to.get(path)];
    if (before === after) return [];
    const status =
      before === undefined ? "added" : after === undefined ? "deleted" : ("modified" as const);
    return [{ path, status, from: null, ...countOf(linesOf(before), linesOf(after)) }];
  });
}

/** A text's lines; none where there is no text. */
export const linesOf = (text: string | undefined): string[] =>
  text === undefined ? [] : text.replace(/\n$/, "").split("\n");

/** Lines that are left of both when what they have in common at both ends is taken away. */
function countOf(before: string[], after: string[]): { added: number; deleted: number } {
  let head = 0;
  while (head < Math.min(before.length, after.length) && before[head] === after[head]) head += 1;
  let tail = 0;
  const shorter = Math.min(before.length, after.length) - head;
  while (tail < shorter && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return { added: after.length - head - tail, deleted: before.length - head - tail };
}

export interface Merged {
  readonly tree: Tree;
  /**
   * Paths that both sides changed; `tree` holds them with markers, or as the side that has them.
   */
  readonly conflicted: readonly string[];
}

/** Merges by path what `theirs` changed since `start` into `ours`. */
export function mergeTrees(start: Tree, ours: Tree, theirs: Tree): Merged {
  const tree = new Map(ours);
  const conflicted: string[] = [];
  for (const { path } of changesBetween(start, theirs)) {
    const [was, mine, yours] = [start.get(path), ours.get(path), theirs.get(path)];
    if (mine === yours) continue;
    if (mine !== was) {
      conflicted.push(path);
      if (mine === undefined) tree.set(path, yours ?? "");
      else if (yours !== undefined)
        tree.set(path, `<<<<<<< ours\n${mine}=======\n${yours}>>>>>>> theirs\n`);
    } else if (yours === undefined) tree.delete(path);
    else tree.set(path, yours);
  }
  return { tree, conflicted };
}
