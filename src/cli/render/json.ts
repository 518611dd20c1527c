/** The JSON of tasks, cycles and projects. Fields are only ever added; docs/cli.md lists them. */
import type { Cycle } from "../../core/cycle.ts";
import type { ProjectName } from "../../core/ids.ts";
import type { Money } from "../../core/ledger.ts";
import type { ProjectConfig } from "../../core/portfolio.ts";
import type { Project } from "../../core/project.ts";
import type { Attempt, Landing, Verdict } from "../../core/records.ts";
import { statusOf, type Task } from "../../core/task.ts";
import type { Overview } from "../../ports/engine.ts";
import { todayOf } from "../today.ts";
import { iso } from "./format.ts";

/** A task in a list. */
export const taskJson = (project: ProjectName, { state, brief, ...task }: Task) => ({
  id: task.id,
  project,
  cycle: task.cycle,
  status: statusOf(state),
  state: state.at,
  type: brief.kind,
  title: brief.title,
  priority: brief.priority,
  attempt: state.attempt,
  created_at: iso(task.createdAt),
  updated_at: iso(task.updatedAt),
});

/** What a task is to do. */
export const briefJson = ({ brief, answers, lastFailure }: Task) => ({
  description: brief.description,
  criteria: brief.criteria,
  files: brief.allowedFiles,
  leave_alone: brief.leaveAlone,
  backlog_item: brief.backlogItem,
  answers,
  last_failure: lastFailure,
});

export const attemptJson = ({ spending, ...each }: Attempt) => ({
  attempt: each.attempt,
  kind: each.kind,
  round: each.round,
  model: each.model,
  session: each.session,
  base: each.base,
  started_at: iso(each.startedAt),
  ended_at: iso(each.endedAt),
  duration_ms: each.durationMs,
  outcome: each.outcome,
  summary: each.summary,
  changes: each.changes,
  leftover: each.leftover?.ref ?? null,
  held: each.held ?? null,
  cost_usd: spending.costUsd,
  turns: spending.turns,
  usage: spending.usage.map((usage) => ({
    model: usage.model,
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    cache_read_tokens: usage.cacheReadTokens,
    cache_write_tokens: usage.cacheWriteTokens,
    cost_usd: usage.costUsd,
  })),
});

export const verdictJson = (each: Verdict) => ({
  number: each.number,
  attempt: each.attempt,
  decision: each.decision,
  commit: each.commit,
  base: each.base,
  reasons: each.reasons,
  unchecked: each.unchecked,
  hold: each.hold,
  checks: each.checks.map((check) => ({
    name: check.name,
    command: check.command,
    decision: check.decision,
    by: check.by,
    introduced: check.introduced,
    pre_existing: check.preExisting,
    sentence: check.sentence,
    output_tail: check.outputTail,
    duration_ms: check.durationMs,
  })),
  reading: each.reading,
  held: each.held ?? null,
  cost_usd: each.spending.costUsd,
  started_at: iso(each.startedAt),
  duration_ms: each.durationMs,
});

export const landingJson = (each: Landing) => ({
  branch: each.branch,
  base: each.base,
  commit: each.commit,
  state: each.state,
  tasks: each.tasks,
  at: iso(each.at),
});

export const cycleJson = (project: ProjectName, { state, ...cycle }: Cycle) => ({
  id: cycle.id,
  project,
  state: state.at,
  requested_by: cycle.requestedBy,
  created_at: iso(cycle.createdAt),
  started_at: iso(cycle.startedAt),
  ended_at: iso(cycle.endedAt),
  outcome:
    state.at === "completed"
      ? {
          landed: state.outcome.landed,
          reported: state.outcome.reported,
          failed: state.outcome.failed,
          skipped: state.outcome.skipped,
          waiting: state.outcome.waiting,
          left_over: state.outcome.leftOver,
          cut_short: state.outcome.cutShort,
        }
      : null,
  why_failed: state.at === "failed" ? state.why : null,
  tasks: cycle.tasks,
  planner_cost_usd: cycle.costUsd,
  held: cycle.held ?? null,
});

export const pausedJson = ({ mode }: Project) =>
  mode.at === "paused"
    ? { by: mode.by, why: mode.why, since: iso(mode.since), until: iso(mode.until) }
    : null;

const moneyJson = ({ settledUsd, reservedUsd }: Money, capUsd: number | null) => ({
  spent_usd: settledUsd,
  reserved_usd: reservedUsd,
  cap_usd: capUsd,
});

/** A project as `orch status` shows it. */
export function projectJson(config: ProjectConfig, seen: Overview) {
  const { project, openCycle, lastCycle } = seen;
  return {
    name: config.name,
    path: config.path,
    state: !config.enabled ? "disabled" : project.mode.at,
    enabled: config.enabled,
    paused: pausedJson(project),
    priority: config.priority,
    tasks: seen.counts,
    cycle: openCycle === null ? null : cycleJson(config.name, openCycle),
    last_cycle: lastCycle === null ? null : cycleJson(config.name, lastCycle),
    next_cycle_at: iso(seen.nextCycleAt),
    today: moneyJson(seen.today, todayOf(config, seen).capUsd),
    total_usd: seen.totalUsd,
    failures_in_a_row: project.failuresInARow,
    failed_plannings_in_a_row: project.plansFailedInARow,
    last_failures: project.failures,
  };
}
