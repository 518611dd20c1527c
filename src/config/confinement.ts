/** What a project's agents and checks may reach and use. */
import * as z from "zod";
import { projectDefaults as d, portfolioDefaults } from "./defaults.ts";
import { amount, filled, hostsHint, reach } from "./fields.ts";
import { containerHint, isContainerCommand } from "./rules.ts";

const reaches = "`none`, a list of hosts by name, or `all` that the machine does";

/** Fields of a project. */
export const confinementShape = {
  network: reach(d.network).meta({
    description: `What agents and checks reach besides the model: ${reaches}`,
    hint: hostsHint,
  }),
  setup_network: reach(d.setup_network).meta({
    description: `What the set-up command reaches: ${reaches}`,
    hint: hostsHint,
  }),
  max_memory_mb: amount(64, 4_194_304)
    .default(d.max_memory_mb)
    .meta({ description: "Most memory of one session or check", unit: "MiB" }),
  max_processes: amount(10, 100_000)
    .default(d.max_processes)
    .meta({ description: "Most processes of one session or check", unit: "process" }),
  max_cpu_seconds: amount(1, 10_000_000).nullable().default(d.max_cpu_seconds).meta({
    description: "Most processor time of one session or check; `null`: what fits into its time",
    unit: "second",
  }),
  max_disk_mb: amount(16, 4_194_304)
    .default(d.max_disk_mb)
    .meta({ description: "Most that one session or check may add to the disk", unit: "MiB" }),
  max_output_mb: amount(1, 4_194_304)
    .default(d.max_output_mb)
    .meta({ description: "Most output of one check before it is ended", unit: "MiB" }),
};

/** The one field that turns confinement off: of the portfolio alone, never of a repository. */
export const sandboxField = z
  .enum(["auto", "container", "off"])
  .default(portfolioDefaults.sandbox)
  .meta({
    description:
      "`auto`: agents, checks and set-up are confined by what the machine has; `container`: by " +
      "`container_command`; `off`: they can do whatever you can",
  });

/** How a container of the person's is made. */
export const containerField = z
  .array(filled())
  .max(200)
  .refine((words) => isContainerCommand(words), { error: "is not a command for containers" })
  .nullable()
  .default(portfolioDefaults.container_command)
  .meta({
    description:
      "The command that makes a container, word by word, for `sandbox` `container`: one like " +
      "`docker run`, with `{options}` where folders, network, user and variables are filled in; " +
      "the program comes after its last word",
    hint: containerHint,
  });
