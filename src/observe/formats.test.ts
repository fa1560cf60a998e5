import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import type { AccessFacts } from "./facts.ts";
import { accessFormatter } from "./formats.ts";

process.env.TZ = "Asia/Kolkata";

const plain: AccessFacts = {
  client: "192.0.2.1",
  method: "GET",
  target: "/a?b=c",
  version: "1.1",
  host: "example.com",
  status: 200,
  octets: 4_100,
  startedWall: Date.UTC(2026, 10, 22, 7, 34, 39, 5),
  duration: 1.2345,
  referer: "https://example.com/",
  userAgent: "curl/8.5.0",
  cause: undefined,
};

/** What a hostile peer may send: a forged entry, an escape sequence, UTF-8 and octets that are none. */
const hostile: AccessFacts = {
  ...plain,
  target: '/"\\\n127.0.0.1 - - [forged]',
  host: 'x"y',
  referer: "\x1b[31m\r\n\0\x7f\x9b",
  userAgent: "caf\xc3\xa9 \xe9\u0028",
};
const nothing: AccessFacts = {
  ...plain,
  client: "",
  method: "",
  target: "",
  version: "1.0",
  host: "",
  status: 0,
  octets: 0,
  duration: 0,
  referer: undefined,
  userAgent: undefined,
  cause: "no request line",
};

describe("access log lines", () => {
  const rows = [
    ["common", "plain", plain, '192.0.2.1 - - [22/Nov/2026:13:04:39 +0530] "GET /a?b=c HTTP/1.1" 200 4100'],
    ["common", "nothing known", nothing, '- - - [22/Nov/2026:13:04:39 +0530] "-" - -'],
    [
      "common",
      "hostile",
      hostile,
      '192.0.2.1 - - [22/Nov/2026:13:04:39 +0530] "GET /\\x22\\x5C\\x0A127.0.0.1 - - [forged] HTTP/1.1" 200 4100',
    ],
    [
      "combined",
      "plain",
      plain,
      '192.0.2.1 - - [22/Nov/2026:13:04:39 +0530] "GET /a?b=c HTTP/1.1" 200 4100 "https://example.com/" "curl/8.5.0"',
    ],
    ["combined", "nothing known", nothing, '- - - [22/Nov/2026:13:04:39 +0530] "-" - - "-" "-"'],
    [
      "combined",
      "hostile",
      { ...hostile, target: "/" },
      '192.0.2.1 - - [22/Nov/2026:13:04:39 +0530] "GET / HTTP/1.1" 200 4100' +
        ' "\\x1B[31m\\x0D\\x0A\\x00\\x7F\\x9B" "caf\\xC3\\xA9 \\xE9("',
    ],
    [
      "json",
      "plain",
      plain,
      '{"ts":"2026-11-22T07:34:39.005Z","status":200,"method":"GET","host":"example.com","target":"/a?b=c",' +
        '"client":"192.0.2.1","proto":"HTTP/1.1","duration":0.001235,"size":4100,' +
        '"user_agent":"curl/8.5.0","referer":"https://example.com/"}',
    ],
    [
      "json",
      "over TLS",
      { ...plain, version: "2", tls: "TLSv1.3", clientSubject: 'CN=ann,O="x"' },
      '{"ts":"2026-11-22T07:34:39.005Z","status":200,"method":"GET","host":"example.com","target":"/a?b=c",' +
        '"client":"192.0.2.1","proto":"HTTP/2.0","duration":0.001235,"size":4100,' +
        '"user_agent":"curl/8.5.0","referer":"https://example.com/","tls":"TLSv1.3",' +
        '"client_subject":"CN=ann,O=\\"x\\""}',
    ],
    [
      "json",
      "nothing known",
      nothing,
      '{"ts":"2026-11-22T07:34:39.005Z","status":0,"method":"","host":"","target":"",' +
        '"client":"","proto":"HTTP/1.0","duration":0.000000,"size":0,"cause":"no request line"}',
    ],
    [
      "json",
      "hostile",
      hostile,
      '{"ts":"2026-11-22T07:34:39.005Z","status":200,"method":"GET","host":"x\\"y",' +
        '"target":"/\\"\\\\\\n127.0.0.1 - - [forged]","client":"192.0.2.1","proto":"HTTP/1.1",' +
        '"duration":0.001235,"size":4100,"user_agent":"caf\\u00c3\\u00a9 \\u00e9(",' +
        '"referer":"\\u001b[31m\\r\\n\\u0000\\u007f\\u009b"}',
    ],
    ["dev", "plain", plain, "13:04:39  200  GET        1.2 ms    4.1 kB  /a?b=c"],
    ["dev", "nothing known", nothing, "13:04:39  -    -          0.0 ms       0 B   (no request line)"],
    [
      "dev",
      "hostile",
      { ...hostile, method: "PROPFIND", duration: 61_000, octets: 999_999_999 },
      "13:04:39  200  PROPFIND    61.0 s    1.0 GB  /\\x22\\x5C\\x0A127.0.0.1 - - [forged]",
    ],
  ] as const;
  for (const [format, what, facts, line] of rows) {
    it(`${format}: ${what}`, () => strictEqual(accessFormatter(format, false)(facts), line));
  }

  it("json: seconds to the microsecond", () => {
    const format = accessFormatter("json", false);
    const durations = [0.0004, 0.001, 12.3, 999.9999, 61_000.5].map(
      (duration) => /"duration":([^,]+)/.exec(format({ ...plain, duration }))?.[1],
    );
    deepStrictEqual(durations, ["0.000000", "0.000001", "0.012300", "1.000000", "61.000500"]);
  });

  it("json: UTF-8 is decoded", () => {
    const line = accessFormatter("json", false)({ ...plain, userAgent: "caf\xc3\xa9 \xf0\x9f\x98\x80" });
    strictEqual((JSON.parse(line) as { user_agent: string }).user_agent, "café 😀");
  });

  it("json: what reads it reads back every octet", () => {
    const format = accessFormatter("json", false);
    const octets = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join("");
    const line = format({ ...plain, target: octets });
    strictEqual(/^[ -~]*$/.test(line), true);
    strictEqual((JSON.parse(line) as { target: string }).target, octets);
  });

  it("dev: colours by class of status", () => {
    const format = accessFormatter("dev", true);
    const colours = [200, 304, 404, 500, 0].map((status) =>
      /\x1b\[(3\d)m/.exec(format({ ...plain, status })),
    );
    deepStrictEqual(
      colours.map((match) => match?.[1]),
      ["32", "36", "33", "31", "31"],
    );
  });

  it("time moves on, and back", () => {
    const format = accessFormatter("json", false);
    const at = (wall: number): string => format({ ...plain, startedWall: wall }).slice(7, 31);
    deepStrictEqual(
      [at(999), at(1_000), at(999.9), at(1_010.5)],
      [
        "1970-01-01T00:00:00.999Z",
        "1970-01-01T00:00:01.000Z",
        "1970-01-01T00:00:00.999Z",
        "1970-01-01T00:00:01.010Z",
      ],
    );
  });
});
