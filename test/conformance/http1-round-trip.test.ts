/** Our client machine against our server machine: what one writes the other must understand. */
import { deepStrictEqual, ok } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  bytesContent,
  type Content,
  chunkedContent,
  type FieldLine,
  Fields,
  HttpResponse,
} from "../../src/message/index.ts";
import { contentText, fieldName, fieldValue } from "../support/http1-arbitrary.ts";
import { cutAt } from "../support/http1-arrivals.ts";
import type { Http1Event } from "../support/http1-cases.ts";
import { type Answering, ServerDrive } from "../support/http1-drive.ts";
import { ClientDrive } from "../support/http1-drive-client.ts";
import { Random } from "../support/random.ts";

/** Content of a message and how it is sent: announced by its length or not. */
interface Body {
  readonly chunks: readonly string[];
  readonly sized: boolean;
  readonly trailers: readonly FieldLine[];
}

interface Exchange {
  readonly method: string;
  readonly fields: readonly FieldLine[];
  readonly request: Body;
  readonly status: number;
  readonly response: Body;
}

const lowerLines = fc.array(
  fc.tuple(fieldName, fieldValue).map(([name, value]): FieldLine => [name.toLowerCase(), value]),
  { maxLength: 3 },
);
const body: fc.Arbitrary<Body> = fc.record({
  chunks: fc.array(contentText, { maxLength: 4 }),
  sized: fc.boolean(),
  trailers: lowerLines,
});
const exchange: fc.Arbitrary<Exchange> = fc.record({
  method: fc.constantFrom("GET", "HEAD", "POST", "PUT", "OPTIONS", "QUERY", "M-SEARCH"),
  fields: lowerLines,
  request: body,
  status: fc.constantFrom(200, 201, 204, 304, 404, 500),
  response: body,
});
const answering = fc.constantFrom<Answering>("at once", "later");

describe("HTTP/1 client and server, talking to each other", () => {
  it("requests and responses arrive as they were sent, however they are cut", () => {
    const cases = fc.array(exchange, { minLength: 1, maxLength: 6 });
    fc.assert(fc.property(cases, answering, fc.boolean(), fc.nat(), roundTrip), { numRuns: 600 });
  });
});

function roundTrip(exchanges: readonly Exchange[], when: Answering, pipelined: boolean, seed: number): void {
  const random = new Random(seed);
  let answered = 0;
  const server = new ServerDrive({
    answering: when,
    respond: () => responseOf(exchanges[answered++] as Exchange),
  });
  const client = new ClientDrive();
  for (const each of exchanges) {
    send(client, each);
    if (!pipelined) {
      carry(client, server, random);
    }
  }
  carry(client, server, random);
  deepStrictEqual(server.events.map(essence), exchanges.flatMap(asked));
  deepStrictEqual(client.events.map(essence), exchanges.flatMap(told));
  ok(client.machine.available && client.machine.idle, "the connection goes on");
}

/** Moves octets both ways in random pieces until neither side owes any. */
function carry(client: ClientDrive, server: ServerDrive, random: Random): void {
  for (;;) {
    const out = client.take();
    pieces(out, random).forEach((piece) => {
      server.receive(piece);
    });
    const back = server.take();
    pieces(back, random).forEach((piece) => {
      client.receive(piece);
    });
    if (out === "" && back === "") {
      return;
    }
  }
}

function pieces(text: string, random: Random): readonly string[] {
  return cutAt(
    text,
    Array.from({ length: random.below(10) }, () => random.below(text.length + 1)),
  );
}

function send(client: ClientDrive, { method, fields, request }: Exchange): void {
  const text = request.chunks.join("");
  const id = client.request({
    method,
    target: "/x?y",
    fields: Fields.of(["host", "a"], ["te", "trailers"], ...fields),
    contentLength: request.sized ? text.length : undefined,
  });
  if (request.sized && text === "") {
    return;
  }
  for (const chunk of request.chunks) {
    client.machine.content(id, Buffer.from(chunk, "latin1"));
  }
  client.machine.complete(id, Fields.of(...request.trailers), 1);
}

function responseOf({ status, response }: Exchange): HttpResponse {
  const chunks = response.chunks.filter((chunk) => chunk !== "").map((chunk) => Buffer.from(chunk, "latin1"));
  const content: Content = response.sized
    ? bytesContent(Buffer.concat(chunks))
    : chunkedContent(chunks, { trailers: Fields.of(...response.trailers) });
  return new HttpResponse({ status, fields: Fields.of(["x", String(status)]), content });
}

/** What of an event is the sender's own doing: without Date and the fields of framing. */
function essence(event: Http1Event): object {
  switch (event.type) {
    case "request":
      return { method: event.method, target: event.target, fields: own(event.fields) };
    case "response":
      return { status: event.status, x: event.fields.find(([name]) => name === "x")?.[1] };
    default:
      return event;
  }
}

function own(fields: readonly FieldLine[]): readonly FieldLine[] {
  const framing = new Set(["host", "te", "content-length", "transfer-encoding", "connection"]);
  return fields.filter(([name]) => !framing.has(name));
}

function asked({ method, fields, request }: Exchange): object[] {
  const trailers = request.sized ? [] : request.trailers;
  return [{ method, target: "/x?y", fields }, ...contentOf(request), { type: "complete", trailers }];
}

function told({ method, status, response }: Exchange): object[] {
  const bare = method === "HEAD" || status === 204 || status === 304;
  const trailers = bare || response.sized ? [] : response.trailers;
  return [
    { status, x: String(status) },
    ...(bare ? [] : contentOf(response)),
    { type: "complete", trailers },
  ];
}

function contentOf({ chunks }: Body): object[] {
  const text = chunks.join("");
  return text === "" ? [] : [{ type: "content", text }];
}
