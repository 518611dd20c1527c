/** Finds what must not be seen in folders that are shown: tokens and keys lie beside programs. */
import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Names of files and folders that hold secrets, wherever they are. */
const names = new Set([
  ...[".npmrc", "npmrc", ".yarnrc", ".yarnrc.yml", ".netrc", "_netrc", ".pypirc", ".env"],
  ...["credentials", "credentials.toml", "credentials.json", ".credentials.json", "auth.json"],
  ...["auth.toml", ".git-credentials", ".gitconfig", "gradle.properties", "settings.xml"],
  ...["settings-security.xml", "NuGet.Config", "nuget.config", ".vault-token", "token"],
  ...["tokens.json", "hosts.yml", "pip.conf", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"],
  ...[".ssh", ".gnupg", ".aws", ".azure", ".docker", ".kube", ".password-store", ".gcloud"],
  ...["gcloud", ".terraform.d", ".claude", ".config", ".bash_history", ".zsh_history"],
]);

/** Secrets lie beside a toolchain's programs, not deep in its libraries. */
const depthMax = 3;
/** A folder with more in it holds libraries. */
const entriesMax = 2_000;

/** Answers the files and folders below `roots` that hold secrets by their names. */
export const secretsIn = (roots: readonly string[]): readonly string[] => [
  ...new Set(roots.flatMap((root) => search(root, depthMax))),
];

function search(folder: string, depth: number): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    if (entries.length > entriesMax) return [];
    return entries.flatMap((entry) => {
      const path = join(folder, entry.name);
      if (names.has(entry.name)) return [path];
      return entry.isDirectory() && depth > 1 ? search(path, depth - 1) : [];
    });
  } catch {
    return []; // no folder, or not ours to read
  }
}
