/** What a field section means as a request's head (RFC 9113 §8.3.1, §8.5; RFC 8441 §4) or as trailers. */
import { isToken, mayBeTrailer } from "../../fields/index.ts";
import { Fields, HttpError, type Octets, type RequestHead } from "../../message/index.ts";
import type { DecodedSection } from "../hpack/index.ts";
import { headFaults, isPseudo, judge, line, readLength, shown } from "./header-rules.ts";
import { connectTarget, pathTarget, readAuthority, requestAuthority } from "./request-target.ts";

/** The lines of one section, sorted; used over and over, for a section is never read while another is. */
class Sorted {
  flat: string[] = [];
  method: string | undefined;
  scheme: string | undefined;
  authority: string | undefined;
  path: string | undefined;
  protocol: string | undefined;
  host: string | undefined;
  length: string | undefined;
  expect: string | undefined;
  /** Where in `flat` the value of the one Cookie line stands. */
  cookie = -1;

  reset(): void {
    this.flat = [];
    this.method = undefined;
    this.scheme = undefined;
    this.authority = undefined;
    this.path = undefined;
    this.protocol = undefined;
    this.host = undefined;
    this.length = undefined;
    this.expect = undefined;
    this.cookie = -1;
  }
}

const sorted = new Sorted();

/**
 * The request that a field section makes. Without content (`complete`) the very same head is answered
 * for the very same section.
 *
 * @param complete - END_STREAM came with the section.
 * @param extendedConnect - We sent SETTINGS_ENABLE_CONNECT_PROTOCOL = 1 (RFC 8441 §3).
 * @throws HttpError with a row of `headFaults` (`scope` says whether the stream may be answered).
 */
export function readRequestHead(
  section: DecodedSection,
  complete: boolean,
  extendedConnect: boolean,
): RequestHead {
  if (complete && section.meaning !== undefined) {
    return section.meaning as RequestHead;
  }
  if (section.excess !== undefined) {
    throw new HttpError(headFaults.fieldsTooLarge, "client", section.excess);
  }
  sort(section);
  const head = makeHead(complete, extendedConnect);
  if (complete) {
    section.meaning = head;
  }
  return head;
}

/**
 * Trailers, of requests and responses alike; fields that mean something only before the content are left out.
 *
 * @throws HttpError with a row of `headFaults`.
 */
export function readTrailers(section: DecodedSection, by: "client" | "origin"): Fields {
  if (section.excess !== undefined) {
    throw new HttpError(headFaults.fieldsTooLarge, by, section.excess);
  }
  const flat: string[] = [];
  for (const field of section.lines) {
    if (isPseudo(judge(field, by))) {
      throw new HttpError(headFaults.badTrailers, by, `pseudo field ${field.name} among trailers`);
    }
    if (mayBeTrailer(field.name)) {
      flat.push(field.name, field.value);
    }
  }
  return Fields.fromFlat(flat);
}

function sort({ lines }: DecodedSection): void {
  sorted.reset();
  const { flat } = sorted;
  for (let i = 0; i < lines.length; i += 1) {
    const field = lines[i];
    if (field === undefined) {
      break;
    }
    const { name, value } = field;
    const verdict = field.verdict === 0 ? judge(field, "client") : field.verdict;
    if (verdict === line.plain) {
      flat.push(name, value);
    } else if (isPseudo(verdict)) {
      takePseudo(verdict, name, value);
    } else {
      takeSpecial(verdict, name, value);
    }
  }
}

function takePseudo(verdict: number, name: string, value: string): void {
  if (sorted.flat.length > 0) {
    throw new HttpError(headFaults.badPseudoField, "client", `pseudo field ${name} behind other fields`);
  }
  let before: string | undefined;
  switch (verdict) {
    case line.method:
      before = sorted.method;
      sorted.method = value;
      break;
    case line.scheme:
      before = sorted.scheme;
      sorted.scheme = value;
      break;
    case line.authority:
      before = sorted.authority;
      sorted.authority = value;
      break;
    case line.path:
      before = sorted.path;
      sorted.path = value;
      break;
    case line.protocol:
      before = sorted.protocol;
      sorted.protocol = value;
      break;
    default:
      throw new HttpError(headFaults.badPseudoField, "client", `pseudo field ${name} in a request`);
  }
  if (before !== undefined) {
    throw new HttpError(headFaults.badPseudoField, "client", `pseudo field ${name} twice`);
  }
}

function takeSpecial(verdict: number, name: string, value: string): void {
  const { flat } = sorted;
  if (verdict === line.cookie && sorted.cookie >= 0) {
    // Crumbs become one line again (RFC 9113 §8.2.3).
    flat[sorted.cookie] += `; ${value}`;
    return;
  }
  flat.push(name, value);
  let before: string | undefined;
  switch (verdict) {
    case line.cookie:
      sorted.cookie = flat.length - 1;
      break;
    case line.host:
      before = sorted.host;
      sorted.host = value;
      break;
    case line.contentLength:
      before = sorted.length;
      sorted.length = value;
      break;
    case line.expect:
      sorted.expect = sorted.expect === undefined ? value : `${sorted.expect}, ${value}`;
      break;
  }
  if (before !== undefined) {
    const fault = verdict === line.host ? headFaults.badAuthority : headFaults.badLength;
    throw new HttpError(fault, "client", `two field lines of ${name}, wanted one`);
  }
}

function makeHead(complete: boolean, extendedConnect: boolean): RequestHead {
  const { method, protocol } = sorted;
  if (method === undefined) {
    throw new HttpError(headFaults.badRequest, "client", "no :method");
  }
  if (!isToken(method)) {
    throw new HttpError(headFaults.badRequest, "client", `:method ${shown(method)} is no token`);
  }
  if (protocol !== undefined) {
    checkProtocol(method, protocol, extendedConnect);
  }
  const plainConnect = method === "CONNECT" && protocol === undefined;
  const target = plainConnect ? connectTarget(sorted) : pathTarget(method, sorted);
  const authority = requestAuthority(sorted);
  const host = readAuthority(authority);
  const contentLength = announced(complete);
  return {
    method,
    target,
    rawTarget: plainConnect ? authority : (sorted.path ?? ""),
    authority,
    host,
    version: "2",
    fields: Fields.fromFlat(sorted.flat),
    contentLength,
    expectsContinue: sorted.expect !== undefined && expectsContinue(sorted.expect, contentLength),
    ...(protocol === undefined ? {} : { connectProtocol: protocol }),
  };
}

/** RFC 8441 §4: only with CONNECT, and only after we said that we know it. */
function checkProtocol(method: string, protocol: string, extendedConnect: boolean): void {
  if (!extendedConnect || method !== "CONNECT") {
    const why = extendedConnect
      ? `with method ${method}, allowed with CONNECT only`
      : "which was not offered";
    throw new HttpError(headFaults.badPseudoField, "client", `:protocol ${why}`);
  }
  if (!isToken(protocol)) {
    throw new HttpError(headFaults.badConnect, "client", `:protocol ${shown(protocol)} is no token`);
  }
}

function announced(complete: boolean): Octets | undefined {
  const length = sorted.length === undefined ? undefined : readLength(sorted.length, "client");
  if (complete && length !== undefined && length > 0) {
    throw new HttpError(
      headFaults.badLength,
      "client",
      `content of ${length} octets announced, none follows`,
    );
  }
  return complete ? 0 : length;
}

/** RFC 9110 §10.1.1. */
function expectsContinue(text: string, contentLength: Octets | undefined): boolean {
  if (text.toLowerCase() !== "100-continue") {
    throw new HttpError(
      headFaults.expectationFailed,
      "client",
      `Expect ${shown(text)}, only 100-continue is known`,
    );
  }
  return contentLength !== 0;
}
