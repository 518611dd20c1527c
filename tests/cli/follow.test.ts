import { expect, test } from "vitest";
import { openFollower } from "../../src/cli/follow.ts";
import { instant, type ProjectName, projectName } from "../../src/core/ids.ts";
import type { LoggedEvent, Overview } from "../../src/ports/engine.ts";

const [shop, blog] = [projectName("shop"), projectName("blog")];

/** A ledger that holds nothing but events, at these moments. */
function ledger(moments: Readonly<Record<string, readonly number[]>>) {
  const events = (project: ProjectName): readonly LoggedEvent[] =>
    (moments[project] ?? []).map((at, i) => ({
      seq: i + 1,
      at: instant(at),
      event: { of: "project", event: { type: "project.resumed" } },
    }));
  return {
    overview: async (project: ProjectName) =>
      ({ cursor: events(project).length }) as unknown as Overview, // nothing else is asked
    events: async (project: ProjectName, after: number) =>
      events(project).filter(({ seq }) => seq > after),
    task: async () => null,
    changed: async () => undefined,
  };
}

test("what happened in several projects is told in the order of time, each event once", async () => {
  const told: string[] = [];
  const tell = ({ project, logged }: { project: ProjectName; logged: LoggedEvent }) =>
    void told.push(`${project} ${logged.at}`);
  const all = ledger({ shop: [1, 4, 5], blog: [2, 3, 6] });
  const follower = await openFollower(all, () => [shop, blog], tell, 9);
  await follower.catchUp();
  await follower.catchUp();
  expect(told).toEqual(["shop 1", "blog 2", "blog 3", "shop 4", "shop 5", "blog 6"]);
});

test("a project that joins is followed from then on", async () => {
  const told: number[] = [];
  const moments = { shop: [1], blog: [2] };
  const names: ProjectName[] = [shop];
  const follower = await openFollower(
    ledger(moments),
    () => names,
    ({ logged }) => void told.push(logged.at),
  );
  names.push(blog);
  await follower.catchUp();
  moments.blog.push(3);
  moments.shop.push(4);
  await follower.catchUp();
  expect(told).toEqual([3, 4]);
});
