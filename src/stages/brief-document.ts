/** A task's brief as a part of the documents about it. */
import type { TaskBrief } from "../core/task.ts";
import { bullets, code, line, passage } from "./markdown.ts";

/** What was asked: description, criteria, files. */
export function briefBlocks(brief: TaskBrief): readonly string[] {
  const { description, criteria, allowedFiles, leaveAlone, backlogItem } = brief;
  const parts = [passage(description)];
  if (criteria.length > 0) parts.push("Done when:", bullets(criteria.map(line)));
  if (allowedFiles.length > 0) parts.push(`Files that may change: ${list(allowedFiles)}`);
  if (leaveAlone.length > 0) parts.push(`Left alone: ${leaveAlone.map(line).join("; ")}`);
  if (backlogItem !== null) parts.push(`From the backlog: ${line(backlogItem)}`);
  return parts;
}

const list = (paths: readonly string[]): string => paths.map(code).join(", ");
