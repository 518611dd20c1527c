/** Puts a tracer round every port of a house whose calls change something. */
import { basename } from "node:path";
import type { Backstage, OpenHouse } from "../../../src/cli/backstage.ts";
import type { ProjectName } from "../../../src/core/ids.ts";
import type { Decision, View } from "../../../src/core/ledger.ts";
import type { Site } from "../../../src/engine/house.ts";
import type { Engine } from "../../../src/ports/engine.ts";
import type { Repo, Workspace } from "../../../src/ports/repo.ts";
import type { World } from "../../../src/stages/context.ts";
import { type Names, openNames } from "./names.ts";
import type { Tracer } from "./tracer.ts";

/** The same backstage, with a tracer round what it opens. */
export function hooked(backstage: Backstage, tracer: Tracer): Backstage {
  return {
    ...backstage,
    openHouse: async (portfolio, options) => {
      const open = await backstage.openHouse(portfolio, options);
      return hookedHouse(open, tracer);
    },
    lock: async (portfolio, kind) => {
      const lock = await tracer.call("lock", () => backstage.lock(portfolio, kind));
      if (lock.kind === "busy") return lock;
      return { kind: "held", release: () => tracer.call("lock.release", lock.release) };
    },
  };
}

async function hookedHouse(open: OpenHouse, tracer: Tracer): Promise<OpenHouse> {
  const names = openNames();
  const { house } = open;
  for (const project of house.sites().keys())
    for (const task of await house.engine.tasks(project, { limit: 100 })) names.learn(task);
  const engine = hookedEngine(house.engine, names, tracer);
  const known = new WeakMap<Site, Site>();
  const siteOf = (site: Site): Site => {
    const made = known.get(site) ?? hookedSite(site, names, tracer);
    known.set(site, made);
    return made;
  };
  const sites = (): ReadonlyMap<ProjectName, Site> =>
    new Map([...house.sites()].map(([name, site]) => [name, siteOf(site)]));
  return {
    ...open,
    house: { ...house, engine, sites },
    close: () => tracer.call("engine.close", open.close),
  };
}

function hookedEngine(engine: Engine, names: Names, tracer: Tracer): Engine {
  /** Counts a decision that writes, within its transaction: what dies there is rolled back. */
  const deciding =
    <A>(decide: (view: View) => Decision<A>, begun: (end: () => void) => void) =>
    (view: View): Decision<A> => {
      const decision = decide(view);
      for (const each of decision.changes) if (each.kind === "task") names.learn(each.task);
      if (decision.changes.length > 0)
        begun(tracer.begin(`engine.transact ${names.ofChanges(decision.changes)}`));
      return decision;
    };
  return {
    ...engine,
    recover: (project) => tracer.call("engine.recover", () => engine.recover(project)),
    transact: async (project, needs, decide) => {
      let end = (): void => {};
      const answer = await engine.transact(
        project,
        needs,
        deciding(decide, (each) => {
          end = each;
        }),
      );
      end();
      return answer;
    },
    claim: async (project, admit) => {
      let end = (): void => {};
      const claim = await engine.claim(project, (view, portfolio, job, token) => {
        const admission = admit(view, portfolio, job, token);
        if (admission.kind === "start") end = tracer.begin(`engine.claim ${names.ofJob(job)}`);
        names.meet(token, job);
        return admission;
      });
      end();
      return claim;
    },
    finish: (delivery, needs, decide) =>
      tracer.call(`engine.finish ${names.ofJob(delivery.job)}`, () =>
        engine.finish(delivery, needs, (view) => {
          const decision = decide(view);
          for (const each of decision.changes) if (each.kind === "task") names.learn(each.task);
          return decision;
        }),
      ),
    renew: (delivery) =>
      tracer.call(`engine.renew ${names.ofJob(delivery.job)}`, () => engine.renew(delivery)),
  };
}

function hookedSite(site: Site, names: Names, tracer: Tracer): Site {
  return {
    ...site,
    world: hookedWorld(site.world, names, tracer),
    journal: {
      write: (entry) =>
        tracer.call(`journal.write ${entry.folder}/${names.mask(entry.file)}`, () =>
          site.journal.write(entry),
        ),
    },
  };
}

function hookedWorld(world: World, names: Names, tracer: Tracer): World {
  const { agent, shell, dependencies, memo } = world;
  const places = new Map<string, string>();
  return {
    ...world,
    repo: hookedRepo(world.repo, { names, tracer, places }),
    agent: {
      ...agent,
      run: (request, signal) => {
        const name = names.mask(basename(request.transcript, ".jsonl"));
        return tracer.call(`agent.run ${name}`, () => agent.run(request, signal), request.session);
      },
    },
    shell: {
      ...shell,
      run: (request, signal) =>
        tracer.call(`shell.run ${places.get(request.cwd) ?? "?"}`, () =>
          shell.run(request, signal),
        ),
    },
    dependencies: {
      ...dependencies,
      install: (workspace, signal) =>
        tracer.call(`dependencies.install ${names.mask(workspace.name)}`, () =>
          dependencies.install(workspace, signal),
        ),
    },
    memo: {
      get: memo.get,
      put: (key, text) =>
        tracer.call(`memo.put ${key.startsWith("[") ? "check" : key}`, () => memo.put(key, text)),
    },
  };
}

interface Round {
  readonly names: Names;
  readonly tracer: Tracer;
  /** Whose a workspace's folder is. */
  readonly places: Map<string, string>;
}

function hookedRepo(repo: Repo, { names, tracer, places }: Round): Repo {
  const opened = <W extends Workspace>(workspace: W): W => {
    const name = names.mask(workspace.name);
    places.set(workspace.path, name);
    // the workspace itself is what the repository knows it by: it is changed, not copied
    const { shield } = workspace;
    const close = workspace[Symbol.asyncDispose].bind(workspace);
    return Object.assign(workspace, {
      shield: (paths: readonly string[]) =>
        tracer.call(`workspace.shield ${name}`, () => shield(paths)),
      [Symbol.asyncDispose]: () => tracer.call(`workspace.close ${name}`, async () => close()),
    });
  };
  return {
    ...repo,
    sync: (signal) => tracer.call("repo.sync", () => repo.sync(signal)),
    open: (request, signal) =>
      tracer.call(`repo.open ${names.mask(request.name)}`, async () =>
        opened(await repo.open(request, signal)),
      ),
    reopen: (name, base, signal) =>
      tracer.call(`repo.reopen ${names.mask(name)}`, async () => {
        const workspace = await repo.reopen(name, base, signal);
        return workspace === null ? null : opened(workspace);
      }),
    openConflict: (request, signal) =>
      tracer.call(`repo.openConflict ${names.mask(request.name)}`, async () =>
        opened(await repo.openConflict(request, signal)),
      ),
    snapshot: (workspace, request, signal) =>
      tracer.call(`repo.snapshot ${names.mask(workspace.name)}`, () =>
        repo.snapshot(workspace, request, signal),
      ),
    show: (task, base, signal) =>
      tracer.call(`repo.show ${names.ofTask(task)}`, () => repo.show(task, base, signal)),
    keep: (task, attempt, commit, signal) =>
      tracer.call(`repo.keep ${names.ofTask(task)}-${attempt}`, () =>
        repo.keep(task, attempt, commit, signal),
      ),
    merge: (base, candidate, message, signal) =>
      tracer.call(`repo.merge ${names.ofTitle(message.split("\n")[0] ?? "")}`, () =>
        repo.merge(base, candidate, message, signal),
      ),
    fence: (token, signal) =>
      tracer.call(`repo.fence ${names.ofToken(token)}`, () => repo.fence(token, signal)),
    publish: (request, signal) =>
      tracer.call(`repo.publish ${names.ofTask(request.task)}`, () =>
        repo.publish(request, signal),
      ),
    push: (signal) => tracer.call("repo.push", () => repo.push(signal)),
    sweep: (task, signal) =>
      tracer.call(`repo.sweep ${names.ofTask(task)}`, () => repo.sweep(task, signal)),
  };
}
