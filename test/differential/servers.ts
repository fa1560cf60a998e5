/** The two servers compared: Sluice and `node:http`, each echoing what it understood. */
import { createServer as createNodeServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { collect, createServer, Fields, type HttpRequest, HttpResponse, handle } from "../../src/index.ts";
import { encodeSeen, seenField } from "./exchange.ts";

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

const mostContent = 1_048_576;

export async function startSluice(): Promise<Listening> {
  const server = createServer({
    listen: [{ host: "127.0.0.1", port: 0, http2: false }],
    sites: [{ hosts: ["*"], routes: [{ match: "/*", handler: handle(echoSluice) }] }],
  });
  await server.listen();
  const port = server.addresses[0]?.port ?? 0;
  return { port, close: () => server.close({ deadline: 0 }) };
}

async function echoSluice(request: HttpRequest): Promise<HttpResponse> {
  const { method, rawTarget, fields } = request;
  const content = (await collect(request.content, mostContent)).toString("latin1");
  const seen = encodeSeen({ method, target: rawTarget, fields: fields.size, content });
  return HttpResponse.empty(204, Fields.of([seenField.toLowerCase(), seen]));
}

export async function startNode(): Promise<Listening> {
  const server = createNodeServer({ insecureHTTPParser: false, maxHeaderSize: 131_072 }, echoNode);
  // Answer what is in flight although the client has ended its side, as Sluice does.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on("connect", (_request, socket) => socket.end("HTTP/1.1 501 Not Implemented\r\n\r\n"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function echoNode(request: IncomingMessage, response: ServerResponse): void {
  const parts: Buffer[] = [];
  request.on("error", () => response.destroy());
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    const { method = "", url = "", rawHeaders } = request;
    const content = Buffer.concat(parts).toString("latin1");
    const seen = encodeSeen({ method, target: url, fields: rawHeaders.length / 2, content });
    response.writeHead(204, { [seenField]: seen }).end();
  });
}
