import type { TaskBrief } from "../core/task.ts";
import { bullets } from "./markdown.ts";

/** A task as text, for whoever must know what was asked. */
export function taskText(brief: TaskBrief): string {
  const sections = [`# ${brief.title}`, brief.description];
  if (brief.criteria.length > 0) sections.push(`## Done when\n\n${bullets(brief.criteria)}`);
  if (brief.allowedFiles.length > 0)
    sections.push(`## Files that may change\n\n${bullets(brief.allowedFiles)}`);
  if (brief.leaveAlone.length > 0) sections.push(`## Leave alone\n\n${bullets(brief.leaveAlone)}`);
  return sections.join("\n\n");
}
