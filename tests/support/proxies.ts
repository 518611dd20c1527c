/** A proxy of the person's, and a vendor behind it that only the proxy finds. */
import http from "node:http";
import https from "node:https";
import { connect, type Server } from "node:net";
import { onTestFinished } from "vitest";

/** Of no worth: it was made for the name `vendor.example`, and opens nothing. */
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgKdIrfQ1/RRufT5tS
S+cbwHRyWnAxvSwrCrkMOiHtgLOhRANCAAQS5dUaP3iJhXKcr3ID4aCrr1cZ0vsp
7c9hzlEGKXJMwO6BCTf9i75BYKw4l+x2tkL0XBhpoWRjgincEmqM/K0p
-----END PRIVATE KEY-----
`;
const cert = `-----BEGIN CERTIFICATE-----
MIIBozCCAUqgAwIBAgIUV3oQOQuo+iRy+UTDl7zW1ESfrsMwCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOdmVuZG9yLmV4YW1wbGUwIBcNMjYxMTIzMDQ1NTIwWhgPMjEy
NjEwMzAwNDU1MjBaMBkxFzAVBgNVBAMMDnZlbmRvci5leGFtcGxlMFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEEuXVGj94iYVynK9yA+Ggq69XGdL7Ke3PYc5RBily
TMDugQk3/Yu+QWCsOJfsdrZC9FwYaaFkY4Ip3BJqjPytKaNuMGwwHQYDVR0OBBYE
FEPr/ErYCziYdPRdGVxXfKDVFfZ/MB8GA1UdIwQYMBaAFEPr/ErYCziYdPRdGVxX
fKDVFfZ/MA8GA1UdEwEB/wQFMAMBAf8wGQYDVR0RBBIwEIIOdmVuZG9yLmV4YW1w
bGUwCgYIKoZIzj0EAwIDRwAwRAIgThgHCaL35Mfcd3qW0F6ki6bMj63KgBqN3m4a
oTEumM4CIFpjU33r0qRH3kB8Nb02REh+NfJ6VL2gUkkd+NfpixbH
-----END CERTIFICATE-----
`;

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** A vendor that speaks TLS as `vendor.example`. */
export async function openSecureVendor(answer: http.RequestListener): Promise<number> {
  const server = https.createServer({ key, cert }, answer);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // its name is nobody's: no authority vouches for it
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  onTestFinished(() => void delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"]);
  return listening(server);
}

export interface ProxyRig {
  readonly url: string;
  /** What it was asked for, and as whom. */
  readonly asked: { readonly target: string; readonly as: string | null }[];
}

/** A proxy whose every tunnel leads to one port of this machine; it refuses who is not `as`. */
export async function openProxy(port: number, as: string | null = null): Promise<ProxyRig> {
  const asked: { target: string; as: string | null }[] = [];
  const server = http.createServer((_, response) => response.writeHead(400).end());
  const ends = new Set<{ destroy(): unknown }>();
  server.on("connect", (request, inner, head) => {
    const basic = /^Basic (.+)$/.exec(request.headers["proxy-authorization"] ?? "")?.[1] ?? null;
    const who = basic === null ? null : Buffer.from(basic, "base64").toString();
    asked.push({ target: request.url ?? "", as: who });
    ends.add(inner);
    if (who !== as)
      return void inner.end(
        "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n",
      );
    const outer = connect(port, "127.0.0.1", () => {
      inner.write("HTTP/1.1 200 Connection established\r\n\r\n");
      if (head.length > 0) outer.write(head);
      outer.pipe(inner).pipe(outer);
    });
    ends.add(outer);
    for (const end of [inner, outer]) end.on("error", () => end.destroy());
  });
  onTestFinished(() => {
    for (const end of ends) end.destroy();
    server.close();
  });
  return { url: `127.0.0.1:${await listening(server)}`, asked };
}
