/** The access log's formats. Each maker keeps what its lines share, so make one a log. */
import { type Colours, coloursFor } from "./colour.ts";
import { escapeQuoted, jsonString, rememberLast } from "./escape.ts";
import type { AccessFacts, AccessFormatter, AccessLogFormat } from "./facts.ts";
import { clockTime, isoTime, ncsaTime } from "./time.ts";

/** @param coloured - For `dev` only: whether its reader shows ANSI colours. */
export function accessFormatter(format: AccessLogFormat, coloured: boolean): AccessFormatter {
  switch (format) {
    case "dev":
      return devFormatter(coloursFor(coloured));
    case "common":
      return commonFormatter();
    case "combined":
      return combinedFormatter();
    case "json":
      return jsonFormatter();
  }
}

/** NCSA common: `client - - [time] "request line" status octets`, with `-` for what is not there. */
function commonFormatter(): AccessFormatter {
  const time = ncsaTime();
  return (facts) => {
    const request =
      facts.method === ""
        ? "-"
        : `${escapeQuoted(facts.method)} ${escapeQuoted(facts.target)} ${protocolOf(facts)}`;
    const client = facts.client === "" ? "-" : escapeQuoted(facts.client);
    const status = facts.status === 0 ? "-" : facts.status;
    const octets = facts.octets === 0 ? "-" : facts.octets;
    return `${client} - - [${time(facts.startedWall)}] "${request}" ${status} ${octets}`;
  };
}

/** NCSA combined: common with `"Referer" "User-Agent"` after it. */
function combinedFormatter(): AccessFormatter {
  const common = commonFormatter();
  const referer = rememberLast(escapeQuoted);
  const agent = rememberLast(escapeQuoted);
  return (facts) => `${common(facts)} "${referer(facts.referer ?? "-")}" "${agent(facts.userAgent ?? "-")}"`;
}

/**
 * One JSON object a line: ts (RFC 3339, UTC), status, method, host, target, client,
 * proto, duration (seconds), size (octets of content), and where there is one,
 * user_agent, referer, tls, client_subject and cause.
 */
function jsonFormatter(): AccessFormatter {
  const time = isoTime();
  const method = rememberLast(jsonString);
  const host = rememberLast(jsonString);
  const client = rememberLast(jsonString);
  const referer = rememberLast(jsonString);
  const agent = rememberLast(jsonString);
  const subject = rememberLast(jsonString);
  return (facts) => {
    let line =
      `{"ts":"${time(facts.startedWall)}","status":${facts.status},"method":${method(facts.method)}` +
      `,"host":${host(facts.host)},"target":${jsonString(facts.target)},"client":${client(facts.client)}` +
      `,"proto":"${protocolOf(facts)}","duration":${seconds(facts.duration)}` +
      `,"size":${facts.octets}`;
    if (facts.userAgent !== undefined) {
      line += `,"user_agent":${agent(facts.userAgent)}`;
    }
    if (facts.referer !== undefined) {
      line += `,"referer":${referer(facts.referer)}`;
    }
    if (facts.tls !== undefined) {
      line += `,"tls":"${facts.tls}"`;
    }
    if (facts.clientSubject !== undefined) {
      line += `,"client_subject":${subject(facts.clientSubject)}`;
    }
    if (facts.cause !== undefined) {
      line += `,"cause":${jsonString(facts.cause)}`;
    }
    return `${line}}`;
  };
}

/** As logs write it everywhere: with a minor version, which HTTP/2 does not have. */
function protocolOf({ version }: AccessFacts): string {
  return version.length === 1 ? `HTTP/${version}.0` : `HTTP/${version}`;
}

/** Seconds with microseconds; put together from whole numbers, which is cheaper than printing a fraction. */
function seconds(millis: number): string {
  const micros = Math.round(millis * 1000);
  if (micros >= 1_000_000) {
    return `${Math.floor(micros / 1_000_000)}.${sixDigits(micros % 1_000_000)}`;
  }
  return `0.${sixDigits(micros)}`;
}

function sixDigits(n: number): string {
  const text = `${n}`;
  return `${"000000".slice(text.length)}${text}`;
}

/** For the eye: `07:34:39  200  GET        1.2 ms   4.1 kB  /index.html`. */
function devFormatter(colours: Colours): AccessFormatter {
  const time = clockTime();
  return (facts) => {
    const status = facts.status === 0 ? "-  " : `${facts.status}`;
    const cause = facts.cause === undefined ? "" : colours.dim(` (${escapeQuoted(facts.cause)})`);
    return [
      colours.dim(time(facts.startedWall)),
      statusColour(colours, facts)(status),
      escapeQuoted(facts.method === "" ? "-" : facts.method).padEnd(7),
      durationText(facts.duration).padStart(8),
      colours.dim(octetsText(facts.octets).padStart(8)),
      `${escapeQuoted(facts.target)}${cause}`,
    ].join("  ");
  };
}

function statusColour(colours: Colours, { status }: AccessFacts): (text: string) => string {
  if (status >= 500 || status === 0) {
    return colours.red;
  }
  if (status >= 400) {
    return colours.yellow;
  }
  return status >= 300 ? colours.cyan : colours.green;
}

function durationText(millis: number): string {
  if (millis < 9.95) {
    return `${millis.toFixed(1)} ms`;
  }
  return millis < 999.5 ? `${Math.round(millis)} ms` : `${(millis / 1000).toFixed(1)} s`;
}

function octetsText(octets: number): string {
  if (octets < 1000) {
    return `${octets} B`;
  }
  let value = octets;
  let unit = -1;
  do {
    value /= 1000;
    unit += 1;
  } while (value >= 999.5 && unit < 4);
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${["kB", "MB", "GB", "TB", "PB"][unit]}`;
}
