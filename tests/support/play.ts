/** Plays a scripted session by hand: its edits and commands in a folder, without an agent. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Play, ReplyStep, Scenario, ToolCall } from "../../src/scripted-model/scenario.ts";

export interface Played {
  readonly answer: unknown;
  /** Files that were written, relative to the folder. */
  readonly changed: readonly string[];
  readonly commands: readonly { readonly command: string; readonly green: boolean }[];
  readonly output: string;
}

/** The play that a session with this prompt is given. */
export function playFor(scenario: Scenario, role: string, prompt: string, attempt = 1): Play {
  const found = scenario
    .get(role)
    ?.find(
      (play) =>
        (play.task === null || play.task.test(prompt)) &&
        (play.attempt === null || play.attempt === attempt),
    );
  if (found === undefined) throw new Error(`no play for ${role}: ${prompt.slice(0, 80)}`);
  return found;
}

/** Carries out a play in `cwd` as the agent's tools would, with their conditions. */
export function perform(play: Play, cwd: string): Played {
  const replies = play.steps.filter((step): step is ReplyStep => step.kind === "reply");
  const read = new Set<string>();
  const changed = new Set<string>();
  const commands: { readonly command: string; readonly green: boolean }[] = [];
  let output = "";
  for (const { tools } of replies) {
    const before = new Set(read); // calls of one reply may run side by side
    for (const call of tools) {
      const { path, said } = carryOut(call, { cwd, read: before, commands });
      if (call.tool === "Read" && path !== null) read.add(path);
      if (call.tool === "Edit" || call.tool === "Write") {
        if (path !== null) changed.add(relative(cwd, path));
        if (path !== null) read.add(path);
      }
      output += said;
    }
  }
  return { answer: replies.at(-1)?.answer, changed: [...changed], commands, output };
}

interface Stand {
  readonly cwd: string;
  readonly read: ReadonlySet<string>;
  readonly commands: { readonly command: string; readonly green: boolean }[];
}

function carryOut(
  { tool, input }: ToolCall,
  { cwd, read, commands }: Stand,
): { readonly path: string | null; readonly said: string } {
  const given = (key: string): string => String(input[key]).replaceAll("{{cwd}}", cwd);
  switch (tool) {
    case "Read": {
      const path = given("file_path");
      readFileSync(path);
      return { path, said: "" };
    }
    case "Edit": {
      const path = given("file_path");
      if (!read.has(path)) throw new Error(`${path} is edited before it is read`);
      const parts = readFileSync(path, "utf8").split(given("old_string"));
      if (parts.length !== 2) throw new Error(`${parts.length - 1} places to edit in ${path}`);
      writeFileSync(path, parts.join(given("new_string")));
      return { path, said: "" };
    }
    case "Write": {
      const path = given("file_path");
      if (exists(path) && !read.has(path)) throw new Error(`${path} is written before it is read`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, given("content"));
      return { path, said: "" };
    }
    case "Bash": {
      const ran = run(given("command"), cwd);
      commands.push({ command: given("command"), green: ran.green });
      return { path: null, said: ran.output };
    }
    case "Grep":
      new RegExp(given("pattern")); // throws where it is none
      return { path: null, said: "" };
    case "Glob":
      return { path: null, said: "" };
    default:
      throw new Error(`the play calls ${tool}`);
  }
}

function exists(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false; // a new file
  }
}

/** Runs a command of a play, or a check of a project. */
export function run(command: string, cwd: string) {
  try {
    const env = { PATH: process.env["PATH"], HOME: join(cwd, ".."), PYTHONDONTWRITEBYTECODE: "1" };
    const output = execFileSync("sh", ["-c", `${command} 2>&1`], { cwd, env, encoding: "utf8" });
    return { green: true, output };
  } catch (error) {
    // its exit code was not 0
    return { green: false, output: String((error as { stdout?: unknown }).stdout) };
  }
}
