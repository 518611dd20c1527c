/** What an agent may try through git: in its clone, on its files, and on repositories by path. */
import { type Attack, commits, config, planted } from "./git-plants.ts";

const shapes: readonly Attack[] = [
  {
    name: "a .git file that leads to the person's repository",
    session: "file",
    script: "rm -rf .git; echo gitdir: $THEIRS/.git > .git",
    shows: `${commits}; test "$(git -C $THEIRS log -1 --format=%s)" = x`,
  },
  {
    name: "a .git link that leads to the person's repository",
    session: "link",
    script: "rm -rf .git; ln -s $THEIRS/.git .git",
    shows: `${commits}; test "$(git -C $THEIRS log -1 --format=%s)" = x`,
  },
  {
    name: "a submodule",
    session: "modules",
    script: `printf '[submodule "m"]\\n\\tpath = modules/m\\n\\turl = ext::touch\\n' > .gitmodules`,
    refused: ".gitmodules",
  },
  {
    name: "symlinks out of the project",
    session: "links",
    script: "ln -s /etc/passwd links/abs; ln -s ../../../outside links/up",
    refused: "symlink",
  },
  {
    name: "a symlink into git's own folder",
    session: "inward",
    script: "ln -s ../.git/config inward/config",
    refused: "a symlink into git's own folder",
  },
  {
    name: "a folder replaced by a link to the person's",
    session: "folder",
    script: "rm -rf tests; ln -s $THEIRS/tests tests",
    refused: "an absolute symlink",
  },
  {
    name: "FIFOs in place of files",
    session: "fifo",
    script: "rm app.txt; mkfifo app.txt",
    refused: "a FIFO",
  },
  {
    name: "names that other systems take for .git",
    session: "names",
    script:
      "mkdir names/.GIT 'names/git~1'; echo x > names/.GIT/config; echo x > 'names/git~1/config'",
    refused: "names/.GIT",
  },
];

const moved: readonly Attack[] = [
  {
    name: "branches and tags moved in its clone",
    session: "refs",
    script: `c=$(git -c user.name=a -c user.email=a@b commit-tree -p HEAD -m Evil HEAD^{tree})
      git update-ref refs/heads/main $c; git update-ref refs/heads/evil $c; git tag evil $c`,
  },
  {
    name: "landings forged by references and trailers",
    session: "refs",
    script: `for r in merged fence attempts; do git update-ref refs/orch/$r/aaaaaaaaaaaa $c; done
      git -c user.name=a -c user.email=a@b commit -q --allow-empty -m 'Evil

Orch-Task: aaaaaaaaaaaa'`,
  },
  {
    name: "stashes and reflogs dropped",
    session: "refs",
    script:
      "echo y >> app.txt; git stash -q; git stash clear; git reflog expire --all --expire=now",
  },
  {
    name: "replaced objects and grafts",
    session: "refs",
    script: `o=$(git rev-parse HEAD:app.txt); n=$(echo evil | git hash-object -w --stdin)
      git replace $o $n; git rev-parse HEAD > .git/info/grafts; git rev-parse HEAD > .git/shallow`,
  },
  {
    name: "borrowed objects deleted",
    session: "objects",
    script: 'd=$(cat .git/objects/info/alternates); rm -rf "$d"/* ; rm -rf .git/objects/info',
    shows: "! git -C $THEIRS cat-file -e HEAD^{tree}",
  },
  {
    name: "gc with everything pruned",
    session: "gc",
    script: `git reflog expire --all --expire=now; git gc --prune=now; git repack -adl
      git prune --expire=now`,
  },
  {
    name: "locks left behind",
    session: "locks",
    script:
      "for l in index HEAD config packed-refs refs/heads/main shallow; do touch .git/$l.lock; done",
  },
  {
    name: "core.bare, and a foreign work tree",
    session: "locks",
    script: `rm .git/config.lock; ${config("core.bare", "true")}; ${config("core.worktree", "/")}`,
  },
  {
    name: "changes hidden by exclusions and flags of the index",
    session: "hidden",
    script: `git update-index --assume-unchanged app.txt; git update-index --skip-worktree check.sh
      echo '*' > .git/info/exclude; echo hidden > hidden/seen.txt
      echo three and a half >> app.txt`,
  },
  {
    name: "the hub, written to by its path",
    session: "paths",
    script: `h=$(cat .git/objects/info/alternates)/..
      git -C $h update-ref refs/heads/main $(git rev-parse HEAD^{tree})
      git push -q $h HEAD:refs/heads/evil; echo x > $h/hooks-evil
      ${"git -C $h config core.fsmonitor x"}`,
    shows: "git -C $THEIRS rev-parse refs/heads/evil",
  },
  {
    name: "the person's repository, written to by its path",
    session: "paths",
    script: `git -C $THEIRS update-ref refs/heads/evil HEAD
      git push -q $THEIRS HEAD:refs/heads/evil
      git -C $THEIRS stash drop; git -C $THEIRS config core.fsmonitor x
      touch $THEIRS/evil $THEIRS/.git/evil
      git -C $THEIRS worktree add evil`,
    shows: "git -C $THEIRS rev-parse refs/heads/evil",
  },
  {
    name: "other branches read",
    session: "paths",
    script: `git log --all --format=%s > paths/read.txt
      git -C $THEIRS log --all --format=%s >> paths/read.txt
      git fetch -q $THEIRS answers && git log --format=%s FETCH_HEAD >> paths/read.txt`,
  },
];

/** All of them. */
export const attacks: readonly Attack[] = [...planted, ...shapes, ...moved];

/** The sessions, each with its attacks in their order. */
export const sessions: readonly string[] = [...new Set(attacks.map(({ session }) => session))];

/** What lies above the data folder, to the shell in a workspace. */
const above = "$" + "{PWD%/data/*}";

/** What a session runs: in the workspace of a cycle, or wherever the two places are named. */
export function scriptOf(
  session: string,
  all: readonly Attack[],
  at = { traps: `${above}/traps`, theirs: `${above}/projects/app` },
): string {
  return [
    `TRAPS="${at.traps}"; THEIRS="${at.theirs}"`,
    "plant() { mkdir -p .git/planted; f=$PWD/.git/planted/$1",
    `printf '#!/bin/sh\\ntouch "%s/%s"\\ncat\\n' "$TRAPS" "$1" > $f; chmod +x $f; echo $f; }`,
    `mkdir -p ${session} .git/info; echo done > ${session}/done.txt`,
    ...all.map(({ script }) => script),
    "true",
  ].join("\n");
}

/** The name under which an attack's program leaves its trace; null where it plants none. */
export const traceOf = ({ script }: Attack): string | null =>
  /plant (\w+)\)/.exec(script)?.[1] ?? null;
