/** The fake repository: git's own promises, kept by a model, at the speed of a call. */
import type { CommitSha, TaskId } from "../../../src/core/ids.ts";
import { taskId } from "../../../src/core/ids.ts";
import { type Repo, RepoError, type Workspace } from "../../../src/ports/repo.ts";
import type { Calls } from "./calls.ts";
import { changesBetween, type Git, linesOf, mergeTrees, type Tree } from "./git.ts";
import { publish, takeFence } from "./publish.ts";
import { authorOf, dieOf, leave, rescue } from "./rescue.ts";
import { giveUp, isRoomOpen, openRoom, reopenRoom, workOf } from "./rooms.ts";
import { type Land, onPurpose, strikes, type Universe } from "./universe.ts";

/** Most milliseconds of a call that only looks, and of one that writes files. */
const look = [1, 8] as const;
const write = [5, 60] as const;

/** Opens a project's repository as one process sees it. */
export function fakeRepo(universe: Universe, calls: Calls, land: Land): Repo {
  const { git } = land;
  const call = async <T>(
    what: string,
    ms: readonly [number, number],
    signal: AbortSignal,
    act: () => T,
  ): Promise<T> => {
    signal.throwIfAborted();
    const value = await calls.call(`repo.${what}`, ms, () => {
      signal.throwIfAborted();
      if (strikes(universe, "git fails"))
        throw new RepoError(`${onPurpose}git ${what} failed`, "try again");
      return act();
    });
    return value;
  };
  /** Opens a workspace; what was left in one of its name is rescued first. */
  const opened = (given: Parameters<typeof openRoom>[3]): Workspace => {
    const before = land.rooms.get(given.name);
    const author = authorOf(given.name);
    if (before !== undefined && before.holder?.alive !== true) {
      if (author !== null) rescue(land, before, { ...author, why: "its workspace was needed" });
      giveUp(universe, land, before);
    }
    return openRoom(universe, land, calls.process, given);
  };
  const treeOf = (sha: CommitSha): Tree => git.tree(git.find(sha).tree);
  return {
    sync: (signal) =>
      call("sync", write, signal, () => ({
        commit: git.head,
        tree: git.find(git.head).tree,
        branch: "main",
      })),
    open: ({ at, name }, signal) =>
      call("open", write, signal, () => opened({ name, base: at, tree: treeOf(at) })),
    isOpen: (name, signal) => call("isOpen", look, signal, () => isRoomOpen(land, name)),
    reopen: (name, base, signal) =>
      call("reopen", look, signal, () => {
        if (land.rooms.has(name) && strikes(universe, "workspace is lost")) {
          land.rooms.delete(name);
          universe.watch.lost(land, name);
        }
        return reopenRoom(universe, land, calls.process, { name, base });
      }),
    openConflict: ({ at, name, theirs }, signal) =>
      call("openConflict", write, signal, () => {
        const { tree, conflicted } = mergeTrees(startOf(git, theirs), treeOf(at), treeOf(theirs));
        const room = opened({ name, base: at, tree });
        return Object.assign(room, { conflicted });
      }),
    snapshot: (workspace, request, signal) =>
      call("snapshot", write, signal, () => snapshot(land, workspace, request)),
    async rescue({ path }, request, signal) {
      const rescued = await call("rescue", write, signal, () => {
        const room = land.rooms.get(path);
        return room === undefined ? null : rescue(land, room, request);
      });
      if (rescued !== null) await dieOf(universe, calls, "killed when it has rescued");
      return rescued;
    },
    async leave(task, request, signal) {
      await call("leave", write, signal, () => undefined);
      return leave(universe, calls, land, { task, request });
    },
    show: (task, _base, signal) => call("show", look, signal, () => void task),
    keep: (task, attempt, commit, signal) =>
      call("keep", look, signal, () => keep(git, { task, attempt, commit })),
    commit: (sha, signal) =>
      call("commit", look, signal, () => ({ commit: sha, tree: git.find(sha).tree })),
    diff: (from, to, bytesMax, signal) =>
      call("diff", look, signal, () => diff(treeOf(from), treeOf(to), bytesMax)),
    read: (at, path, bytesMax, signal) =>
      call("read", look, signal, () => treeOf(at).get(path)?.slice(0, bytesMax) ?? null),
    list: (at, filesMax, signal) =>
      call("list", look, signal, () => [...treeOf(at).keys()].sort().slice(0, filesMax)),
    merge: (base, candidate, message, signal) =>
      call("merge", write, signal, () => merge(git, { base, candidate, message })),
    landingOf: (task, signal) =>
      call("landingOf", look, signal, () => git.landings(task)[0] ?? null),
    fence: (token, signal) => call("fence", look, signal, () => takeFence(git, token)),
    publish: (request, signal) => publish(universe, calls, land, { request, signal }),
    push: (signal) =>
      call("push", [50, 2_000], signal, () =>
        strikes(universe, "push is refused")
          ? { kind: "refused", why: `${onPurpose}no remote` }
          : { kind: "pushed" },
      ),
    async sweep(task, signal) {
      const why = "the task is over";
      await call("sweep", look, signal, () => undefined);
      await leave(universe, calls, land, { task, request: { but: [], why } });
      sweep(land, task);
    },
  };
}

/** The files from which a candidate's own change begins. */
function startOf(git: Git, candidate: CommitSha): Tree {
  const [parent] = git.find(candidate).parents;
  return parent === undefined ? new Map() : git.tree(git.find(parent).tree);
}

function snapshot(
  { git, rooms }: Land,
  { name, path: place, base }: Workspace,
  { filesMax, bytesMax }: { readonly filesMax: number; readonly bytesMax: number },
) {
  const room = rooms.get(place);
  if (room === undefined) throw new Error(`no workspace ${name}`);
  const files = workOf(room);
  const tree = git.writeTree(files);
  const from = git.find(base).tree;
  if (tree === from) return { kind: "empty" } as const;
  const changes = changesBetween(git.tree(from), files);
  const bytes = changes.reduce((sum, { path }) => sum + (files.get(path)?.length ?? 0), 0);
  const nested = [...files.keys()].filter((path) => path.endsWith("/.git"));
  const problems = nested.map((path) => `${path}: a nested repository`);
  if (changes.length > filesMax) problems.push(`${changes.length} files`);
  if (bytes > bytesMax) problems.push(`${bytes} bytes`);
  if (problems.length > 0) return { kind: "refused", problems } as const;
  const made = { tree, parents: [base], task: null, reverts: null };
  const { id: commit } = git.commit(`work ${name} ${room.serial} ${base} ${tree}`, made);
  return { kind: "taken", commit, tree, changes } as const;
}

function keep(
  { refs }: Git,
  kept: { readonly task: TaskId; readonly attempt: number; readonly commit: CommitSha },
): void {
  const ref = `attempts/${kept.task}/${kept.attempt}`;
  const before = refs.get(ref) ?? kept.commit;
  if (before !== kept.commit) refs.set(`rescue/${kept.task}/${before}`, before);
  refs.set(ref, kept.commit);
}

function diff(from: Tree, to: Tree, bytesMax: number) {
  const changes = changesBetween(from, to);
  const lines = changes.flatMap(({ path }) => [
    `--- ${path}`,
    ...linesOf(from.get(path)).map((line) => `-${line}`),
    ...linesOf(to.get(path)).map((line) => `+${line}`),
  ]);
  const text = `${lines.join("\n")}\n`;
  if (text.length <= bytesMax) return { text, changes };
  return { text: `${text.slice(0, bytesMax)}\n[cut at ${bytesMax} bytes]\n`, changes };
}

function merge(
  git: Git,
  given: { readonly base: CommitSha; readonly candidate: CommitSha; readonly message: string },
) {
  const { base, candidate, message } = given;
  const ours = git.tree(git.find(base).tree);
  const theirs = git.tree(git.find(candidate).tree);
  const { tree, conflicted } = mergeTrees(startOf(git, candidate), ours, theirs);
  if (conflicted.length > 0)
    return { kind: "conflicted", paths: conflicted, detail: conflicted.join("\n") } as const;
  const id = git.writeTree(tree);
  if (id === git.find(base).tree) return { kind: "nothing" } as const;
  const named = /^Orch-Task: ([a-z0-9]{12})$/m.exec(message)?.[1];
  const task = named === undefined ? null : taskId(named);
  const made = { tree: id, parents: [base, candidate], task, reverts: null };
  const { id: commit } = git.commit(`merge ${base} ${candidate} ${message}`, made);
  return { kind: "merged", commit, tree: id, changes: changesBetween(ours, tree) } as const;
}

/** Of a task that has landed nothing is kept but what did not land. */
function sweep({ git }: Land, task: TaskId): void {
  if (git.landings(task).length === 0) return;
  for (const [ref, commit] of [...git.refs]) {
    if (!ref.startsWith(`attempts/${task}/`)) continue;
    if (!git.history().has(commit)) git.refs.set(`rescue/${task}/${commit}`, commit);
    git.refs.delete(ref);
  }
}
