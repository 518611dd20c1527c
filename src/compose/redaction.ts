/** What is taken out of all that is stored; one for all that a process writes. */
import type { ProjectConfig } from "../core/portfolio.ts";
import { type Redact, redacting, secretsIn } from "../core/redact.ts";
import type { Environment } from "./environment.ts";

/** Projects, by the variables that the person hands to them. */
export type Handed = readonly Pick<ProjectConfig, "env">[];

export interface Redaction {
  readonly redact: Redact;
  /** Adds what a portfolio that was read anew hands over; what was known before stays known. */
  readonly learn: (projects: Handed) => void;
}

/**
 * Takes out of texts what looks like a secret, what the environment holds under a secret's name,
 * and what of it the portfolio hands to projects.
 */
export function openRedaction(env: Environment, projects: Handed): Redaction {
  const given = new Set<string>();
  let clean: Redact | null = null; // made once something is written: most commands only read
  const learn = (more: Handed): void => {
    for (const { env: names } of more) for (const name of names) given.add(name);
    clean = null;
  };
  learn(projects);
  const redact = (text: string): string => {
    clean ??= redacting(secretsIn(env, [...given]));
    return clean(text);
  };
  return { redact, learn };
}
