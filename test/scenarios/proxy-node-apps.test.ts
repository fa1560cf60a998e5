/** Node applications behind the proxy: over TCP, Unix sockets, TLS and HTTP/2, with all that a request can carry. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createSecureServer } from "node:http2";
import { createServer as createHttpsServer } from "node:https";
import type { Server as NetServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { TLSSocket } from "node:tls";
import { CertificateFiles, makeCertificate } from "../support/certificates.ts";
import { asking, ourAnswer, type ProxyOptions, serveProxy } from "../support/hostile-upstream-rows.ts";
import { http2Client } from "../support/http2-client.ts";
import { brief } from "../support/responses.ts";
import { requestText } from "../support/running.ts";
import { makeAuthority } from "../support/secure.ts";
import { eventually, gate } from "../support/waiting.ts";

interface App extends AsyncDisposable {
  readonly port: number;
}

async function listening(server: NetServer | Server, place: number | string = 0): Promise<App> {
  await new Promise<void>((resolve) => {
    if (typeof place === "string") {
      server.listen(place, resolve);
    } else {
      server.listen(place, "127.0.0.1", resolve);
    }
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      if ("closeAllConnections" in server) {
        server.closeAllConnections();
      }
      await closed;
    },
  };
}

function app(listener: RequestListener, place?: string): Promise<App> {
  return listening(createServer(listener), place);
}

async function read(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const piece of request) {
    text += piece;
  }
  return text;
}

describe("a Node application", () => {
  it("sees the request that the client sent, and who sent it", async () => {
    await using upstream = await app((request, response) => {
      const { via, "x-forwarded-for": by, "x-forwarded-proto": proto, forwarded, host } = request.headers;
      response.end(JSON.stringify([request.method, request.url, host, via, by, proto, forwarded]));
    });
    await using running = await serveProxy({ upstreams: [`http://127.0.0.1:${upstream.port}`] });
    const client = await running.client();
    client.send(
      requestText("DELETE /a%20b/c?d=e&f", {
        Host: "app.test",
        "X-Forwarded-For": "203.0.113.9",
        Connection: "x",
      }),
    );
    const seen: unknown = JSON.parse((await client.response()).body.toString());
    deepStrictEqual(seen, [
      "DELETE",
      "/a%20b/c?d=e&f",
      "app.test",
      "1.1 sluice",
      "127.0.0.1",
      "http",
      "for=127.0.0.1;host=app.test;proto=http",
    ]);
  });

  it("gets chunked content with its trailers, and answers with trailers", async () => {
    await using upstream = await app(async (request, response) => {
      const text = await read(request);
      response.writeHead(200, { Trailer: "Checksum" });
      response.write(text.toUpperCase());
      response.addTrailers({ Checksum: request.trailers.checksum ?? "none" });
      response.end();
    });
    await using running = await serveProxy({ upstreams: [`http://127.0.0.1:${upstream.port}`] });
    const client = await running.client();
    const chunks = "5\r\nhello\r\n6\r\n world\r\n0\r\nChecksum: abc\r\n\r\n";
    client.send(
      requestText("POST /", { "Transfer-Encoding": "chunked", TE: "trailers", Connection: "TE" }, chunks),
    );
    const { body, trailers } = await client.response();
    deepStrictEqual([body.toString(), { ...trailers }], ["HELLO WORLD", { checksum: "abc" }]);
  });

  it("may ask for the content first (100), and hint early (103)", async () => {
    const server = createServer();
    const order: string[] = [];
    server.on("checkContinue", async (request, response) => {
      order.push("asked");
      response.writeEarlyHints({ link: "</style.css>; rel=preload; as=style" });
      response.writeContinue();
      order.push(await read(request));
      response.end("done");
    });
    await using upstream = await listening(server);
    await using running = await serveProxy({ upstreams: [`http://127.0.0.1:${upstream.port}`] });
    const client = await running.client();
    client.send(requestText("POST /", { "Content-Length": 7, Expect: "100-continue" }));
    const hints = await client.response();
    deepStrictEqual(
      [hints.status, hints.fields.link, (await client.response()).status],
      [103, "</style.css>; rel=preload; as=style", 100],
    );
    client.send("content");
    strictEqual(brief(await client.response()), "200 done");
    deepStrictEqual(order, ["asked", "content"]);
  });

  it("sends events that arrive one by one, over both versions", async () => {
    for (const version of ["HTTP/1.1", "HTTP/2"]) {
      let send: (text: string) => void = () => undefined;
      const asked = gate();
      await using upstream = await app((_request, response) => {
        response.writeHead(200, { "Content-Type": "text/event-stream" });
        response.flushHeaders();
        send = (text) => void response.write(`data: ${text}\n\n`);
        asked.open();
      });
      await using running = await serveProxy({ upstreams: [`http://127.0.0.1:${upstream.port}`] });
      let received = "";
      const client = await running.client();
      await using second = await http2Client(running.url);
      if (version === "HTTP/1.1") {
        client.send(requestText("GET /events"));
        client.socket.on("data", (bytes) => {
          received += bytes.toString();
        });
      } else {
        second.open({ ":path": "/events" }).on("data", (bytes: Buffer) => {
          received += bytes.toString();
        });
      }
      await asked.opened;
      for (const event of ["one", "two", "three"]) {
        send(event);
        // The next is not sent before this one is here.
        await eventually(() => received.includes(`data: ${event}\n\n`), `${event} over ${version}`);
      }
    }
  });

  it("is reached by a Unix socket", async () => {
    const directory = mkdtempSync(join(tmpdir(), "sluice-socket-"));
    const path = join(directory, "app.sock");
    await using _upstream = await app((request, response) => response.end(`unix ${request.url}`), path);
    await using running = await serveProxy({ upstreams: [`unix:${path}`] });
    const client = await running.client();
    client.send(requestText("GET /here"));
    strictEqual(brief(await client.response()), "200 unix /here");
    rmSync(directory, { recursive: true });
  });
});

describe("an application over TLS", () => {
  it("is believed by its own authority, and believes the client's certificate", async () => {
    const authority = await makeAuthority();
    const server = await authority.issue(["app.internal"]);
    const client = await authority.issueClient("sluice");
    using files = new CertificateFiles();
    await using upstream = await listening(
      createHttpsServer(
        { ...server, ca: authority.ca.cert, requestCert: true, rejectUnauthorized: true },
        (request, response) => {
          const socket = request.socket as TLSSocket;
          response.end(`${socket.getPeerCertificate().subject.CN} asks ${request.headers.host}`);
        },
      ),
    );
    const pair = files.pair("client", client);
    const place = { upstreams: [`https://127.0.0.1:${upstream.port}`] };
    const ca = files.write("ca.crt", authority.ca.cert);
    const answerWith = async (options: ProxyOptions): Promise<string> => {
      await using running = await serveProxy(options);
      const raw = await running.client();
      raw.send(requestText("GET /"));
      const { status, body, fields } = await raw.response();
      return `${status} ${status === 200 ? body.toString() : fields["proxy-status"]}`;
    };
    strictEqual(
      await answerWith({ ...place, tls: { ca, serverName: "app.internal", cert: pair.cert, key: pair.key } }),
      `200 sluice asks 127.0.0.1:${upstream.port}`,
    );
    strictEqual(
      await answerWith({ ...place, tls: { serverName: "app.internal", cert: pair.cert, key: pair.key } }),
      "502 sluice; error=tls_certificate_error",
    );
    strictEqual(
      await answerWith({ ...place, tls: { ca, cert: pair.cert, key: pair.key } }),
      "502 sluice; error=tls_certificate_error",
    );
  });

  it("is spoken to in HTTP/2 when it offers it", async () => {
    const certificate = await makeCertificate({ names: ["127.0.0.1"] });
    using files = new CertificateFiles();
    await using upstream = await listening(
      createSecureServer({ ...certificate, allowHTTP1: true }, (request, response) => {
        response.end(`${request.httpVersion} ${request.url}`);
      }),
    );
    const tls = { ca: files.write("ca.crt", certificate.cert) };
    const upstreams = [`https://127.0.0.1:${upstream.port}`];
    const answerWith = async (options: Omit<ProxyOptions, "upstreams">): Promise<string> => {
      await using running = await serveProxy({ ...options, upstreams, tls });
      const client = await running.client();
      client.send(requestText("GET /x"));
      return brief(await client.response());
    };
    deepStrictEqual([await answerWith({}), await answerWith({ http2: false })], ["200 2.0 /x", "200 1.1 /x"]);
  });

  it("that is none is a 502", async () => {
    await using upstream = await app((_request, response) => response.end());
    await using running = await serveProxy({ upstreams: [`https://127.0.0.1:${upstream.port}`] });
    strictEqual((await asking(running, {})).client, ourAnswer("tls_protocol_error"));
  });
});
