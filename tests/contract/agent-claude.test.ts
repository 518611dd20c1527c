import { openLogin } from "../support/login.ts";
import { killMarked } from "../support/processes-of.ts";
import { openRig } from "../support/scripted-agent.ts";
import { agentContract, type Situation } from "./agent.ts";

const answer = { answer: { done: true } };
const bash = (command: string) => ({ tool: "Bash", input: { command } });
const dearly = { usage: { outputTokens: 500_000 } };

/** The play that puts a session into a situation. */
function playOf(situation: Situation): object {
  switch (situation.kind) {
    case "answers":
      return { steps: [{ say: "Looking", ...bash("true") }, answer] };
    case "talks":
      return { steps: [{ say: "All done" }], repeat: true };
    case "goesOn":
      return { steps: [bash("true")], repeat: true };
    case "squanders":
      return { steps: [{ ...bash("true"), ...dearly }, answer] };
    case "answersDearly":
      return { steps: [{ ...answer, ...dearly }] };
    case "limitUntil":
      return { steps: [{ error: { status: 429, resetInS: situation.resetInS } }] };
    case "longWait":
      return { steps: [{ error: { status: 429, retryAfterS: 3600 } }] };
    case "answersWith":
      return { steps: [{ error: { status: situation.status, message: "not today" } }] };
    case "refuses":
      return { steps: [{ say: "I cannot", stop: "refusal" }], repeat: true };
    case "connectionRefused":
      return { steps: [{ fault: "refused" }] };
    case "malformed":
      return { steps: [{ fault: "malformed" }] };
    case "cutOnce":
      return { steps: [{ fault: "cut", times: 1 }, answer] };
    case "stalls":
      return { steps: [{ fault: "stalled" }] };
    case "runs":
      // a moment later, so that whoever watches the command can see it
      return { steps: [bash(situation.command), { waitMs: 100 }, answer] };
  }
}

/** A login asks the model itself; a limit with its end is told of subscriptions alone. */
async function envOf(by: "itself" | "gateway", { kind }: Situation) {
  if (by === "itself") return { HOME: (await openLogin()).home };
  const token = "sk-ant-oat01-placeholder";
  return kind === "limitUntil" ? { CLAUDE_CODE_OAUTH_TOKEN: token } : undefined;
}

for (const by of ["itself", "gateway"] as const)
  agentContract(
    `the Claude agent, asking ${by === "itself" ? "the model itself" : "by the gateway"}`,
    async (situation) => {
      const rig = await openRig({ worker: [playOf(situation)] }, await envOf(by, situation));
      return {
        ...rig,
        answer: answer.answer,
        now: Date.now,
        kill: (request) => killMarked(request.session),
      };
    },
  );
