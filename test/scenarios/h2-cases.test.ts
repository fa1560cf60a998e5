/**
 * What breaks the rules of HTTP/2, frame by frame, against a server over TCP: which error code answers it, and that
 * it does so at once. The server answers GET, and refuses any other method before its content has come.
 */
import { strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { after, before, describe, it } from "node:test";
import { bytesContent, Fields, type Handler, HttpResponse } from "../../src/index.ts";
import {
  block,
  type CodeName,
  continuation,
  data,
  endHeaders,
  endStream,
  frame,
  get,
  getLines,
  goaway,
  headers,
  type Lines,
  padded,
  paddedData,
  ping,
  post,
  preface,
  priority,
  priorityFlag,
  rstStream,
  settings,
  uint32,
  windowUpdate,
} from "../support/http2-frames.ts";
import { rawHttp2 } from "../support/raw-http2.ts";
import { type Running, serve } from "../support/running.ts";

const page: HttpResponse = new HttpResponse({
  status: 200,
  fields: Fields.empty,
  content: bytesContent(Buffer.from("a page of 26 octets of text")),
});
const refusal: HttpResponse = new HttpResponse({
  status: 405,
  fields: Fields.empty,
  content: bytesContent(Buffer.from("no")),
});
const answer: Handler = ({ method }) => (method === "GET" || method === "HEAD" ? page : refusal);

/** Input, or "answered": what follows is sent once stream 1 has its answer. */
type Step = Uint8Array | "answered";
type Row = readonly [rule: string, steps: readonly Step[], answer: RegExp];

const stream = (...names: CodeName[]): RegExp =>
  new RegExp(`^(RST_STREAM 1|GOAWAY \\d+) (${names.join("|")})$`);
const connection = (...names: CodeName[]): RegExp => new RegExp(`^GOAWAY \\d+ (${names.join("|")})$`);
const pong = /^PING ACK 12345678$/;
const headOf = (id: number, status: number): RegExp => new RegExp(`^HEADERS ${id} .*:status=${status}`);

const fragment = block(getLines());
const half = fragment.subarray(0, 3);
const rest = fragment.subarray(3);
const selfish = (id: number): Buffer =>
  frame(
    1,
    endStream | endHeaders | priorityFlag,
    id,
    Buffer.concat([uint32(id), Buffer.from([15]), fragment]),
  );
const without = (name: string): Lines => getLines().filter(([each]) => each !== name);
const changed = (name: string, value: string): Lines =>
  getLines().map(([each, old]) => [each, each === name ? value : old]);
const first: Lines = [["x", "y"]];
const unknown = frame(0x16, 0xff, 0, "unknown");
const bad = (...octets: number[]): Buffer =>
  frame(1, endStream | endHeaders, 1, Buffer.concat([fragment, Buffer.from(octets)]));

const tables: Readonly<Record<string, readonly Row[]>> = {
  "frames and blocks (§4)": [
    ["DATA of 16,384 octets", [post(1), data(1, Buffer.alloc(16_384), endStream), ping()], pong],
    [
      "DATA beyond the frame size",
      [post(1), data(1, Buffer.alloc(16_385), endStream)],
      stream("FRAME_SIZE_ERROR"),
    ],
    ["HEADERS beyond the frame size", [frame(1, 5, 1, Buffer.alloc(16_385))], connection("FRAME_SIZE_ERROR")],
    ["a block that is none", [frame(1, 5, 1, "@")], connection("COMPRESSION_ERROR")],
    [
      "PRIORITY within a block",
      [frame(1, 1, 1, half), priority(1), continuation(1, rest, 4)],
      connection("PROTOCOL_ERROR"),
    ],
    ["HEADERS within another's block", [frame(1, 1, 1, half), get(3)], connection("PROTOCOL_ERROR")],
    ["an unknown frame", [unknown, ping()], pong],
    [
      "an unknown frame within a block",
      [frame(1, 1, 1, half), unknown, continuation(1, rest, 4)],
      connection("PROTOCOL_ERROR"),
    ],
    ["undefined flags and the reserved bit", [frame(6, 0x16, 0x8000_0000, "12345678")], pong],
  ],
  "stream states (§5)": [
    ["idle: DATA", [data(1, "x", endStream)], connection("PROTOCOL_ERROR")],
    ["idle: RST_STREAM", [rstStream(1)], connection("PROTOCOL_ERROR")],
    ["idle: WINDOW_UPDATE", [windowUpdate(1, 100)], connection("PROTOCOL_ERROR")],
    ["idle: CONTINUATION", [continuation(1, fragment, 4)], connection("PROTOCOL_ERROR")],
    ["idle: PRIORITY, then a lower stream", [priority(9), get(3)], headOf(3, 200)],
    ["half closed: DATA", [get(1), data(1, "x", endStream)], stream("STREAM_CLOSED")],
    ["half closed: HEADERS", [get(1), get(1)], stream("STREAM_CLOSED")],
    [
      "half closed: CONTINUATION",
      [get(1), continuation(1, fragment, 4)],
      connection("STREAM_CLOSED", "PROTOCOL_ERROR"),
    ],
    [
      "half closed: WINDOW_UPDATE, PRIORITY, RST_STREAM",
      [get(1), windowUpdate(1, 1), priority(1), rstStream(1), ping()],
      pong,
    ],
    ["reset: DATA", [post(1), rstStream(1), data(1, "x", endStream)], stream("STREAM_CLOSED")],
    ["reset: HEADERS", [post(1), rstStream(1), post(1)], stream("STREAM_CLOSED")],
    [
      "reset: CONTINUATION",
      [post(1), rstStream(1), continuation(1, fragment, 4)],
      stream("STREAM_CLOSED", "PROTOCOL_ERROR"),
    ],
    ["closed: DATA", [get(1), "answered", data(1, "x", endStream)], stream("STREAM_CLOSED")],
    ["closed: HEADERS", [get(1), "answered", get(1)], connection("STREAM_CLOSED")],
    [
      "closed: CONTINUATION",
      [get(1), "answered", continuation(1, fragment, 4)],
      connection("STREAM_CLOSED", "PROTOCOL_ERROR"),
    ],
    [
      "closed: PRIORITY, WINDOW_UPDATE, RST_STREAM",
      [get(1), "answered", priority(1), windowUpdate(1, 1), rstStream(1), ping()],
      pong,
    ],
    ["an even stream", [get(2)], connection("PROTOCOL_ERROR")],
    ["a stream lower than before", [get(5), get(3)], connection("PROTOCOL_ERROR")],
    [
      "more streams than allowed",
      [settings([4, 0]), ...Array.from({ length: 129 }, (_, i) => get(2 * i + 1))],
      /^RST_STREAM 257 REFUSED_STREAM$/,
    ],
    ["HEADERS that depend on themselves", [selfish(1)], stream("PROTOCOL_ERROR")],
    ["PRIORITY of an idle stream that depends on itself", [priority(2, 2)], connection("PROTOCOL_ERROR")],
    [
      "PRIORITY of an open stream that depends on itself",
      [settings([4, 0]), get(1), priority(1, 1)],
      stream("PROTOCOL_ERROR"),
    ],
    [
      "PRIORITY of a closed stream that depends on itself",
      [get(1), "answered", priority(1, 1), ping()],
      pong,
    ],
  ],
  "each frame (§6)": [
    ["DATA on stream 0", [data(0, "x", endStream)], connection("PROTOCOL_ERROR")],
    [
      "DATA with too much padding",
      [post(1), frame(0, padded | endStream, 1, [6, 1, 2, 3, 4, 5])],
      connection("PROTOCOL_ERROR"),
    ],
    ["DATA with padding", [post(1), paddedData(1, "x", 6, endStream), ping()], pong],
    ["HEADERS on stream 0", [get(0)], connection("PROTOCOL_ERROR")],
    [
      "HEADERS with too much padding",
      [frame(1, 5 | padded, 1, Buffer.concat([Buffer.from([fragment.length + 1]), fragment]))],
      connection("PROTOCOL_ERROR"),
    ],
    ["PRIORITY on stream 0", [priority(0, 1)], connection("PROTOCOL_ERROR")],
    ["PRIORITY of a wrong size", [get(1), frame(2, 0, 1, "1234")], stream("FRAME_SIZE_ERROR")],
    ["PRIORITY of a wrong size, idle", [frame(2, 0, 1, "1234")], stream("FRAME_SIZE_ERROR")],
    ["RST_STREAM on stream 0", [rstStream(0)], connection("PROTOCOL_ERROR")],
    ["RST_STREAM of a wrong size", [get(1), frame(3, 0, 1, "123")], connection("FRAME_SIZE_ERROR")],
    ["SETTINGS acknowledged with a payload", [frame(4, 1, 0, [0])], connection("FRAME_SIZE_ERROR")],
    ["SETTINGS on stream 1", [frame(4, 0, 1, [0, 3, 0, 0, 0, 100])], connection("PROTOCOL_ERROR")],
    ["SETTINGS of a wrong size", [frame(4, 0, 0, [0, 3, 0])], connection("FRAME_SIZE_ERROR")],
    ["ENABLE_PUSH of 2", [settings([2, 2])], connection("PROTOCOL_ERROR")],
    ["INITIAL_WINDOW_SIZE too large", [settings([4, 2 ** 31])], connection("FLOW_CONTROL_ERROR")],
    ["MAX_FRAME_SIZE too small", [settings([5, 16_383])], connection("PROTOCOL_ERROR")],
    ["MAX_FRAME_SIZE too large", [settings([5, 2 ** 24])], connection("PROTOCOL_ERROR")],
    ["an unknown setting", [settings([0xff, 1]), ping()], pong],
    ["the last of equal settings counts", [settings([4, 100], [4, 1]), get(1)], /^DATA 1 "a"$/],
    [
      "PUSH_PROMISE",
      [frame(5, endHeaders, 1, Buffer.concat([uint32(2), fragment]))],
      connection("PROTOCOL_ERROR"),
    ],
    ["PING acknowledged unasked", [frame(6, 1, 0, "invalid!"), ping()], pong],
    ["PING on stream 1", [frame(6, 0, 1, "12345678")], connection("PROTOCOL_ERROR")],
    ["PING of a wrong size", [frame(6, 0, 0, "123456")], connection("FRAME_SIZE_ERROR")],
    ["GOAWAY on stream 1", [frame(7, 0, 1, Buffer.alloc(8))], connection("PROTOCOL_ERROR")],
    ["GOAWAY", [goaway(0), ping()], /^(PING ACK 12345678|END)$/],
    ["WINDOW_UPDATE of 0", [windowUpdate(0, 0)], connection("PROTOCOL_ERROR")],
    [
      "WINDOW_UPDATE of 0 on a stream",
      [settings([4, 0]), get(1), windowUpdate(1, 0)],
      stream("PROTOCOL_ERROR"),
    ],
    [
      "WINDOW_UPDATE of 0 on a stream that is answered",
      [get(1), "answered", windowUpdate(1, 0)],
      stream("PROTOCOL_ERROR"),
    ],
    ["WINDOW_UPDATE of a wrong size", [frame(8, 0, 0, "123")], connection("FRAME_SIZE_ERROR")],
    [
      "a window beyond its limit",
      [windowUpdate(0, 2 ** 31 - 1), windowUpdate(0, 2 ** 31 - 1)],
      connection("FLOW_CONTROL_ERROR"),
    ],
    [
      "a stream's window beyond its limit",
      [settings([4, 0]), get(1), windowUpdate(1, 2 ** 31 - 1), windowUpdate(1, 2 ** 31 - 1)],
      /^(RST_STREAM 1 FLOW_CONTROL_ERROR|DATA 1 END .*)$/,
    ],
    ["a window of 1", [settings([4, 1]), get(1)], /^DATA 1 "a"$/],
    ["a window that opens later", [settings([4, 0]), get(1), settings([4, 1])], /^DATA 1 "a"$/],
    [
      "CONTINUATION twice",
      [frame(1, 1, 1, half), continuation(1, rest.subarray(0, 1)), continuation(1, rest.subarray(1), 4)],
      headOf(1, 200),
    ],
    [
      "CONTINUATION on stream 0",
      [frame(1, 1, 1, half), continuation(0, rest, 4)],
      connection("PROTOCOL_ERROR"),
    ],
    ["CONTINUATION behind a whole block", [get(1), continuation(1, rest, 4)], connection("PROTOCOL_ERROR")],
    [
      "DATA before CONTINUATION",
      [frame(1, 0, 1, half), data(1, "x"), continuation(1, rest, 4)],
      connection("PROTOCOL_ERROR"),
    ],
    ["unknown codes", [goaway(0), frame(3, 0, 1, uint32(0xff))], /^(GOAWAY 0 PROTOCOL_ERROR|END)$/],
  ],
  "messages (§8)": [
    [
      "a second field section that ends nothing",
      [post(1), data(1, "x"), headers(1, first, endHeaders)],
      stream("PROTOCOL_ERROR"),
    ],
    ["a name in upper case", [get(1, ["X-TEST", "ok"])], stream("PROTOCOL_ERROR")],
    ["an unknown pseudo field", [get(1, [":test", "ok"])], stream("PROTOCOL_ERROR")],
    ["a response's pseudo field", [get(1, [":status", "200"])], stream("PROTOCOL_ERROR")],
    [
      "a pseudo field among trailers",
      [post(1), data(1, "x"), headers(1, [[":method", "GET"]])],
      stream("PROTOCOL_ERROR"),
    ],
    [
      "a pseudo field behind others",
      [headers(1, [...without(":path"), ...first, [":path", "/"]])],
      stream("PROTOCOL_ERROR"),
    ],
    ["connection", [get(1, ["connection", "keep-alive"])], stream("PROTOCOL_ERROR")],
    ["te", [get(1, ["te", "trailers, deflate"])], stream("PROTOCOL_ERROR")],
    ["te: trailers", [get(1, ["te", "trailers"])], headOf(1, 200)],
    ["an empty :path", [headers(1, changed(":path", ""))], stream("PROTOCOL_ERROR")],
    ...[":method", ":scheme", ":path"].flatMap((name): Row[] => [
      [`no ${name}`, [headers(1, without(name))], stream("PROTOCOL_ERROR")],
      [
        `${name} twice`,
        [headers(1, [...getLines(), ...getLines().filter(([each]) => each === name)])],
        stream("PROTOCOL_ERROR"),
      ],
    ]),
    [
      "content longer than announced",
      [post(1, ["content-length", "1"]), data(1, "test", endStream)],
      stream("PROTOCOL_ERROR"),
    ],
    [
      "content longer than announced, in pieces",
      [post(1, ["content-length", "1"]), data(1, "test"), data(1, "test", endStream)],
      stream("PROTOCOL_ERROR"),
    ],
    [
      "content shorter than announced",
      [post(1, ["content-length", "9"]), data(1, "test", endStream)],
      stream("PROTOCOL_ERROR"),
    ],
    ["trailers", [post(1), data(1, "x"), headers(1, first)], headOf(1, 405)],
    ["HEAD", [headers(1, changed(":method", "HEAD"))], /^HEADERS 1 END :status=200/],
    ["OPTIONS", [headers(1, changed(":method", "OPTIONS"))], headOf(1, 405)],
  ],
  "field compression (RFC 7541)": [
    ["an index beyond the tables", [bad(0xc6)], connection("COMPRESSION_ERROR")],
    ["index 0", [bad(0x80)], connection("COMPRESSION_ERROR")],
    ["a table size update at the end", [bad(0x20)], connection("COMPRESSION_ERROR")],
    [
      "a table larger than allowed",
      [frame(1, 5, 1, Buffer.concat([Buffer.from([0x3f, 0xe2, 0x1f]), fragment]))],
      connection("COMPRESSION_ERROR"),
    ],
    [
      "padding of more than seven bits",
      [bad(0x00, 0x85, 0xf2, 0xb2, 0x4a, 0x84, 0xff, 0x84, 0x49, 0x50, 0x9f, 0xff)],
      connection("COMPRESSION_ERROR"),
    ],
    [
      "padding of zeros",
      [bad(0x00, 0x85, 0xf2, 0xb2, 0x4a, 0x84, 0xff, 0x83, 0x49, 0x50, 0x90)],
      connection("COMPRESSION_ERROR"),
    ],
    [
      "EOS",
      [bad(0x00, 0x85, 0xf2, 0xb2, 0x4a, 0x84, 0xff, 0x87, 0x49, 0x51, 0xff, 0xff, 0xff, 0xfa, 0x7f)],
      connection("COMPRESSION_ERROR"),
    ],
  ],
};

/** Whether a line says that the connection is over. */
const isOver = (wanted: RegExp): boolean => wanted.source.startsWith("^GOAWAY");

describe("HTTP/2 over TCP", { timeout: 60_000 }, () => {
  let running: Running;
  before(async () => {
    running = await serve({ "/*": answer });
  });
  after(() => running[Symbol.asyncDispose]());

  for (const [section, rows] of Object.entries(tables)) {
    describe(section, () => {
      for (const [rule, steps, wanted] of rows) {
        it(rule, async () => {
          const client = await rawHttp2(running.port);
          try {
            // Each by itself, as a client that thinks between them sends it.
            for (const step of steps) {
              if (step === "answered") {
                await client.until(/^DATA 1 END/);
              } else {
                client.send(step);
                await new Promise(setImmediate);
              }
            }
            await client.until(wanted);
            if (isOver(wanted)) {
              await client.until(/^END$/);
            }
          } finally {
            client.socket.destroy();
          }
        });
      }
    });
  }

  it("begins with SETTINGS", async () => {
    const client = await rawHttp2(running.port, false);
    client.send(preface, settings());
    const seen = await client.until(/^SETTINGS ACK$/);
    strictEqual(seen[0]?.startsWith("SETTINGS "), true);
    client.socket.destroy();
  });

  it("ends a connection that begins otherwise (§3.4)", async () => {
    const client = await rawHttp2(running.port, false);
    client.send(Buffer.from("INVALID CONNECTION PREFACE\r\n\r\n"));
    await client.until(/^END$/);
    client.socket.destroy();
  });
});
