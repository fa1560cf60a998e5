/** Arbitrary legal HTTP/1.1 requests for property tests: what goes over the wire and the events it means. */
import fc from "fast-check";
import type { FieldLine } from "../../src/message/index.ts";
import { complete, content, type Http1Event, request } from "./http1-cases.ts";

/** A message as a sender would write it and as its recipient must understand it. */
export interface WrittenRequest {
  readonly text: string;
  readonly events: readonly Http1Event[];
}

const tokenCharacters = [..."!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const targetCharacters = [..."abcXYZ019-._~!$&'()*+,;=:@/?%"];
const white = fc.constantFrom("", " ", "\t", " \t ");

/** Names with a meaning for framing or for the connection: they come from elsewhere. */
const reserved = new Set([
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "expect",
  "upgrade",
  "te",
  "trailer",
]);

export const token: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...tokenCharacters), { minLength: 1, maxLength: 12 })
  .map((characters) => characters.join(""));

/** A field name prefixed so that it can be none that means something. */
export const fieldName: fc.Arbitrary<string> = token
  .map((text) => (reserved.has(text.toLowerCase()) ? `X-${text}` : text))
  .filter((text) => !knownOutsideTrailers.has(text.toLowerCase()));

/** Names that a random token could hit and that may not stand in trailers. */
const knownOutsideTrailers: ReadonlySet<string> = new Set([
  "age",
  "date",
  "vary",
  "range",
  "cookie",
  "pragma",
]);

/** A field value without white space at its ends: visible, blank or obs-text octets. */
export const fieldValue: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: 0x21, max: 0x7e }) },
      { weight: 1, arbitrary: fc.integer({ min: 0x80, max: 0xff }) },
      { weight: 1, arbitrary: fc.constantFrom(0x20, 0x09) },
    ),
    { maxLength: 20 },
  )
  .map((codes) => String.fromCharCode(...codes).replace(/^[ \t]+|[ \t]+$/g, ""));

/** Field lines as (name, value), with the white space that the sender puts around the value. */
const fieldLines: fc.Arbitrary<readonly (readonly [string, string, string, string])[]> = fc.array(
  fc.tuple(fieldName, fieldValue, white, white),
  { maxLength: 5 },
);

/** Octets of content, CR and LF among them. */
export const contentText: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0x0d, 0x0a, 0x30)), { maxLength: 60 })
  .map((codes) => String.fromCharCode(...codes));

const extension = fc.constantFrom("", ";a", ";a=b", ';a="b;c"', ';a="\\"";d=e', "; a= b");

interface WrittenBody {
  readonly field: FieldLine | undefined;
  readonly length: number | undefined;
  readonly text: string;
  readonly events: readonly Http1Event[];
}

const noBody: fc.Arbitrary<WrittenBody> = fc.constant({
  field: undefined,
  length: 0,
  text: "",
  events: [complete()],
});

const sizedBody: fc.Arbitrary<WrittenBody> = fc
  .tuple(contentText, fc.constantFrom("", "0", "000"))
  .map(([text, zeros]) => ({
    field: ["Content-Length", `${zeros}${text.length}`],
    length: text.length,
    text,
    events: text === "" ? [complete()] : [content(text), complete()],
  }));

const chunk = fc.tuple(contentText, extension, fc.boolean(), fc.constantFrom("", "0", "000"));

const chunkedBody: fc.Arbitrary<WrittenBody> = fc
  .tuple(fc.array(chunk, { maxLength: 4 }), extension, fieldLines)
  .map(([chunks, lastExtension, trailers]) => {
    const full = chunks.filter(([text]) => text !== "");
    const data = full.map(([text]) => text).join("");
    const written = full.map(([text, ext, upper, zeros]) => {
      const size = text.length.toString(16);
      return `${zeros}${upper ? size.toUpperCase() : size}${ext}\r\n${text}\r\n`;
    });
    const told = trailers.map(([name, value]): FieldLine => [name.toLowerCase(), value]);
    return {
      field: ["Transfer-Encoding", "chunked"],
      length: undefined,
      text: `${written.join("")}0${lastExtension}\r\n${writeLines(trailers)}\r\n`,
      events: data === "" ? [complete(...told)] : [content(data), complete(...told)],
    };
  });

const target = fc
  .array(fc.constantFrom(...targetCharacters), { maxLength: 20 })
  .map((characters) => `/${characters.join("")}`);

/** A request in origin-form that keeps the connection open. */
export const writtenRequest: fc.Arbitrary<WrittenRequest> = fc
  .record({
    method: token.filter((method) => method !== "CONNECT"),
    target,
    authority: fc.constantFrom("a", "b.example:8080", "[::1]"),
    before: fieldLines,
    after: fieldLines,
    body: fc.oneof(noBody, sizedBody, chunkedBody),
    emptyLine: fc.boolean(),
  })
  .map(({ method, target, authority, before, after, body, emptyLine }) => {
    const own: (readonly [string, string, string, string])[] = [["Host", authority, " ", ""]];
    if (body.field !== undefined) {
      own.push([body.field[0], body.field[1], " ", ""]);
    }
    const all = [...before, ...own, ...after];
    const head = `${emptyLine ? "\r\n" : ""}${method} ${target} HTTP/1.1\r\n${writeLines(all)}\r\n`;
    const event = request({
      method,
      target,
      authority,
      ...hosts[authority],
      contentLength: body.length,
      fields: all.map(([name, value]): FieldLine => [name.toLowerCase(), value]),
    });
    return { text: head + body.text, events: [event, ...body.events] };
  });

const hosts: Readonly<Record<string, { readonly host: string; readonly port: number | undefined }>> = {
  a: { host: "a", port: undefined },
  "b.example:8080": { host: "b.example", port: 8080 },
  "[::1]": { host: "::1", port: undefined },
};

/** Octets that come near HTTP: fragments of its grammar and noise. */
export const nearHttp: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "GET ",
        "POST ",
        "/ ",
        "* ",
        "HTTP/1.1",
        "HTTP/1.0",
        "\r\n",
        "\r\n\r\n",
        "\r",
        "\n",
        " ",
        "\t",
      ),
      fc.constantFrom(
        "Host: a",
        "Content-Length: ",
        "Transfer-Encoding: ",
        "chunked",
        ":",
        ",",
        "0",
        "5",
        "a",
        ";",
      ),
      fc.constantFrom(
        "Connection: ",
        "close",
        "Expect: 100-continue",
        "Upgrade: x",
        '"',
        "\\",
        "\0",
        "\xff",
        "\x80",
      ),
      fc.constant("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"),
      fc.constant("GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
      contentText,
    ),
    { maxLength: 14 },
  )
  .map((parts) => parts.join(""));

function writeLines(fields: readonly (readonly [string, string, string, string])[]): string {
  return fields.map(([name, value, before, after]) => `${name}:${before}${value}${after}\r\n`).join("");
}
