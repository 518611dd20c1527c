/** What is done before a project is served: dead owners are told apart, their money is settled. */
import type { ProjectName } from "../core/ids.ts";
import { settleLost } from "../core/settle.ts";
import type { House } from "./house.ts";

/** Frees what dead owners hold, and closes what they had set aside. */
export async function recoverProject({ engine }: House, project: ProjectName): Promise<void> {
  await engine.recover(project);
  const { cursor } = await engine.overview(project);
  if (cursor > 0) await engine.transact(project, {}, settleLost); // a ledger is not made by a look
}
