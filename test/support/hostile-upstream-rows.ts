/** One exchange through a proxy to a hostile upstream, told as what each side saw. */
import { deepStrictEqual } from "node:assert/strict";
import { proxy, respond } from "../../src/index.ts";
import { type HostileUpstream, hostileUpstream, type Script } from "./hostile-upstream.ts";
import { readResponse } from "./responses.ts";
import { type Running, requestText, serve } from "./running.ts";
import { eventually } from "./waiting.ts";

export type ProxyOptions = Exclude<Parameters<typeof proxy>[0], string | readonly string[]>;

export interface HostileRow {
  readonly rule: string;
  /** The first connection follows the first, and so on; all further ones the last. */
  readonly upstream: readonly Script[];
  /** Method and target; "GET /" unless told. */
  readonly asks?: string;
  readonly fields?: Readonly<Record<string, string | number>>;
  readonly content?: string;
  readonly options?: Omit<ProxyOptions, "upstreams">;
  /** All that the client gets, without Date; the upstream's port reads PORT. */
  readonly client: string;
  /** The client's connection afterwards: it takes the next request, or how it was closed. */
  readonly after: "goes on" | "end" | "ECONNRESET";
  /** Request lines on each of the upstream's connections. */
  readonly asked: readonly (readonly string[])[];
  /** How each was closed by the proxy: "open" if it was not. */
  readonly closed: readonly string[];
}

export async function runHostileRow(row: HostileRow): Promise<void> {
  await using upstream = await hostileUpstream(...row.upstream);
  await using running = await serveProxy({ ...row.options, upstreams: [upstream.url] });
  const client = await asking(running, row);
  const seen = { ...client, client: client.client.replaceAll(String(upstream.port), "PORT") };
  const { asked, closed } = row;
  await eventually(() => same(upstream, { asked, closed }), "the upstream").catch(() => undefined);
  deepStrictEqual(
    { ...seen, asked: upstream.asked, closed: upstream.closed },
    { client: row.client, after: row.after, asked, closed },
  );
}

/** A server with this proxy, and `/after`, which shows whether a connection goes on. */
export function serveProxy(options: ProxyOptions): Promise<Running> {
  return serve({ "/after": respond("after"), "/*": proxy(options) });
}

/** Sends a row's request, and takes all that comes of it. */
export async function asking(
  running: Running,
  { asks = "GET /", fields = {}, content = "" }: Pick<HostileRow, "asks" | "fields" | "content">,
): Promise<Pick<HostileRow, "client" | "after">> {
  const client = await running.client();
  const [method = "GET"] = asks.split(" ");
  let over: "end" | "ECONNRESET" | undefined;
  client.socket.once("end", () => {
    over ??= "end";
  });
  client.socket.once("error", () => {
    over ??= "ECONNRESET";
  });
  client.send(requestText(asks, fields, content));
  await eventually(() => over !== undefined || isWhole(client.received, method), "the response");
  const got = client.received.toString("latin1").replaceAll(/^date: .*\r\n/gim, "");
  const length = client.received.length;
  client.send(requestText("GET /after"));
  await eventually(() => over !== undefined || client.received.length > length, "what comes then");
  return { client: got, after: over ?? "goes on" };
}

/** The final response is whole. */
function isWhole(received: Buffer, method: string): boolean {
  for (let rest = received; ; ) {
    const read = readResponse(rest, method, false);
    if (read === undefined || read.response.status >= 200) {
      return read !== undefined;
    }
    rest = read.rest;
  }
}

function same(upstream: HostileUpstream, wanted: Pick<HostileRow, "asked" | "closed">): boolean {
  return JSON.stringify([upstream.asked, upstream.closed]) === JSON.stringify([wanted.asked, wanted.closed]);
}

/** What a client is told where no upstream answered it, by the error's type (RFC 9209 §2.3). */
const sentences: Readonly<Record<string, readonly [status: string, sentence: string]>> = {
  connection_refused: ["502 Bad Gateway", "The server behind this one refused the connection."],
  connection_terminated: [
    "502 Bad Gateway",
    "The server behind this one closed the connection before it answered.",
  ],
  connection_timeout: ["504 Gateway Timeout", "The server behind this one could not be reached in time."],
  connection_write_timeout: [
    "504 Gateway Timeout",
    "The server behind this one did not take the request in time.",
  ],
  http_protocol_error: [
    "502 Bad Gateway",
    "The server behind this one sent a response that cannot be understood.",
  ],
  http_response_incomplete: ["502 Bad Gateway", "The server behind this one broke off its response."],
  tls_protocol_error: [
    "502 Bad Gateway",
    "No secure connection to the server behind this one could be made.",
  ],
  http_response_timeout: ["504 Gateway Timeout", "The server behind this one did not answer in time."],
};
const otherwise = ["502 Bad Gateway", "The server behind this one did not answer as it should."] as const;

/** The answer where no upstream gave one, as octets. */
export function ourAnswer(type: string, connection = ""): string {
  const [status, sentence] = sentences[type] ?? otherwise;
  const text = `${status}\n\n${sentence}\n`;
  const lines = [
    `HTTP/1.1 ${status}`,
    "Content-Type: text/plain; charset=utf-8",
    "Cache-Control: no-cache",
    "Vary: Accept",
    "X-Content-Type-Options: nosniff",
    `Proxy-Status: sluice; error=${type}`,
    `Content-Length: ${text.length}`,
    ...(connection === "" ? [] : [`Connection: ${connection}`]),
  ];
  return `${lines.join("\r\n")}\r\n\r\n${text}`;
}
