/** What macOS's own sandbox is told, for many shapes of what a program is given; built anywhere. */
import { mkdir, realpath, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { candidates, type SandboxOptions } from "../../../src/adapters/sandbox/open.ts";
import type { Confined } from "../../../src/ports/sandbox.ts";
import { tempFolder } from "../../support/folders.ts";
import { type Profile, readProfile } from "../../support/seatbelt.ts";

const options: SandboxOptions = { path: "/usr/bin", mark: "m", view: { shown: [], hidden: [] } };

async function profileOf(given: Partial<Confined>, more = options): Promise<Profile> {
  const [first] = await candidates(more, "darwin");
  const confined = { cwd: "/w", writable: [], readable: [], ...given };
  return readProfile(first?.wrap({ argv: ["true"], ...confined }) ?? []);
}

const reads = (profile: Profile, path: string) => profile.allows("file-read-data", path);
const writes = (profile: Profile, path: string) => profile.allows("file-write-create", path);

describe("on macOS", () => {
  test("Seatbelt comes first, then the group; the group alone where it is off", async () => {
    const kinds = async (confined: boolean) =>
      (await candidates({ ...options, confined }, "darwin")).map(({ kind }) => kind);
    expect(await kinds(true)).toEqual(["seatbelt", "group"]);
    expect(await kinds(false)).toEqual(["group"]);
  });

  test("what is given can be read, what is writable written, and nothing else", async () => {
    const profile = await profileOf({ writable: ["/Users/me/w"], readable: ["/Users/me/r"] });
    expect(["/Users/me/w/a/b", "/Users/me/r/a"].map((path) => reads(profile, path))).toEqual([
      true,
      true,
    ]);
    expect(writes(profile, "/Users/me/w/a")).toBe(true);
    const others = [
      "/Users/me",
      "/Users/me/w2",
      "/Users/me/.ssh/id",
      "/Users/other/x",
      "/Volumes/x",
    ];
    const places = [
      "/private/tmp/x",
      "/private/var/folders/x",
      "/private/etc/sudoers",
      "/Library/x",
    ];
    for (const path of [...others, ...places, "/System/Volumes/Data/Users/me/.ssh/id"])
      expect([path, reads(profile, path), writes(profile, path)]).toEqual([path, false, false]);
    for (const path of ["/", "/Users/me/r/a", "/usr/x", "/private/etc/hosts"])
      expect([path, writes(profile, path)]).toEqual([path, false]);
  });

  test("the way to what is given can be walked, and not be looked at", async () => {
    const profile = await profileOf({ readable: ["/Users/me/work/r"] });
    for (const path of ["/Users", "/Users/me", "/Users/me/work"]) {
      expect(profile.allows("file-read-metadata", path)).toBe(true);
      expect(reads(profile, path)).toBe(false);
    }
    expect(profile.allows("file-read-metadata", "/Users/me/other")).toBe(false);
  });

  test("toolchains are read-only, and the secrets beside them are not there", async () => {
    const view = { shown: ["/Users/me/.nvm"], hidden: ["/Users/me/.nvm/.npmrc"] };
    const profile = await profileOf({}, { ...options, view });
    expect(reads(profile, "/Users/me/.nvm/bin/node")).toBe(true);
    expect(writes(profile, "/Users/me/.nvm/bin/node")).toBe(false);
    expect(reads(profile, "/Users/me/.nvm/.npmrc")).toBe(false);
  });

  test("a folder inside another keeps its rights, whatever their order", async () => {
    const profile = await profileOf({
      writable: ["/r/w/r2/w2", "/r/w"],
      readable: ["/r/w/r2", "/r"],
      hidden: ["/r/w/deep/er/hidden", "/r/token"],
    });
    const paths = [
      "/r/x",
      "/r/w/x",
      "/r/w/r2/x",
      "/r/w/r2/w2/x",
      "/r/w/deep/er/hidden/x",
      "/r/token",
    ];
    expect(paths.map((path) => [reads(profile, path), writes(profile, path)])).toEqual([
      [true, false],
      [true, true],
      [true, false],
      [true, true],
      [false, false],
      [false, false],
    ]);
    // nor does it get another name, by the name of a folder around it
    for (const path of ["/r/w/deep", "/r/w/deep/er", "/r/w/deep/er/hidden", "/r/w/r2"])
      expect([path, profile.allows("file-write-unlink", path)]).toEqual([path, false]);
    expect(profile.allows("file-write-unlink", "/r/w/deep/er/other")).toBe(true);
  });

  test("a path through a link is what that leads to, and the link is there", async () => {
    const folder = await tempFolder();
    await mkdir(join(folder, "real"));
    await writeFile(join(folder, "real/token"), "");
    await symlink(join(folder, "real"), join(folder, "link"));
    const link = join(folder, "link");
    const profile = await profileOf({ writable: [link], hidden: [join(link, "token")] });
    expect(writes(profile, join(await realpath(link), "x"))).toBe(true);
    expect(profile.allows("file-read-metadata", link)).toBe(true);
    expect(reads(profile, join(folder, "real/token"))).toBe(false);
  });

  test("no name says anything in the language of profiles, no argument changes", async () => {
    const names = fc
      .string({ unit: "grapheme", minLength: 1 })
      .filter((name) => !/[/\0]/.test(name));
    const odd = [
      "a b",
      'q"uote',
      '")(allow default)("',
      "back\\slash",
      "new\nline",
      "ünï",
      "$(x)`y`",
    ];
    const check = async (name: string, argument: string): Promise<void> => {
      const [first] = await candidates(options, "darwin");
      const given = { cwd: "/w", readable: [`/r/${name}`], hidden: [`/h/${name}`] };
      const argv = ["tool", argument, name] as const;
      const profile = readProfile(first?.wrap({ argv, writable: [`/w/${name}`], ...given }) ?? []);
      const plain = await profileOf({ readable: ["/r/x"], hidden: ["/h/x"], writable: ["/w/x"] });
      expect(profile.text).toBe(plain.text);
      expect(profile.argv).toEqual(argv);
      expect([writes(profile, `/w/${name}/x`), reads(profile, `/r/${name}`)]).toEqual([true, true]);
      expect([writes(profile, "/w/x"), reads(profile, `/h/${name}`)]).toEqual([
        name === "x",
        false,
      ]);
    };
    for (const name of odd) await check(name, "-D");
    const usual = names.filter((name) => name !== "." && name !== "..");
    await fc.assert(fc.asyncProperty(usual, fc.string(), check), { numRuns: 50 });
  });

  test("the network is closed but for sockets that were given, and its own", async () => {
    const given = { readable: ["/s/way.sock"], writable: ["/w"], hidden: ["/w/hidden"] };
    const profile = await profileOf(given);
    const reached = ["/s/way.sock", "/w/own.sock", "/w/hidden/x.sock", "/var/run/docker.sock"];
    expect(reached.map((path) => profile.connects("unix-socket", path))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    for (const port of ["*", "80", "47114"])
      expect(profile.connects("ip", `localhost:${port}`)).toBe(false);
    expect(profile.text).not.toMatch(/trustd|SystemConfiguration|\(allow network\*/);
  });

  test("a way out is a port of the loopback, and a relay ahead of the program", async () => {
    const openings = [{ socket: "/s/one two.sock", port: 4_321 }];
    const profile = await profileOf({ network: { openings } });
    const to = ["localhost:4321", "localhost:*"].map((each) => profile.connects("ip", each));
    expect(to).toEqual([true, false]);
    expect(profile.connects("unix-socket", "/s/one two.sock")).toBe(true);
    expect(profile.argv).toEqual(expect.arrayContaining(["4321:/s/one two.sock", "true"]));
  });

  test("all that the machine reaches is reached where the portfolio says so", async () => {
    const given = { network: "all", readable: ["/s/way.sock"] } as const;
    const { connects } = await profileOf(given);
    for (const to of ["localhost:80", "*:443"])
      expect([to, connects("ip", to)]).toEqual([to, true]);
    // but no socket of another program, which may do what it is asked to
    const sockets = ["/var/run/docker.sock", "/Users/me/.docker/run/docker.sock", "/x/agent.1"];
    for (const to of sockets) expect([to, connects("unix-socket", to)]).toEqual([to, false]);
    for (const to of ["/s/way.sock", "/private/var/run/mDNSResponder"])
      expect([to, connects("unix-socket", to)]).toEqual([to, true]);
  });

  test("keychain, preferences and other processes' environments are nobody's", async () => {
    const { text } = await profileOf({ network: "all" });
    for (const service of ["SecurityServer", "securityd", "cfprefsd", "pasteboard", "appleevent"])
      expect(text).not.toContain(service);
    expect(text).not.toMatch(/procargs|sysctl-read\)|mach-lookup\)|preference|lsopen|file-link/);
  });
});
