/** Sessions that go round in circles, and the stronger model that comes last. */
import { expect, test } from "vitest";
import { openCycleRig } from "../support/cycle-rig.ts";
import { bash, brief, passes, works, write } from "../support/plays.ts";
import { sessionsOf } from "../support/recorded.ts";

test("a session that goes round in circles is ended, the next is told so, and the last one gets a stronger model", async () => {
  const task = "Add a note";
  const flips = Array.from({ length: 9 }, (_, n) => write({ "note.txt": n % 2 === 0 ? "A" : "B" }));
  const failing = Array.from({ length: 9 }, () => bash("echo the same failure; exit 3"));
  const rig = await openCycleRig({
    latencyMs: 250, // a killed session has no time for many more requests
    scenario: {
      worker: [
        { ...works(task, ...failing), attempt: 1 },
        { ...works(task, ...flips), attempt: 2 },
        { ...works(task, write({ "note.txt": "n\n" })), attempt: 3 },
      ],
      judge: [passes],
    },
    projects: { app: { config: { model: "haiku" } } },
  });
  const app = rig.project();
  const id = await app.add(brief(task));
  await rig.run();
  const { task: ended, attempts } = await app.task(task);
  expect(ended.state).toMatchObject({ at: "done", attempt: 3 });
  const ran = "ran `Bash echo the same failure; exit 3` 5 times with the same failure";
  const edited = "edited note.txt back and forth 6 times";
  expect(attempts.map(({ model, outcome }) => [model, outcome])).toEqual([
    ["haiku", failed(expect.stringContaining(ran))],
    ["haiku", failed(edited)],
    ["sonnet", expect.objectContaining({ kind: "submitted" })],
  ]);
  // ended when it was clear, not at the end of the play
  const sessions = sessionsOf(rig.model, "worker");
  const asked = sessions.map(
    ({ session }) => rig.model.requests().filter((each) => each.session === session).length,
  );
  expect(asked[0]).toBeLessThan(8);
  expect(asked[1]).toBeLessThan(9);
  expect(sessions[1]?.prompt).toContain(ran);
  expect(sessions[2]?.prompt).toContain(edited);
  const models = rig.model.requests().filter(({ role }) => role === "worker");
  expect(models.at(0)?.model).toMatch(/haiku/);
  expect(models.at(-1)?.model).toMatch(/sonnet/);
  const notes = (await app.log()).flatMap((each) =>
    each.of === "note" && each.task === id ? [each.event.text] : [],
  );
  expect(notes).toContain("attempt 3 is the last one: it gets the model sonnet");
});

const failed = (detail: unknown) => ({ kind: "failed", failure: { kind: "noProgress", detail } });
