/** What any `Repo` must keep: run on the real one and on each fake. */
import { describe, expect, test } from "vitest";
import { token } from "../../src/core/ids.ts";
import type { Rescued } from "../../src/ports/repo.ts";
import { id, limits, merged, signal, start, taken, type WorldFactory, work } from "./repo-world.ts";

/** Describes the contract for the repositories that `make` gives. */
export function repoContract(kind: string, make: WorldFactory): void {
  describe(`the repository's contract, kept by ${kind}`, () => {
    test("sync answers the head of the branch, and follows the person", async () => {
      const { repo, push } = await make(start);
      const before = await repo.sync(signal);
      expect(await repo.sync(signal)).toEqual(before);
      const { commit, tree } = before;
      expect(await repo.commit(commit, signal)).toEqual({ commit, tree });
      await push({ "c.txt": "sea\n" });
      const after = await repo.sync(signal);
      expect(after.commit).not.toBe(before.commit);
      expect(await repo.read(after.commit, "c.txt", 100, signal)).toBe("sea\n");
    });

    test("a workspace holds the files of its commit and gives its work as a commit", async () => {
      const { repo, files } = await make(start);
      const { commit: at } = await repo.sync(signal);
      await using workspace = await repo.open({ at, name: "work-1" }, signal);
      expect(workspace.base).toBe(at);
      expect(await files.read(workspace, "b.txt")).toBe("bee\n");
      expect((await repo.snapshot(workspace, limits, signal)).kind).toBe("empty");
      await files.write(workspace, "b.txt", "bee\nbuzz\n");
      const first = await taken(repo, workspace);
      expect(await taken(repo, workspace)).toEqual(first);
      expect(first.changes).toEqual([
        { path: "b.txt", status: "modified", from: null, added: 1, deleted: 0 },
      ]);
    });

    test("a workspace that was given back leaves nothing to the next", async () => {
      const world = await make(start);
      const { repo, files } = world;
      const { commit: at } = await repo.sync(signal);
      await work(world, "work-1", at, { "left.txt": "left\n", "a.txt": "changed\n" });
      await using next = await repo.open({ at, name: "work-2" }, signal);
      await expect(files.read(next, "left.txt")).rejects.toThrow("ENOENT");
      expect(await files.read(next, "a.txt")).toBe(start["a.txt"]);
    });

    test("a kept workspace is reopened as it was left, on its own base alone", async () => {
      const { repo, push, files } = await make(start);
      const { commit: at } = await repo.sync(signal);
      const workspace = await repo.open({ at, name: "work-1" }, signal);
      await files.write(workspace, "half.txt", "half\n");
      workspace.keep();
      await workspace[Symbol.asyncDispose]();
      await push({ "c.txt": "sea\n" });
      const { commit: moved } = await repo.sync(signal);
      expect(await repo.reopen("work-1", moved, signal)).toBeNull();
      expect(await repo.reopen("work-9", at, signal)).toBeNull();
      const again = await repo.reopen("work-1", at, signal);
      expect(again?.path).toBe(workspace.path);
      expect(await files.read(again, "half.txt")).toBe("half\n");
      await again?.[Symbol.asyncDispose]();
      expect(await repo.reopen("work-1", at, signal)).toBeNull();
    });

    test("what a workspace holds is kept once as a rescue, and what it was opened with is not", async () => {
      const { repo, files } = await make(start);
      const { commit: at } = await repo.sync(signal);
      const request = { task: id(1), attempt: 1, why: "out of time" };
      await using workspace = await repo.open({ at, name: `work-${id(1)}-1` }, signal);
      expect(await repo.rescue(workspace, request, signal)).toBeNull();
      await files.write(workspace, "b.txt", "bee\nbuzz\n");
      const first = await repo.rescue(workspace, request, signal);
      expect(first?.changes.map(({ path }) => path)).toEqual(["b.txt"]);
      expect((await repo.rescue(workspace, request, signal))?.ref).toBe(first?.ref);
      const commit = first?.commit ?? at;
      expect(await repo.read(commit, "b.txt", 100, signal)).toBe("bee\nbuzz\n");
    });

    test("the workspaces that a task leaves are rescued and given up, but for the named", async () => {
      const { repo, files } = await make(start);
      const { commit: at } = await repo.sync(signal);
      const names = [1, 2].map((attempt) => `work-${id(1)}-${attempt}`);
      for (const name of names) {
        const workspace = await repo.open({ at, name }, signal);
        await files.write(workspace, "half.txt", `${name}\n`);
        workspace.keep();
      }
      const request = { but: names.slice(1), why: "a fresh start" };
      const left = await repo.leave(id(1), request, signal);
      expect(left.map(({ workspace }) => workspace)).toEqual(names.slice(0, 1));
      expect(await repo.leave(id(1), request, signal)).toEqual([]);
      expect(await repo.reopen(names[0] ?? "", at, signal)).toBeNull();
      const kept = await repo.reopen(names[1] ?? "", at, signal);
      expect(await files.read(kept, "half.txt")).toBe(`${names[1]}\n`);
      await kept?.[Symbol.asyncDispose]();
    });

    test("a rescue is told before its workspace goes; where that fails, all of it is there again", async () => {
      const { repo, files } = await make(start);
      const { commit: at } = await repo.sync(signal);
      const workspace = await repo.open({ at, name: `work-${id(1)}-1` }, signal);
      await files.write(workspace, "half.txt", "half\n");
      workspace.keep();
      const told: string[] = [];
      const request = (fails: boolean) => ({
        but: [],
        why: "its worker was lost",
        told: async ({ ref }: Rescued) => {
          told.push(ref);
          if (fails) throw new Error("nobody could write it down");
        },
      });
      await expect(repo.leave(id(1), request(true), signal)).rejects.toThrow("write it down");
      const [left] = await repo.leave(id(1), request(false), signal);
      expect(told).toEqual([left?.ref, left?.ref]);
      expect(await repo.leave(id(1), request(true), signal)).toEqual([]);
    });

    test("a workspace that is open is nobody else's: another of its name is another place", async () => {
      const { repo, files } = await make(start);
      const { commit: at } = await repo.sync(signal);
      const name = `work-${id(1)}-1`;
      expect(await repo.isOpen(name, signal)).toBe(false);
      const mine = await repo.open({ at, name }, signal);
      await files.write(mine, "half.txt", "half\n");
      expect(await repo.isOpen(name, signal)).toBe(true);
      expect(await repo.leave(id(1), { but: [], why: "a fresh start" }, signal)).toEqual([]);
      const other = await repo.open({ at, name }, signal);
      expect(other.path).not.toBe(mine.path);
      await expect(files.read(other, "half.txt")).rejects.toThrow("ENOENT");
      await other[Symbol.asyncDispose]();
      expect(await files.read(mine, "half.txt")).toBe("half\n");
      mine.keep();
      expect(await repo.isOpen(name, signal)).toBe(false);
      const left = await repo.leave(id(1), { but: [], why: "a fresh start" }, signal);
      expect(left.map(({ workspace }) => workspace)).toEqual([name]);
    });

    test("what is shielded is in no snapshot and stays for the next", async () => {
      const { repo, files } = await make(start);
      const { commit: at } = await repo.sync(signal);
      const one = await repo.open({ at, name: "work-1" }, signal);
      await one.shield(["old"]);
      await one.shield(["dep"]);
      for (const file of ["dep", "old"]) await files.write(one, file, "x");
      expect((await taken(repo, one)).changes.map(({ path }) => path)).toEqual(["old"]);
      await one[Symbol.asyncDispose]();
      await using next = await repo.open({ at, name: "work-2" }, signal);
      expect(await files.read(next, "dep")).toBe("x");
    });

    test("workspaces that are open together are apart", async () => {
      const { repo, files } = await make(start);
      const { commit: at } = await repo.sync(signal);
      await using one = await repo.open({ at, name: "work-1" }, signal);
      await using two = await repo.open({ at, name: "work-2" }, signal);
      await files.write(one, "mine.txt", "mine\n");
      expect((await repo.snapshot(two, limits, signal)).kind).toBe("empty");
    });

    test("more files or bytes than allowed are refused by number", async () => {
      const { repo, files } = await make(start);
      const { commit: at } = await repo.sync(signal);
      await using workspace = await repo.open({ at, name: "work-1" }, signal);
      await files.write(workspace, "x", "x".repeat(2_000));
      await files.write(workspace, "y", "y");
      const many = await repo.snapshot(workspace, { ...limits, filesMax: 1 }, signal);
      const bytes = await repo.snapshot(workspace, { ...limits, bytesMax: 1_999 }, signal);
      expect([many.kind, bytes.kind]).toEqual(["refused", "refused"]);
    });

    test("what does not collide merges, the same way each time", async () => {
      const world = await make(start);
      const { repo, push } = world;
      const { commit: at } = await repo.sync(signal);
      const candidate = await work(world, "work-1", at, { "a.txt": "one!\ntwo\nthree\n" });
      await push({ "b.txt": "bees\n" });
      const { commit: tip } = await repo.sync(signal);
      const merge = await merged(repo, tip, candidate.commit, id(1));
      expect(await merged(repo, tip, candidate.commit, id(1))).toEqual(merge);
      expect(merge.changes.map(({ path }) => path)).toEqual(["a.txt"]);
      expect(await repo.read(merge.commit, "b.txt", 100, signal)).toBe("bees\n");
    });

    test("what collides is told by path, and can be opened to be finished", async () => {
      const world = await make(start);
      const { repo, push, files } = world;
      const { commit: at } = await repo.sync(signal);
      const { commit: theirs } = await work(world, "w", at, {
        "a.txt": "mine\n",
        "n.txt": "new\n",
      });
      await push({ "a.txt": "yours\n" });
      const { commit: tip } = await repo.sync(signal);
      const merge = await repo.merge(tip, theirs, "Merge\n", signal);
      expect(merge).toMatchObject({ kind: "conflicted", paths: ["a.txt"] });
      await using open = await repo.openConflict({ at: tip, name: "resolve-1", theirs }, signal);
      expect(open.conflicted).toEqual(["a.txt"]);
      expect(open.base).toBe(tip);
      const text = await files.read(open, "a.txt");
      expect(text).toMatch(/^<{7} [\s\S]*yours\n={7}\nmine\n>{7} /);
      expect(await files.read(open, "n.txt")).toBe("new\n");
      await files.write(open, "a.txt", "both\n");
      const resolved = await taken(repo, open);
      expect((await merged(repo, tip, resolved.commit, id(1))).tree).toBe(resolved.tree);
    });

    test("a file that one side changed and the other removed stays to be decided on", async () => {
      const { repo, push, files } = await make(start);
      const { commit: at } = await repo.sync(signal);
      await using workspace = await repo.open({ at, name: "work-1" }, signal);
      await files.remove(workspace, "b.txt");
      const { commit: theirs } = await taken(repo, workspace);
      await push({ "b.txt": "bee and more\n" });
      const { commit: tip } = await repo.sync(signal);
      expect(await repo.merge(tip, theirs, "Merge\n", signal)).toMatchObject({
        kind: "conflicted",
        paths: ["b.txt"],
      });
      await using open = await repo.openConflict({ at: tip, name: "resolve-1", theirs }, signal);
      expect(await files.read(open, "b.txt")).toBe("bee and more\n");
    });

    test("a candidate that brings nothing new is nothing", async () => {
      const world = await make(start);
      const { repo, push } = world;
      const { commit: at } = await repo.sync(signal);
      const candidate = await work(world, "work-1", at, { "b.txt": "same\n" });
      await push({ "b.txt": "same\n" });
      const { commit: tip } = await repo.sync(signal);
      const merge = await repo.merge(tip, candidate.commit, "Merge\n", signal);
      expect(merge.kind).toBe("nothing");
    });

    test("a landing moves the branch once, however often it is asked for", async () => {
      const world = await make(start);
      const { repo } = world;
      const { commit: from } = await repo.sync(signal);
      const candidate = await work(world, "work-1", from, { "b.txt": "landed\n" });
      await repo.keep(id(1), 1, candidate.commit, signal);
      const { commit: to } = await merged(repo, from, candidate.commit, id(1));
      expect(await repo.landingOf(id(1), signal)).toBeNull();
      const request = { task: id(1), from, to, token: token(1) };
      expect(await repo.publish(request, signal)).toEqual({ kind: "landed", commit: to });
      expect(await repo.publish(request, signal)).toEqual({ kind: "landed", commit: to });
      expect((await repo.sync(signal)).commit).toBe(to);
      expect(await repo.landingOf(id(1), signal)).toBe(to);
      await repo.sweep(id(1), signal);
      await repo.sweep(id(1), signal);
      expect(await repo.landingOf(id(1), signal)).toBe(to);
    });

    test("a landing on a branch that has moved is told so and moves nothing", async () => {
      const world = await make(start);
      const { repo, push } = world;
      const { commit: from } = await repo.sync(signal);
      const candidate = await work(world, "work-1", from, { "b.txt": "late\n" });
      const { commit: to } = await merged(repo, from, candidate.commit, id(1));
      await push({ "c.txt": "sea\n" });
      const { commit: tip } = await repo.sync(signal);
      const late = await repo.publish({ task: id(1), from, to, token: token(1) }, signal);
      expect(late.kind).toBe("raced");
      expect((await repo.sync(signal)).commit).toBe(tip);
    });

    test("a merger that was overtaken by a later one cannot land", async () => {
      const world = await make(start);
      const { repo } = world;
      const { commit: from } = await repo.sync(signal);
      const candidate = await work(world, "work-1", from, { "b.txt": "slow\n" });
      const { commit: to } = await merged(repo, from, candidate.commit, id(1));
      expect(await repo.fence(token(5), signal)).toBe(true);
      expect(await repo.fence(token(5), signal)).toBe(true);
      expect(await repo.fence(token(4), signal)).toBe(false);
      const late = await repo.publish({ task: id(1), from, to, token: token(4) }, signal);
      expect(late.kind).toBe("raced");
      expect((await repo.sync(signal)).commit).toBe(from);
    });

    test("files are read and listed as of a commit, within bounds", async () => {
      const { repo } = await make({ ...start, "d/e.txt": "deep\n" });
      const { commit: at } = await repo.sync(signal);
      expect(await repo.list(at, 10, signal)).toEqual(["a.txt", "b.txt", "d/e.txt"]);
      expect(await repo.list(at, 1, signal)).toEqual(["a.txt"]);
      expect(await repo.read(at, "d/e.txt", 3, signal)).toBe("dee");
      expect(await repo.read(at, "d", 100, signal)).toBeNull();
      expect(await repo.read(at, "../a.txt", 100, signal)).toBeNull();
    });

    test("a diff says what changed, and that it was cut where it was", async () => {
      const { repo, push } = await make(start);
      const { commit: from } = await repo.sync(signal);
      await push({ "b.txt": `${"long line\n".repeat(100)}` });
      const { commit: to } = await repo.sync(signal);
      const whole = await repo.diff(from, to, 100_000, signal);
      expect(whole.text).toContain("+long line\n");
      expect(whole.changes).toMatchObject([{ path: "b.txt", added: 100, deleted: 1 }]);
      const cut = await repo.diff(from, to, 300, signal);
      expect(cut.text.split("\n").at(-2)).toContain("300 bytes");
    });

    test("an abort is heard", async () => {
      const { repo } = await make(start);
      const stopped = AbortSignal.abort(new Error("stop"));
      await expect(repo.sync(stopped)).rejects.toThrow();
    });
  });
}
