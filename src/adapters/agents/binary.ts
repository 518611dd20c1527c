import { access, constants } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

/** Finds the agent's program: the one named, else the one that came with the SDK, else on PATH. */
export async function findBinary(
  named: string | null,
  searchPath: string | undefined,
): Promise<string | null> {
  const candidates = named === null ? [...bundled(), ...onPath(searchPath)] : [named];
  for (const candidate of candidates) {
    if (await isExecutable(candidate)) return candidate;
  }
  return null;
}

function bundled(): readonly string[] {
  const require = createRequire(import.meta.url);
  const platform = `${process.platform}-${process.arch}`;
  const program = process.platform === "win32" ? "claude.exe" : "claude";
  return [platform, `${platform}-musl`].flatMap((each) => {
    try {
      return [require.resolve(`@anthropic-ai/claude-agent-sdk-${each}/${program}`)];
    } catch {
      return []; // an optional package of another platform
    }
  });
}

function onPath(searchPath: string | undefined): readonly string[] {
  const folders = (searchPath ?? "").split(path.delimiter).filter((each) => path.isAbsolute(each));
  return folders.map((folder) => path.join(folder, "claude"));
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not for us: the next one
  }
}
