// Inside a sandbox: leads loopback TCP ports to Unix sockets. Arguments: `port:socket` …
// Says `open` and closes its standard output once all ports are open: whoever started it waits for
// that.
import { closeSync, openSync, writeSync } from "node:fs";
import { connect, createServer } from "node:net";

const listening = process.argv.slice(2).map((each) => {
  const at = each.indexOf(":");
  const server = createServer({ allowHalfOpen: true }, (inner) => {
    const outer = connect({ path: each.slice(at + 1), allowHalfOpen: true });
    for (const [one, other] of [
      [inner, outer],
      [outer, inner],
    ]) {
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
      one.pipe(other);
    }
    inner.setNoDelay(true);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(Number(each.slice(0, at)), "127.0.0.1", resolve);
  });
});

await Promise.all(listening);
writeSync(1, "open");
closeSync(1);
openSync("/dev/null", "w"); // takes the number 1, which must be no connection's
