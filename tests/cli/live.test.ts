import { expect, test } from "vitest";
import { openDesk } from "../../src/cli/desk.ts";
import type { Io, Signal } from "../../src/cli/io.ts";
import { openLive } from "../../src/cli/live.ts";
import { openLog } from "../../src/cli/log.ts";
import { openProgress } from "../../src/cli/progress.ts";
import { openStopping } from "../../src/cli/stopping.ts";
import { instant, projectName, taskId } from "../../src/core/ids.ts";
import { openCli } from "../support/cli.ts";
import { noon, screen } from "../support/screen.ts";

const esc = "\u001b";

test("what stays at the bottom is drawn over, and what scrolls stays above it", () => {
  const terminal = screen(40);
  let lines = ["one", "two"];
  const live = openLive(terminal.out, () => lines);
  live.above("first");
  lines = ["three"];
  live.above("second");
  expect(terminal.rows()).toEqual(["first", "second", "three"]);
  live.close();
  expect(terminal.rows()).toEqual(["first", "second"]);
});

test("a crowd of agents is cut with a word about the rest", () => {
  const terminal = screen(40);
  const live = openLive(terminal.out, () => Array.from({ length: 30 }, (_, i) => `agent ${i}`));
  live.above("begun");
  expect(terminal.rows()).toHaveLength(1 + 12);
  expect(terminal.rows().at(-1)).toBe("  and 19 more");
  live.close();
});

test("each agent's row says who it is, what it does now, how long and what it cost", () => {
  const terminal = screen(70);
  // all that is asked
  const io = { out: terminal.out, err: terminal.out, env: {} } as unknown as Io;
  const flags = { config: null, json: false, debug: false, colour: true };
  const desk = openDesk(io, flags, () => Promise.reject(new Error("not asked for")));
  const progress = openProgress(desk, "info", () => instant(noon + 65_000));
  const project = projectName("shop");
  const task = taskId("aaaaaaaaaaaa");
  // its token is not told
  const begun = { of: "task", task, event: { type: "work.started" } } as never;
  progress.tell({ project, title: "Round prices", logged: { seq: 1, at: noon, event: begun } });
  const hear = (event: Parameters<typeof progress.hear>[0]["event"]) =>
    progress.hear({ project, task, role: "worker", event });
  hear({ type: "spent", costUsd: 0.12 });
  hear({
    type: "tool.called",
    tool: "Bash",
    summary: `Bash ${esc}[2J${"日本".repeat(40)}`,
    call: "c",
    change: null,
  });
  progress.say("a word between");
  const rows = terminal.rows();
  expect(rows.at(-2)).toBe("a word between");
  expect(rows.at(-1)).toMatch(/^ {2}Round prices works: Bash 日本.*… \(1m 5s, \$0\.12\)$/);
  expect(rows).toHaveLength(3);
  progress.close();
  expect(terminal.rows()).toHaveLength(2);
});

/** A desk at a terminal, and the way to press Ctrl+C there. */
function atTerminal(terminal: ReturnType<typeof screen>, colour: boolean) {
  const hearers: ((signal: Signal) => void)[] = [];
  const onSignal = (hear: (signal: Signal) => void) => {
    hearers.push(hear);
    return () => undefined;
  };
  const streams = { out: terminal.out, err: terminal.out, env: {}, onSignal };
  const io = { ...streams, outliveReader: () => undefined } as unknown as Io; // all that is asked
  const flags = { config: null, json: false, debug: false, colour };
  const desk = openDesk(io, flags, () => Promise.reject(new Error("not asked for")));
  const press = (): void => {
    terminal.out.write("^C"); // the terminal's echo
    for (const hear of hearers) hear("SIGINT");
  };
  return { desk, press };
}

test.each([true, false])("Ctrl+C is answered at the left edge, broken at spaces: %s", (lively) => {
  const terminal = screen(61);
  const { desk, press } = atTerminal(terminal, lively);
  const progress = openProgress(desk, "info", () => noon);
  const task = taskId("aaaaaaaaaaaa");
  const event = { of: "task", task, event: { type: "work.started" } } as never; // as above
  const logged = { seq: 1, at: noon, event };
  progress.tell({ project: projectName("shop"), title: "Round prices", logged });
  const stopping = openStopping(desk.io, "run", progress.say);
  press();
  const rows = terminal.rows().slice(1);
  expect(rows.slice(0, 2)).toEqual([
    "stopping: sessions end and their work is released; once more",
    "quits at once",
  ]);
  expect(rows.slice(2)).toEqual(lively ? ["  Round prices works (0s)"] : []);
  stopping.close();
  progress.close();
});

test("what the log says at Ctrl+C goes on below its text, as every other line", () => {
  const terminal = screen(80);
  const { desk, press } = atTerminal(terminal, false);
  const log = openLog(
    desk,
    () => "info",
    () => noon,
  );
  openStopping(desk.io, "start", (text) => log.write("warning", null, text));
  log.write("info", null, `serving ${"a project, ".repeat(5)}and another one`);
  press();
  const rows = terminal.rows();
  const [, first = ""] = /^(\S+ INFO +)serving/.exec(rows[0] ?? "") ?? [];
  const [, second = ""] = /^(\S+ WARNING +)stopping/.exec(rows[2] ?? "") ?? [];
  expect([rows.length, second.length]).toEqual([4, first.length]);
  for (const at of [1, 3]) expect(rows[at]).toMatch(new RegExp(`^ {${first.length}}\\S`));
});

test("where nobody watches, lines are calm: no movement, no colours", async () => {
  const cli = await openCli();
  cli.scene.planned = { kind: "titles", titles: [`Land ${esc}]0;title\u0007one`] };
  const said = await cli.run("run", "-p", "shop");
  expect(said.err + said.out).not.toContain(esc);
  expect(said.out).toContain("Land one");
  cli.scene.isTTY = true;
  const watched = await cli.run("run", "-p", "shop");
  expect(watched.err).toContain(esc);
  expect(watched.err).not.toContain("title\u0007");
});
