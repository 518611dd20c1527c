import { expect, test } from "vitest";
import { openCli } from "../support/cli.ts";

test("audit verify says what was looked at, and ends with 1 where something differs", async () => {
  const cli = await openCli();
  cli.scene.audit = { events: 12, tasks: 2, landings: 1, flaws: [] };
  const whole = await cli.run("audit", "verify", "--project", "shop");
  expect(whole.out).toBe(
    "whole    shop: the log gives the state again (12 events, 2 tasks, 1 landing)\n",
  );
  expect(whole.code).toBe(0);
  cli.scene.audit = { events: 12, tasks: 2, landings: 1, flaws: ["task t: \u001b[31mstate.at"] };
  const differs = await cli.run("audit", "verify", "--project", "shop");
  expect(differs.out).toBe("differs  shop: 1 flaw\n         task t: state.at\n");
  expect(differs.code).toBe(1);
  const json = await cli.run("audit", "verify", "--project", "shop", "--json");
  expect(JSON.parse(json.out)).toMatchObject({ whole: false, projects: [{ project: "shop" }] });
});

test("a project that is not there is named, with what was meant", async () => {
  const cli = await openCli();
  const said = await cli.run("audit", "verify", "--project", "shp");
  expect(said.err).toContain("did you mean shop?");
  expect(said.code).toBe(2);
});
