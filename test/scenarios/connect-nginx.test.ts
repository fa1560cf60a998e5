/** Our own connections to Debian's nginx: a PROXY header before TLS, a client certificate, sessions taken up again. */
import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import type { Endpoint } from "../../src/message/index.ts";
import { encodeProxyHeader } from "../../src/protocol/proxy-protocol/index.ts";
import { type ClientTls, createClientTls } from "../../src/tls/index.ts";
import { type Channel, ConnectFailure, connect } from "../../src/transport/index.ts";
import { makeCertificate } from "../support/certificates.ts";
import { startNginx } from "../support/nginx.ts";
import { freePort } from "../support/upstream-servers.ts";
import { within } from "../support/waiting.ts";

const client: Endpoint = { address: "192.0.2.9", port: 56_324, family: "ipv4" };
const front: Endpoint = { address: "198.51.100.7", port: 443, family: "ipv4" };

function open(port: number, tls: ClientTls, first: Uint8Array): Promise<Channel> {
  return new Promise((resolve, reject) => {
    const to = { type: "tcp", addresses: [{ address: "127.0.0.1", family: 4 }], port } as const;
    connect({ to, timeout: 5_000, tls, first }, (result) =>
      result instanceof ConnectFailure ? reject(result) : resolve(result),
    );
  });
}

/** The content of the answer to one request. */
function asked(channel: Channel, path: string): Promise<string> {
  const answer = new Promise<string>((resolve) => {
    let heard = "";
    channel.attach({
      receive: (bytes) => {
        heard += Buffer.from(bytes).toString("latin1");
      },
      end: () => channel.end(),
      flushed: () => undefined,
      closed: () => resolve(heard.slice(heard.indexOf("\r\n\r\n") + 4)),
    });
  });
  channel.write([Buffer.from(`GET ${path} HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n`)]);
  return within(answer, "nginx's answer");
}

describe("connections to nginx", () => {
  for (const protocol of ["TLSv1.2", "TLSv1.3"] as const) {
    it(`with PROXY header, ${protocol} and client certificate`, async () => {
      const authority = await makeCertificate({ title: "Test authority", authority: true });
      const theirs = await makeCertificate({ names: ["app.test"], by: authority });
      const ours = await makeCertificate({ names: ["sluice.test"], client: true, by: authority });
      const port = await freePort();
      await using nginx = await startNginx({
        files: { "../app.crt": theirs.cert, "../app.key": theirs.key, "../ca.crt": authority.cert },
        server: `
          listen 127.0.0.1:${port} ssl proxy_protocol;
          ssl_protocols ${protocol};
          ssl_certificate app.crt; ssl_certificate_key app.key;
          ssl_client_certificate ca.crt; ssl_verify_client on;
          ssl_session_cache shared:s:1m;
          location /facts {
            return 200 "$proxy_protocol_addr $proxy_protocol_server_addr $ssl_server_name $ssl_client_s_dn $ssl_session_reused";
          }`,
      });
      const tls = createClientTls({
        host: "app.test",
        ca: [authority.cert],
        identity: ours,
        alpn: ["http/1.1"],
      });
      const seen: unknown[] = [];
      for (const version of [1, 2, 1] as const) {
        const channel = await open(port, tls, encodeProxyHeader(version, client, front));
        seen.push([
          channel.tls?.version,
          channel.tls?.alpn,
          channel.tls?.resumed,
          await asked(channel, "/facts"),
        ]);
      }
      const facts = "192.0.2.9 198.51.100.7 app.test CN=sluice.test";
      deepStrictEqual(seen, [
        [protocol, "http/1.1", false, `${facts} .`],
        [protocol, "http/1.1", true, `${facts} r`],
        [protocol, "http/1.1", true, `${facts} r`],
      ]);
      deepStrictEqual(nginx.log("error.log").includes("[error]"), false);
    });
  }
});
