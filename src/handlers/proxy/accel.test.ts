import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { after, describe, it } from "node:test";
import { testExchange, testRuntime } from "../../../test/support/exchange.ts";
import { type FakeAnswer, FakeUpstreams } from "../../../test/support/fake-upstreams.ts";
import { type Answered, answered, makeTree } from "../../../test/support/files.ts";
import { chunkedContent, HttpRequest, HttpResponse } from "../../message/index.ts";
import { handle } from "../handle/index.ts";
import { compileProxy } from "./compile.ts";
import type { ProxyOptions } from "./options.ts";

const tree = makeTree({ "a.txt": "0123456789", "b c/é.txt": "é", ".hidden": "h" });
after(() => tree.remove());

async function ask(
  answer: FakeAnswer,
  fields: Readonly<Record<string, string>> = {},
  accel: ProxyOptions["accel"] = { root: tree.path },
  method = "GET",
): Promise<Answered> {
  const upstreams = new FakeUpstreams(() => answer);
  const handler = compileProxy(
    { upstreams: "http://a", via: false, ...(accel && { accel }) },
    testRuntime(),
    () => upstreams,
  );
  return answered(
    await handler(HttpRequest.make("/download", { method, fields }), testExchange()),
    method === "HEAD",
  );
}

const named = (path: string): FakeAnswer => ({ fields: [["x-accel-redirect", path]] });
const onDisk = (path: string): FakeAnswer => ({ fields: [["x-sendfile", path]] });

it("the application's type is that of the file, not of several ranges of it (RFC 9110 §15.3.7.2)", async () => {
  const answer = {
    fields: [
      ["x-accel-redirect", "/a.txt"],
      ["content-type", "application/pdf"],
    ],
  } as const;
  const one = await ask(answer, { range: "bytes=0-1" });
  const several = await ask(answer, { range: "bytes=0-1,4-5" });
  deepStrictEqual(
    [one.fields["content-type"], several.fields["content-type"]?.replace(/=.*/, "")],
    ["application/pdf", "multipart/byteranges; boundary"],
  );
});

describe("accel", () => {
  // biome-ignore format: a table
  const rows: readonly (readonly [rule: string, answer: FakeAnswer, fields: Readonly<Record<string, string>>, status: number, body: string])[] = [
    ["a path", named("/a.txt"), {}, 200, "0123456789"],
    ["a path with a query", named("/a.txt?x=1"), {}, 200, "0123456789"],
    ["a path, encoded", named("/b%20c/%C3%A9.txt"), {}, 200, "é"],
    ["a path with octets that should have been", named("/b%20c/\u00c3\u00a9.txt"), {}, 200, "é"],
    ["a name with a dot in front: the application chose it", named("/.hidden"), {}, 200, "h"],
    ["a range of the original request", named("/a.txt"), { range: "bytes=2-4" }, 206, "234"],
    ["a file by its path on disk", onDisk(`${tree.path}/a.txt`), {}, 200, "0123456789"],
    ["a file by its path below the root", onDisk("b c/\u00c3\u00a9.txt"), {}, 200, "é"],
    ["not of an error", { ...named("/a.txt"), status: 403 }, {}, 403, ""],
    ["not there", named("/none.txt"), {}, 404, "404 Not Found\n\nNo file has this path.\n"],
    ["dot segments", named("/../etc/passwd"), {}, 502, "502 Bad Gateway\n\nThe server behind this one sent a response that cannot be understood.\n"],
    ["dot segments, encoded", named("/%2e%2e/etc/passwd"), {}, 502, "502 Bad Gateway\n\nThe server behind this one sent a response that cannot be understood.\n"],
    ["no path", named("http://a/"), {}, 502, "502 Bad Gateway\n\nThe server behind this one sent a response that cannot be understood.\n"],
    ["a file outside the root", onDisk("/etc/passwd"), {}, 502, "502 Bad Gateway\n\nThe server behind this one sent a response that cannot be understood.\n"],
    ["a file that climbs out", onDisk(`${tree.path}/../x`), {}, 502, "502 Bad Gateway\n\nThe server behind this one sent a response that cannot be understood.\n"],
  ];
  for (const [rule, answer, fields, status, body] of rows) {
    it(rule, async () => {
      const got = await ask(answer, fields);
      deepStrictEqual([got.status, got.body], [status, body]);
      deepStrictEqual([got.fields["x-accel-redirect"], got.fields["x-sendfile"]], [undefined, undefined]);
    });
  }

  it("the application says what it is, the file what it was", async () => {
    const answer: FakeAnswer = {
      fields: [
        ["x-accel-redirect", "/a.txt"],
        ["content-type", "application/pdf"],
        ["content-disposition", "attachment"],
        ["cache-control", "private"],
        ["set-cookie", "a=1"],
        ["etag", '"its own"'],
      ],
    };
    const { fields } = await ask(answer);
    deepStrictEqual(
      [fields["content-type"], fields["content-disposition"], fields["cache-control"], fields["set-cookie"]],
      ["application/pdf", "attachment", "private", "a=1"],
    );
    const again = await ask(answer, { "if-none-match": fields.etag ?? "" });
    deepStrictEqual(
      [again.status, again.fields["content-type"], again.fields["set-cookie"]],
      [304, undefined, "a=1"],
    );
  });
  it("answers HEAD as HEAD, and POST as GET", async () => {
    strictEqual((await ask(named("/a.txt"), {}, undefined, "HEAD")).body, "10 octets");
    strictEqual((await ask(named("/a.txt"), {}, undefined, "POST")).body, "0123456789");
  });
  it("gives up the content it takes the place of", async () => {
    const content = chunkedContent([Buffer.from("x")]);
    await ask({ ...named("/a.txt"), content });
    strictEqual(content.read(), "end");
  });
  it("may ask another handler, for which only a path is one", async () => {
    const other = handle((request) => HttpResponse.text(200, `${request.path} ${request.query}`));
    strictEqual((await ask(named("/x?y"), {}, other)).body, "/x y");
    strictEqual((await ask(onDisk("/etc/passwd"), {}, other)).body, "");
  });
  it("means nothing unless it is asked for", async () => {
    const upstreams = new FakeUpstreams(() => named("/a.txt"));
    const handler = compileProxy({ upstreams: "http://a", via: false }, testRuntime(), () => upstreams);
    const response = await handler(HttpRequest.make("/"), testExchange());
    deepStrictEqual(response.fields.toJSON(), [["x-accel-redirect", "/a.txt"]]);
  });
});
