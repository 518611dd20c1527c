import type { Options } from "@anthropic-ai/claude-agent-sdk";
import type { SessionRequest, Tool } from "../../ports/agent.ts";

/** The options of a lean session: what the request names exists, and nothing else is loaded. */
export function sessionOptions(
  request: SessionRequest,
  with_: {
    readonly binary: string;
    readonly env: Readonly<Record<string, string>>;
    readonly resumed: boolean;
    /** What is left of the session's cap. */
    readonly budgetUsd: number;
  },
): Options {
  return {
    cwd: request.cwd,
    pathToClaudeCodeExecutable: with_.binary,
    env: { ...with_.env },
    model: request.model,
    systemPrompt: request.system,
    outputFormat: { type: "json_schema", schema: { ...request.schema } },
    tools: [...request.tools],
    // nobody is there to be asked: what no rule allows is denied at once
    permissionMode: "dontAsk",
    permissionPrompts: "none",
    allowedTools: [...rulesFor(request.tools)],
    // a repository's settings, hooks, servers and notes are untrusted
    settingSources: [],
    strictMcpConfig: true,
    skills: [],
    // otherwise `@path` and a leading `/x` in a task's text are expanded
    verbatimPrompts: true,
    settings: { attribution: { commit: "", pr: "" } },
    maxTurns: request.limits.turnsMax,
    maxBudgetUsd: with_.budgetUsd,
    includePartialMessages: true,
    ...(with_.resumed ? { resume: request.session } : { sessionId: request.session }),
  };
}

/**
 * What is allowed without asking. Reading inside the folder needs no rule; a rule for `Edit` with a
 * path governs `Write` too, whereas a bare `Write` would allow every path.
 */
export function rulesFor(tools: readonly Tool[]): readonly string[] {
  const rules: string[] = [];
  if (tools.includes("Edit") || tools.includes("Write")) rules.push("Edit(./**)");
  if (tools.includes("Bash")) rules.push("Bash");
  return rules;
}
