/** The walls of the house: who may import whom. `tests/architecture.test.ts` proves that they hold. */
const wall = (name, from, mayImport) => ({
  name,
  severity: "error",
  from: { path: `^src/${from}` },
  to: {
    pathNot: mayImport.map((each) => {
      if (each.startsWith("@")) return `node_modules/${each.slice(1)}`;
      if (each.startsWith("node:")) return `^(node:)?${each.slice(5)}(/|$)`;
      return `^src/${each}`;
    }),
  },
});

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    wall("core-is-alone", "core/", ["core/"]),
    wall("ports-see-core", "ports/", ["core/", "ports/"]),
    wall("stages-see-ports", "stages/(?!.*parse-)", ["core/", "ports/", "stages/"]),
    wall("stages-parse-with-zod", "stages/.*parse-", ["core/", "ports/", "stages/", "@zod"]),
    wall("engine-sees-stages", "engine/", ["core/", "ports/", "stages/", "engine/"]),
    wall("config-is-an-edge", "config/", [
      "core/",
      "config/",
      "@",
      "node:fs",
      "node:os",
      "node:path",
    ]),
    {
      name: "adapters-do-not-see-each-other",
      severity: "error",
      from: { path: "^src/adapters/([^/]+)/" },
      to: {
        path: "^src/",
        pathNot: ["^src/(core|ports)/", "^src/adapters/$1/", "^src/adapters/process(\\.ts$|/)"],
      },
    },
    {
      name: "faces-do-not-see-adapters",
      severity: "error",
      from: { path: "^src/(cli|server)/" },
      to: { path: "^src/(adapters|stages|compose|main)" },
    },
    {
      name: "scripted-model-is-alone",
      severity: "error",
      from: { path: "^src/scripted-model/" },
      to: { path: "^src/", pathNot: "^src/scripted-model/" },
    },
    {
      name: "simulator-sees-no-adapters",
      severity: "error",
      from: { path: "^tests/sim/" },
      to: {
        path: "^src/",
        pathNot: ["^src/(core|ports|stages|engine)/", "^src/adapters/engine/(memory|shared)/"],
      },
    },
    {
      name: "simulated-world-is-alone",
      severity: "error",
      from: { path: "^tests/sim/(world|faults|people|invariants)/" },
      to: { pathNot: ["^src/", "^tests/sim/(world|faults|people|invariants)/"] },
    },
    {
      name: "one-file-starts-processes",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/adapters/process(\\.ts$|/)" },
      to: { path: "^(node:)?child_process$|node_modules/execa" },
    },
    {
      name: "one-folder-knows-the-agent-sdk",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/adapters/agents/" },
      to: { path: "node_modules/@anthropic-ai" },
    },
    {
      name: "one-folder-knows-the-database-driver",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/adapters/engine/sqlite/" },
      to: { path: "node_modules/better-sqlite3" },
    },
    {
      name: "only-main-and-compose-see-all",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(main|compose)\\.ts$|^src/compose/" },
      to: { path: "^src/(main|compose)" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: [".ts", ".js", ".json"] },
  },
};
