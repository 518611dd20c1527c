/** The simulator's agent keeps what any agent promises, so that it can be trusted. */
import { sessionId } from "../../src/core/ids.ts";
import type { SessionEvent, SessionRequest } from "../../src/ports/agent.ts";
import { noPurse } from "../../src/ports/gateway.ts";
import type { FaultKind } from "../sim/faults/kinds.ts";
import { openScene } from "../sim/scene.ts";
import { fakeAgent } from "../sim/world/agent.ts";
import { openCalls } from "../sim/world/calls.ts";
import type { Vendor } from "../sim/world/universe.ts";
import { passing } from "../support/virtual.ts";
import { anyAgentContract, type Situation } from "./agent.ts";

/** What strikes in a situation; null where it is the vendor's. */
function faultOf(situation: Situation): FaultKind | null {
  switch (situation.kind) {
    case "goesOn":
      return "session goes on for ever";
    case "squanders":
      return "session squanders";
    case "answersDearly":
      return "answer is dear";
    case "refuses":
      return "request is refused";
    case "answersWith":
      return situation.status !== 401 && situation.status < 429 ? "request is refused" : null;
    default:
      return null;
  }
}

/** Makes the vendor as a situation has it, at a moment. */
function trouble(vendor: Vendor, situation: Situation, now: number): void {
  const { kind } = situation;
  const status = kind === "answersWith" ? situation.status : 0;
  const ends = now + (kind === "limitUntil" ? situation.resetInS * 1000 : 3_600_000);
  if (kind === "limitUntil") vendor.limit = { until: ends, told: ends };
  if (kind === "longWait") vendor.limit = { until: ends, told: null };
  if (status === 401) vendor.keyRefusedUntil = now + 60_000;
  if (status >= 429 || kind === "connectionRefused" || kind === "malformed")
    vendor.outageUntil = now + 60_000;
}

anyAgentContract("the simulator's agent", async (situation) => {
  const wanted = faultOf(situation);
  const scene = openScene((kind) => kind === wanted);
  const { universe, land } = scene;
  trouble(universe.vendor, situation, universe.time.now());
  const process = { owner: "agent", seat: "agent", alive: true, frozenUntil: 0 };
  const agent = fakeAgent(universe, openCalls(universe, process), land);
  const events: SessionEvent[] = [];
  const request = (changes: Partial<SessionRequest>): SessionRequest => ({
    role: "worker",
    cwd: "work-aaaaaaaaaaaa-1",
    readable: [],
    system: "",
    prompt: "",
    model: "w",
    tools: [],
    schema: {},
    limits: { budgetUsd: 1, turnsMax: 20, timeoutMs: 200_000, silenceMs: 120_000 },
    session: sessionId("work-aaaaaaaaaaaa-1"),
    resume: false,
    env: {},
    transcript: "work-aaaaaaaaaaaa-1",
    onEvent: (event) => events.push(event),
    purse: noPurse,
    network: [],
    ...changes,
  });
  const never = new AbortController().signal;
  return {
    events,
    run: (changes = {}, signal = never) => passing(scene, agent.run(request(changes), signal)),
    answer: { outcome: "submitted", summary: "I did what I could." },
    now: universe.time.now,
  };
});
