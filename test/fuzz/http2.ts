/** Fuzz target: the HTTP/2 machines must neither throw, nor hoard, nor depend on how octets arrive. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { HttpResponse, type RequestHead, textContent } from "../../src/message/index.ts";
import { clientPreface, type Http2ClientLimits, type Http2Limits } from "../../src/protocol/http2/index.ts";
import { cutAt } from "../support/http1-arrivals.ts";
import { Http2ClientDrive } from "../support/http2-client-drive.ts";
import {
  block,
  continuation,
  data,
  flag,
  frame,
  goaway,
  head,
  headers,
  ping,
  priority,
  readFrames,
  rstStream,
  settings,
  settingsAck,
  uint,
  windowUpdate,
} from "../support/http2-client-frames.ts";
import { Http2Drive, type Http2DriveOptions } from "../support/http2-drive.ts";
import { Random } from "../support/random.ts";
import type { FuzzTarget } from "./target.ts";

/** Small, so that mutants reach every limit. */
const serverLimits: Partial<Http2Limits> = {
  concurrentStreams: 4,
  fieldSection: 600,
  fieldCount: 10,
  fieldLine: 300,
  content: 600,
  headerTable: 256,
  continuations: 3,
  streamWindow: 400,
  unsentControl: 2_000,
  resets: 6,
  settingsFrames: 6,
  pingFrames: 6,
  priorityFrames: 6,
  windowUpdates: 8,
  emptyFrames: 6,
  unknownFrames: 6,
};

const clientLimits: Partial<Http2ClientLimits> = {
  fieldSection: 600,
  fieldCount: 10,
  headerTable: 256,
  continuations: 3,
  content: 600,
  interimResponses: 3,
  streamWindow: 400,
  unsentControl: 2_000,
  settingsFrames: 6,
  pingFrames: 6,
  priorityFrames: 6,
  windowUpdates: 8,
  emptyFrames: 6,
  unknownFrames: 6,
};

const end = flag.endStream;

function ask(
  stream: number,
  method: string,
  flags = 0,
  ...fields: readonly (readonly [string, string])[]
): string {
  const lines = [
    [":method", method],
    [":scheme", "http"],
    [":authority", "a"],
    [":path", `/${stream}`],
  ] as const;
  return headers(stream, block(...lines, ...fields), flags);
}

/** What either side may send besides messages. */
const control: readonly string[] = [
  settings([3, 9], [4, 70_000], [1, 0], [8, 1]),
  ping("12345678"),
  windowUpdate(0, 1_000) + windowUpdate(1, 5),
  priority(3) + frame(0xfa, 1, 1, "what"),
  goaway(1, "NO_ERROR", "bye"),
  rstStream(1, "CANCEL"),
];

const requests: readonly string[] = [
  ask(1, "GET", end) + ask(3, "HEAD", end) + ask(5, "GET", end, ["priority", "u=1, i"]),
  ask(1, "POST", 0, ["content-length", "5"]) + data(1, "hel") + data(1, "lo", end),
  ask(1, "PUT", 0, ["expect", "100-continue"]) + data(1, "\x02hi\0\0", flag.padded) + data(1, "", end),
  ask(1, "POST") + data(1, "hi") + headers(1, block(["x-check", "y"]), end),
  ask(1, "CONNECT") + headers(3, block([":method", "CONNECT"], [":authority", "b:1"])) + data(3, "tunnel"),
  headers(
    1,
    block(
      [":method", "CONNECT"],
      [":scheme", "http"],
      [":authority", "a"],
      [":path", "/"],
      [":protocol", "websocket"],
    ),
  ) + data(1, "frame", end),
  frame(1, 0, 1, block([":method", "GET"], [":path", "/"])) +
    continuation(1, block([":scheme", "http"], ["host", "a"]), flag.endHeaders) +
    data(1, "", end),
  headers(1, "\x82\x86\x84\x41\x01a", end) + headers(3, "\x82\x86\x84\xbe", end),
  `${ask(1, "GET", end)}${frame(16, 0, 0, `${uint(3, 4)}u=1, i`)}${ask(3, "GET", end)}`,
];

const responses: readonly string[] = [
  headers(1, head(200, ["content-length", "5"])) + data(1, "hello", end),
  headers(1, head(103, ["link", "</a>"])) + headers(1, head(204), end) + headers(3, "\x88", end),
  headers(1, head(200)) + data(1, "\x02hi\0\0", flag.padded) + headers(1, block(["x-check", "y"]), end),
  headers(5, head(200)) + data(5, "tunnel") + data(5, "", end),
  frame(1, end, 1, head(200).slice(0, 5)) + continuation(1, head(200).slice(5), flag.endHeaders),
  headers(1, `\x88\x40${"\x01x"}${"\x01y"}`, end) + headers(3, "\x88\xbe", end),
  rstStream(3, "REFUSED_STREAM") + headers(1, head(304, ["content-length", "9"]), end),
  headers(3, head(200)) + data(3, "a".repeat(200)).repeat(3),
];

/** As records, which stay frames however they are mutated: type, flags, stream, length, payload. */
function records(octets: string): string {
  return readFrames(octets)
    .map(({ code, flags, stream, payload }) => {
      const part = payload.slice(0, 255);
      return uint(code, 1) + uint(flags, 1) + uint(stream % 256, 1) + uint(part.length, 1) + part;
    })
    .join("");
}

/** The frames that records mean. */
function framed(input: string): string {
  let octets = "";
  for (let at = 0; at + 4 <= input.length; ) {
    const length = input.charCodeAt(at + 3);
    const type = input.charCodeAt(at) % 18;
    const stream = input.charCodeAt(at + 2) % 12;
    octets += frame(type, input.charCodeAt(at + 1), stream, input.slice(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return octets;
}

const forServer = [...requests, ...control.map((octets) => requests[0] + octets)];
const forClient = [...responses, ...control.map((octets) => octets + responses[0])];

export const http2Targets: readonly FuzzTarget[] = [
  { name: "http2-server", seeds: forServer, examine: examineServer },
  {
    name: "http2-server-frames",
    seeds: forServer.map(records),
    examine: (input, seed) => examineServer(framed(input), seed),
  },
  { name: "http2-client", seeds: forClient, examine: examineClient },
  {
    name: "http2-client-frames",
    seeds: forClient.map(records),
    examine: (input, seed) => examineClient(framed(input), seed),
  },
];

// ---- The server

function examineServer(input: string, seed: number): void {
  const random = new Random(seed);
  const options: Http2DriveOptions = {
    limits: serverLimits,
    answering: random.pick(["whole", "head and read", "head", "never"] as const),
    respond: responseTo,
    // When windows open depends on how content arrives: here they stay as they are.
    consumes: false,
  };
  const peerEnds = random.once(3);
  const octets = clientPreface + settings() + input;
  const whole = serve([octets], peerEnds, options);
  const cut = serve(randomCuts(random, octets), peerEnds, options);
  deepStrictEqual(cut.events, whole.events);
  deepStrictEqual(cut.frames, whole.frames);
  strictEqual(cut.fate, whole.fate);
  serveEagerly(randomCuts(random, octets), options);
  flood(octets, random);
}

/** Nothing leaves before all has come, so that what leaves does not depend on the arrival. */
function serve(arrivals: readonly string[], peerEnds: boolean, options: Http2DriveOptions): Http2Drive {
  const drive = new Http2Drive(options);
  for (const arrival of arrivals) {
    lend(arrival, (lent) => drive.machine.receive(lent, drive.now));
  }
  if (peerEnds) {
    drive.machine.end(drive.now);
  }
  return drive.drain();
}

/** Everything leaves and is consumed at once; in the end, time runs out. */
function serveEagerly(arrivals: readonly string[], options: Http2DriveOptions): void {
  const { limits = {}, answering = "whole" } = options;
  const drive = new Http2Drive({ limits, answering, respond: responseTo });
  for (const arrival of arrivals) {
    drive.receive(Buffer.from(arrival, "latin1"));
    drive.now += 3;
  }
  drive.pass(1_000_000);
  ok(drive.fate !== "open", "the connection waits for ever");
}

/** Frames that cost their sender nothing must end the connection, as long as the driver keeps to `wantsInput`. */
function flood(octets: string, random: Random): void {
  const drive = new Http2Drive({ limits: serverLimits, respond: responseTo });
  drive.machine.receive(Buffer.from(octets, "latin1"), drive.now);
  const unit = random.pick(floods);
  let events = 0;
  for (let turn = 0; turn < floodTurns && drive.fate === "open" && drive.machine.wantsInput; turn += 1) {
    const stream = 1_001 + 2 * turn;
    drive.machine.receive(Buffer.from(unit(stream), "latin1"), drive.now);
    events = drive.events.length;
  }
  ok(drive.fate !== "open" || !drive.machine.wantsInput, "a flood goes on and on");
  ok(events < 2_000, `${events} events`);
}

/** Octets enough to end the largest frame that an input may leave open, and then to pass every limit. */
const floodTurns = 4_000;

const floods: readonly ((stream: number) => string)[] = [
  () => settings(),
  () => ping("12345678"),
  () => priority(1),
  () => windowUpdate(0, 1),
  () => frame(0xfa, 0, 0, ""),
  (stream) => ask(stream, "POST") + rstStream(stream, "CANCEL"),
  (stream) => ask(stream, "GET", end, ["X", "malformed"]),
];

function responseTo(head: RequestHead): HttpResponse {
  if (head.method === "CONNECT") {
    return HttpResponse.empty(403);
  }
  return head.rawTarget.length % 2 === 0
    ? lasting
    : HttpResponse.text(200, `${head.method} ${head.rawTarget}`);
}

/** One response for many requests, as a hot file's is. */
const lasting: HttpResponse = HttpResponse.lasting({
  status: 200,
  fields: HttpResponse.text(200, "").fields,
  content: textContent("kept"),
});

// ---- The client

function examineClient(input: string, seed: number): void {
  const random = new Random(seed);
  const octets = settings([8, 1]) + settingsAck + input;
  const peerEnds = random.once(3);
  const whole = ask3([octets], peerEnds);
  const cut = ask3(randomCuts(random, octets), peerEnds);
  deepStrictEqual(cut.events, whole.events);
  deepStrictEqual(cut.words(), whole.words());
  strictEqual(cut.machine.over, whole.machine.over);
  askEagerly(randomCuts(random, octets));
  floodClient(octets, random);
}

/** Three requests, the last a CONNECT. */
function asking(drive: Http2ClientDrive): Http2ClientDrive {
  drive.request();
  drive.request({ method: "POST", contentLength: undefined });
  drive.request({ method: "CONNECT", authority: "b:1", contentLength: undefined });
  return drive;
}

function ask3(arrivals: readonly string[], peerEnds: boolean): Http2ClientDrive {
  const drive = asking(new Http2ClientDrive({ limits: clientLimits, holding: true }));
  for (const arrival of arrivals) {
    lend(arrival, (lent) => drive.machine.receive(lent, drive.now));
  }
  if (peerEnds) {
    drive.machine.end(drive.now);
  }
  return drive;
}

/** Everything leaves and is consumed at once; in the end, time runs out. */
function askEagerly(arrivals: readonly string[]): void {
  const drive = asking(new Http2ClientDrive({ limits: clientLimits }));
  for (const arrival of arrivals) {
    drive.receive(arrival);
    drive.now += 3;
    if (drive.machine.sendable(3) > 0) {
      drive.machine.content(3, Buffer.from("x"));
    }
  }
  drive.words();
  drive.machine.complete(3, HttpResponse.empty(200).fields, drive.now);
  for (let calls = 0; drive.machine.deadline !== undefined; calls += 1) {
    ok(calls < 1_000, "the machine's deadline stays where it is");
    drive.now = Math.max(drive.now, drive.machine.deadline);
    drive.machine.expire(drive.now);
    if (isTunnel(drive)) {
      break;
    }
  }
  ok(drive.machine.over || drive.machine.idle || isTunnel(drive), "a request waits for ever");
}

/** Nothing in a tunnel is due. */
function isTunnel(drive: Http2ClientDrive): boolean {
  return drive.events.some((event) => event.type === "response" && event.stream === 5 && event.status < 300);
}

function floodClient(octets: string, random: Random): void {
  const drive = asking(new Http2ClientDrive({ limits: clientLimits }));
  drive.machine.receive(Buffer.from(octets, "latin1"), drive.now);
  const unit = random.pick(clientFloods);
  for (let turn = 0; turn < floodTurns && !drive.machine.over; turn += 1) {
    drive.machine.receive(Buffer.from(unit, "latin1"), drive.now);
  }
  ok(drive.machine.over, "a flood goes on and on");
  ok(drive.events.length < 1_000, `${drive.events.length} events`);
}

const clientFloods: readonly string[] = [
  settings(),
  ping("12345678"),
  priority(1),
  windowUpdate(0, 1),
  frame(0xfa, 0, 0, ""),
];

// ---- Both

/** Octets that are overwritten once the call is over. */
function lend(text: string, to: (lent: Buffer) => void): void {
  const lent = Buffer.from(text, "latin1");
  to(lent);
  lent.fill(0xaa);
}

/** Octet by octet once in four, else up to eight cuts. */
function randomCuts(random: Random, input: string): string[] {
  if (random.once(4)) {
    return [...input];
  }
  return cutAt(
    input,
    Array.from({ length: 1 + random.below(8) }, () => random.below(input.length + 1)),
  );
}
