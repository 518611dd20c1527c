import { commitAll, opened, repository, write } from "../support/git-fixture.ts";
import { repoContract } from "./repo.ts";
import { filesOnDisk } from "./repo-world.ts";

repoContract("git, the branch checked out", async (files) => {
  const root = await repository(files);
  const { repo } = await opened(root);
  return {
    repo,
    files: filesOnDisk,
    async push(more) {
      await write(root, more);
      commitAll(root, "More");
    },
  };
});
