/**
 * The shape of one row in the HTTP/2 conformance tables, and short builders for what it expects.
 * Rows are data: `http2-drive.ts` runs them.
 */

import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Http2Limits } from "../../src/protocol/http2/index.ts";
import { type Http2Answering, Http2Drive } from "./http2-drive.ts";
import { type CodeName, ping, preface, settings, settingsAck } from "./http2-frames.ts";

export interface Http2Row {
  readonly name: string;
  readonly source: string;
  /** Frames after the client's preface and its empty SETTINGS; with `raw`, everything. */
  readonly input: readonly Uint8Array[];
  readonly events?: readonly string[];
  /** What the machine owed, after its own SETTINGS and its acknowledgement of the client's. */
  readonly frames?: readonly string[];
  readonly raw?: true;
  readonly limits?: Partial<Http2Limits>;
  readonly answering?: Http2Answering;
  /** What a fault's words have to tell. */
  readonly says?: RegExp;
}

const date = "date=Thu, 01 Jan 1970 00:00:00 GMT";

/** The frame that answers a request with 204. */
export function answered(stream: number, status = 204): string {
  return `HEADERS ${stream} END :status=${status} ${date}`;
}

/** A GET of "/" on authority "a", told of whole. */
export function told(stream: number, more = ""): string[] {
  return [`request ${stream} GET / a length=0${more}`, `complete ${stream}`];
}

export function goawayOf(code: CodeName, last = 0): string {
  return `GOAWAY ${last} ${code}`;
}

export function resetOf(stream: number, code: CodeName): string {
  return `RST_STREAM ${stream} ${code}`;
}

/** A row whose input ends the connection at once. */
export function fatal(
  name: string,
  source: string,
  code: CodeName,
  input: readonly Uint8Array[],
  more: Partial<Http2Row> = {},
): Http2Row {
  return {
    name,
    source,
    input,
    events: [`fault ${code} ${source}`],
    frames: [goawayOf(code)],
    ...more,
  };
}

/** A row whose first request is malformed: its stream is reset, and the next one is answered. */
export function malformed(name: string, source: string, input: readonly Uint8Array[]): Http2Row {
  return {
    name,
    source,
    input,
    events: [`fault 1 PROTOCOL_ERROR ${source}`],
    frames: [resetOf(1, "PROTOCOL_ERROR")],
  };
}

/** Runs a row whole, octet by octet, cut in two anywhere, and with octets after it. */
export function runRow(row: Http2Row): void {
  const whole = Buffer.concat(
    row.raw === true ? row.input : [preface, settings(), settingsAck, ...row.input],
  );
  check(row, "whole", [whole]);
  check(row, "octet by octet", octets(whole));
  const step = Math.max(1, Math.floor(whole.length / 60));
  for (let at = step; at < whole.length; at += step) {
    check(row, `cut after ${at} octets`, [whole.subarray(0, at), whole.subarray(at)]);
  }
  // The octets after a row are a PING, which may be what the row is about.
  if (row.limits?.pingFrames === undefined) {
    checkTrailing(row, whole);
  }
}

function octets(whole: Buffer): Buffer[] {
  return Array.from(whole, (octet) => Buffer.from([octet]));
}

function run(row: Http2Row, arrivals: readonly Uint8Array[]): Http2Drive {
  const drive = new Http2Drive({
    ...(row.limits === undefined ? {} : { limits: row.limits }),
    ...(row.answering === undefined ? {} : { answering: row.answering }),
  });
  return drive.receive(...arrivals);
}

function check(row: Http2Row, arrival: string, arrivals: readonly Uint8Array[]): void {
  const drive = run(row, arrivals);
  const { events = [], frames = [] } = row;
  deepStrictEqual([arrival, drive.events], [arrival, events]);
  deepStrictEqual([arrival, framesOf(row, drive)], [arrival, frames]);
  strictEqual(drive.fate, isOver(row) ? "end" : "open");
  if (row.says !== undefined) {
    match(drive.details.join("\n"), row.says);
  }
}

/** What follows is answered where the connection goes on, and ignored where it is over. */
function checkTrailing(row: Http2Row, whole: Buffer): void {
  const after = ping("trailing");
  const { events = [], frames = [] } = row;
  const expected = isOver(row) || row.raw === true ? frames : [...frames, "PING ACK trailing"];
  for (const arrivals of [
    [Buffer.concat([whole, after])],
    [whole, after],
    octets(Buffer.concat([whole, after])),
  ]) {
    const drive = run(row, arrivals);
    if (row.raw !== true || isOver(row)) {
      deepStrictEqual([drive.events, framesOf(row, drive)], [events, expected]);
    }
  }
}

/** Without what every connection begins with. */
function framesOf(row: Http2Row, drive: Http2Drive): string[] {
  return row.raw === true ? drive.frames.slice(2) : drive.frames.slice(3);
}

function isOver({ events = [], frames = [] }: Http2Row): boolean {
  return (
    events.some((event) => event.startsWith("fault ") && !/^fault \d/.test(event)) ||
    frames.at(-1) === "GOAWAY"
  );
}
