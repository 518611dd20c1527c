// Starts the client of a container with what is to be known inside, and ends as it does. Arguments:
// whether a secret comes through descriptor 3 (`piped`, `none`), a plan (JSON), the program's words.
//
// The program's environment is ours. It goes by name, so that no value stands on a command line;
// names that the client itself goes by have its own values, and go with those of the program's:
// folders and addresses.
import { spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { constants } from "node:os";

const [secret, text, ...program] = process.argv.slice(2);
const { before, after, own } = JSON.parse(text);

const named = Object.entries(process.env).flatMap(([name, value]) => [
  "--env",
  name in own ? `${name}=${value}` : name,
]);
const env = { ...process.env };
for (const [name, value] of Object.entries(own)) {
  if (value === null) delete env[name];
  else env[name] = value;
}

// Inside, the first line of the input becomes descriptor 3 again: no client takes one along.
const handOver = 'IFS= read -r s; exec 3<<.\n$s\n.\nunset s; exec "$@"';
const inner = secret === "piped" ? ["sh", "-c", handOver, "sh", ...program] : program;
const terminal = process.stdin.isTTY && process.stdout.isTTY ? ["--tty"] : [];
const [file, ...args] = [...before, ...terminal, ...named, ...after, ...inner];
const stdio = [secret === "piped" ? "pipe" : "inherit", "inherit", "inherit"];
const client = spawn(file, args, { env, stdio });

client.on("error", (error) => {
  process.stderr.write(`${file}: ${error.code === "ENOENT" ? "not found" : error.message}\n`);
  process.exit(127);
});
client.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));

if (client.stdin !== null) {
  client.stdin.on("error", () => undefined); // a client that has gone reads no more
  let read = "";
  for await (const chunk of createReadStream("", { fd: 3, encoding: "utf8" })) read += chunk;
  client.stdin.write(`${read}\n`);
  process.stdin.pipe(client.stdin);
}
