/** Toolchains outside of `/usr`: the person's own, else copies of the system's. */
import { execFileSync } from "node:child_process";
import { chmod, cp, mkdir, readdir, realpath, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";

export interface Toolchain {
  /** Where it is; what its variable says. */
  readonly root: string;
  /** Folders of its programs. */
  readonly path: readonly string[];
}

const there = (path: string): Promise<boolean> =>
  readdir(path).then(
    () => true,
    () => false,
  );

/** Where the system has a program. */
const found = (program: string): string =>
  execFileSync("sh", ["-c", `command -v ${program}`], { encoding: "utf8" }).trim();

/** Rust by rustup, whose programs are put into `home`; else a copy of what the system has. */
export async function homeRust(home: string): Promise<Toolchain> {
  const own = process.env["RUSTUP_HOME"] ?? join(homedir(), ".rustup");
  const bin = join(home, ".cargo/bin");
  if (await there(own)) {
    await cp(join(homedir(), ".cargo/bin"), bin, { recursive: true });
    return { root: own, path: [bin] };
  }
  const root = join(home, ".rustup");
  const toolchain = join(root, "toolchains/stable");
  await mkdir(join(toolchain, "libexec"), { recursive: true });
  const from = dirname(dirname(await realpath(found("rustc"))));
  await cp(join(from, "lib/rustlib"), join(toolchain, "lib/rustlib"), { recursive: true });
  const libraries = (await libraryFolders(from)).map(async ({ folder, names }) => {
    for (const name of names) await cp(join(folder, name), join(toolchain, "lib", name));
  });
  await Promise.all(libraries);
  await mkdir(bin, { recursive: true });
  for (const name of ["rustc", "cargo"]) {
    const program = join(toolchain, "libexec", name);
    await cp(await realpath(found(name)), program);
    // the system's look for their libraries where the system has them
    const script = `#!/bin/sh\nLD_LIBRARY_PATH=${toolchain}/lib exec ${program} "$@"\n`;
    await writeFile(join(bin, name), script);
    await chmod(join(bin, name), 0o755);
  }
  return { root, path: [bin] };
}

/** The compiler's own libraries, which lie among those of the system. */
async function libraryFolders(
  from: string,
): Promise<readonly { readonly folder: string; readonly names: readonly string[] }[]> {
  const all = [
    join(from, "lib"),
    join(from, `lib/${process.arch === "x64" ? "x86_64" : "aarch64"}-linux-gnu`),
  ];
  return Promise.all(
    all.map(async (folder) => {
      const entries = await readdir(folder).catch((): string[] => []);
      return {
        folder,
        names: entries.filter((name) => /^lib(rustc_driver|std|test)-.*\.so$/.test(name)),
      };
    }),
  );
}

/** Python by pyenv; else a copy of what the system has. */
export async function homePython(home: string): Promise<Toolchain> {
  const own = process.env["PYENV_ROOT"] ?? join(homedir(), ".pyenv");
  if (await there(own)) return { root: own, path: [join(own, "shims"), join(own, "bin")] };
  const root = join(home, ".pyenv");
  const version = join(root, "versions/own");
  const program = await realpath(found("python3"));
  const name = basename(program);
  await mkdir(join(version, "bin"), { recursive: true });
  for (const each of [name, "python3"]) await cp(program, join(version, "bin", each));
  const library = join(dirname(dirname(program)), "lib", name);
  const isNeeded = (path: string): boolean => !/\/(test|__pycache__|dist-packages)$/.test(path);
  // what points out of it belongs to the system, and is not needed
  await cp(library, join(version, "lib", name), {
    ...{ recursive: true, dereference: true },
    filter: isNeeded,
  });
  return { root, path: [join(version, "bin")] };
}
