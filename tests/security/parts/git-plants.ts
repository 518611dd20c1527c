/** Programs that an agent may plant in its clone, for git to run where it is asked there. */

export interface Attack {
  /** As docs/security.md names it. */
  readonly name: string;
  /** What is tried together, in one session; several that hide one another are apart. */
  readonly session: string;
  /** Run by `sh` in the workspace; `plant NAME` makes a program that leaves a trace: its path. */
  readonly script: string;
  /** Whether a program is planted, and what of git's would run it where it is asked there. */
  readonly asks?: string;
  /** What succeeds where nothing kept it from having its effect. */
  readonly shows?: string;
  /** Why the change is refused; not refused where it is left out: what else was done lands. */
  readonly refused?: string;
}

/** A setting of the clone's. */
export const config = (name: string, value: string): string =>
  `git config --file .git/config ${name} ${value}`;
const driver = (session: string, kind: string, more: string): string =>
  `echo '${session}/${kind}.txt ${more}' >> .git/info/attributes; echo x > ${session}/${kind}.txt`;
/** What a program does that takes work where it lies. */
export const commits = "git add -A; git commit -q -m x";

/** All of them. */
export const planted: readonly Attack[] = [
  {
    name: "hooks in its clone",
    session: "hooks",
    script: `p=$(plant hooks); mkdir -p .git/hooks
      for h in pre-commit post-checkout post-index-change reference-transaction
      do cp $p .git/hooks/$h; done`,
    asks: commits,
  },
  {
    name: "core.hooksPath",
    session: "path",
    script: `p=$(plant path); mkdir -p .git/own; cp $p .git/own/pre-commit
      cp $p .git/own/reference-transaction; ${config("core.hooksPath", "$PWD/.git/own")}`,
    asks: commits,
  },
  {
    name: "core.fsmonitor",
    session: "path",
    script: config("core.fsmonitor", '"$(plant monitor)"'),
    asks: "git status",
  },
  {
    name: "a clean filter, called by info/attributes",
    session: "drivers",
    script: `${config("filter.c.clean", '"$(plant clean)"')}
      ${driver("drivers", "clean", "filter=c")}`,
    asks: "git add -A",
  },
  {
    name: "a smudge filter, called by attributes in the tree",
    session: "drivers",
    script: `${config("filter.s.smudge", '"$(plant smudge)"')}
      echo 'smudge.txt filter=s' > drivers/.gitattributes; echo x > drivers/smudge.txt`,
    asks: `${commits}; rm drivers/smudge.txt; git checkout -q .`,
  },
  {
    name: "a filter process",
    session: "drivers",
    script: `${config("filter.p.process", '"$(plant process)"')}
      ${driver("drivers", "process", "filter=p")}`,
    asks: "git add -A",
  },
  {
    name: "a merge driver",
    session: "drivers",
    script: `${config("merge.m.driver", '"$(plant merge) %O %A %B"')}
      echo 'app.txt merge=m' >> .git/info/attributes; sed -i s/one/one.2/ app.txt`,
    asks: `${commits}; git checkout -q -b side HEAD~1; echo zero > app.txt; ${commits}
      git merge -q main`,
  },
  {
    name: "an external diff",
    session: "drivers",
    script: `${config("diff.external", '"$(plant external)"')}; echo x > drivers/diff.txt`,
    asks: "echo more >> check.sh; git diff",
  },
  {
    name: "a textconv",
    session: "drivers",
    script: `${config("diff.t.textconv", '"$(plant textconv)"')}
      ${driver("drivers", "conv", "diff=t")}`,
    asks: `${commits}; git log -p -1`,
  },
  {
    name: "gpg.program, with signatures on",
    session: "programs",
    script: `${config("gpg.program", '"$(plant gpg)"')}; ${config("commit.gpgSign", "true")}`,
    asks: commits,
  },
  {
    name: "core.sshCommand of a remote",
    session: "programs",
    script: `${config("core.sshCommand", '"$(plant ssh)"')}
      ${config("remote.evil.url", "ssh://nowhere.invalid/x")}`,
    asks: "timeout 2 git fetch evil",
  },
  {
    name: "core.alternateRefsCommand",
    session: "programs",
    script: config("core.alternateRefsCommand", '"$(plant alternates)"'),
    asks: "git fetch $THEIRS other",
  },
  {
    name: "a lazy fetch of what is missing",
    session: "lazy",
    script: `${config("core.sshCommand", '"$(plant lazy)"')}
      ${config("core.repositoryFormatVersion", "1")}
      ${config("extensions.partialClone", "evil")}; ${config("remote.evil.promisor", "true")}
      ${config("remote.evil.url", "ssh://nowhere.invalid/x")}
      echo lost > lazy/lost.txt; o=$(git hash-object -w lazy/lost.txt)
      git update-index --add lazy/lost.txt
      rm -f .git/objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-)`,
    asks: "timeout 2 git cat-file -p 1111111111111111111111111111111111111111",
  },
  {
    name: "include.path",
    session: "lazy",
    script: `printf '[core]\\n\\tfsmonitor = %s\\n' "$(plant include)" > .git/more
      ${config("include.path", "$PWD/.git/more")}`,
    asks: "git status",
  },
  {
    name: "a nested repository with a file monitor",
    session: "nested",
    script: `git init -q nested/in; cd nested/in; echo x > x; git add x
      git -c user.name=a -c user.email=a@b commit -q -m x; cd ../..
      git config --file nested/in/.git/config core.fsmonitor "$(plant nested)"`,
    asks: `${commits}; git status`,
    refused: "a nested repository",
  },
];
