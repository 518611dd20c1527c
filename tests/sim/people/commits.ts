/** What people commit to their own branch. */
import { type Land, say, type Universe } from "../world/universe.ts";

/** Pushes a commit as a person would; `mark` may break a test. */
export function push({ random }: Universe, land: Land, mark: string): void {
  const { git } = land;
  const files = new Map(git.tree(git.find(git.head).tree));
  files.set(random.pick(["a", "b", "c"]), `a person's ${random.between(0, 9_999)} ${mark}\n`);
  commit(land, files, null);
}

/** Makes all tests of the branch green. */
export function mend(universe: Universe, land: Land): void {
  const { git, name } = land;
  const files = new Map(git.tree(git.find(git.head).tree));
  for (const [path, text] of files)
    if (/broken|clash/.test(text)) files.set(path, `${path} mended\n`);
  if (commit(land, files, null)) say(universe, `${name}: a person mends the branch`);
}

/** Commits to the branch; false where nothing changes. */
export function commit(
  { git, pushes }: Land,
  files: Map<string, string>,
  reverts: Sha | null,
): boolean {
  const tree = git.writeTree(files);
  if (tree === git.find(git.head).tree) return false;
  const made = { tree, parents: [git.head], task: null, reverts };
  git.head = git.commit(`person ${git.head} ${tree} ${reverts}`, made).id;
  pushes.push(git.head);
  return true;
}

type Sha = Land["git"]["head"];
