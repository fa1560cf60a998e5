import { deepStrictEqual, throws } from "node:assert/strict";
import { describe, it } from "node:test";
import { httpSchemes, readUpstreamUrl, streamSchemes } from "./upstream-url.ts";

describe("readUpstreamUrl", () => {
  const rows = [
    // written                    id                        host          port  authority         path
    ["http://10.0.0.1:3000", "http://10.0.0.1:3000", "10.0.0.1", 3000, "10.0.0.1:3000", ""],
    ["HTTP://App.Internal/", "http://app.internal", "app.internal", 80, "app.internal", ""],
    ["http://app:80", "http://app", "app", 80, "app", ""],
    ["https://app", "https://app", "app", 443, "app", ""],
    ["https://app:80", "https://app:80", "app", 80, "app:80", ""],
    ["h2c://app:50051", "h2c://app:50051", "app", 50051, "app:50051", ""],
    ["http://[::1]:3000", "http://[::1]:3000", "::1", 3000, "[::1]:3000", ""],
    ["unix:/run/app.sock", "unix:/run/app.sock", "", 0, "localhost", "/run/app.sock"],
    ["unix:///run/app.sock", "unix:/run/app.sock", "", 0, "localhost", "/run/app.sock"],
  ] as const;
  for (const [written, id, host, port, authority, path] of rows) {
    it(written, () => {
      const url = readUpstreamUrl(written, httpSchemes);
      deepStrictEqual(
        [url.id, url.host, url.port, url.authority, url.path],
        [id, host, port, authority, path],
      );
    });
  }

  const refused = [
    ["ftp://x", '"ftp://x" is no upstream: http://, https://, h2c:// or unix:/path is needed'],
    ["app:3000", '"app:3000" is no upstream: http://, https://, h2c:// or unix:/path is needed'],
    ["", '"" is no upstream: http://, https://, h2c:// or unix:/path is needed'],
    ["http:app", '"http:app" is no upstream: write "http://" in front of the host'],
    ["http://", '"http://" is no upstream: a host and a port must follow "http://"'],
    ["http://app:99999", '"http://app:99999" is no upstream: a host and a port must follow "http://"'],
    ["http://app:0", '"http://app:0" needs a port from 1 to 65535, such as "http://app:5432"'],
    ["http://u:p@app", '"http://u:p@app" holds a user name or password: set an Authorization field instead'],
    [
      "http://app/v2",
      '"http://app/v2" holds a path or query: an upstream is a server; put the path into "base"',
    ],
    [
      "http://app?a",
      '"http://app?a" holds a path or query: an upstream is a server; put the path into "base"',
    ],
    [
      "http://app\\v2",
      '"http://app\\\\v2" holds a path or query: an upstream is a server; put the path into "base"',
    ],
    [
      "http://3000/",
      '"http://3000/" would mean the address 0.0.11.184: four decimal numbers are an address, and a port goes behind a host, as in "localhost:3000"',
    ],
    [
      "http://10.0.0.010:80",
      '"http://10.0.0.010:80" would mean the address 10.0.0.8: four decimal numbers are an address, and a port goes behind a host, as in "localhost:3000"',
    ],
    ["unix:app.sock", '"unix:app.sock" needs an absolute path, such as "unix:/run/app.sock"'],
    [
      `unix:/${"a".repeat(120)}`,
      `"unix:/${"a".repeat(120)}" is 121 octets long, 107 are the most for a socket`,
    ],
  ] as const;
  for (const [written, message] of refused) {
    it(`refuses ${written.slice(0, 30)}`, () => {
      throws(() => readUpstreamUrl(written, httpSchemes), { name: "RangeError", message });
    });
  }

  it("reads those of streams, which have no usual port", () => {
    deepStrictEqual(readUpstreamUrl("tcp://db:5432", streamSchemes).id, "tcp://db:5432");
    throws(() => readUpstreamUrl("tcp://db", streamSchemes), {
      message: '"tcp://db" needs a port from 1 to 65535, such as "tcp://db:5432"',
    });
  });

  it("reads names of service records, which tell the port", () => {
    const { id, port } = readUpstreamUrl("http://_http._tcp.app", httpSchemes, true);
    deepStrictEqual([id, port], ["http://_http._tcp.app", 0]);
    throws(() => readUpstreamUrl("http://_http._tcp.app:80", httpSchemes, true), {
      message: '"http://_http._tcp.app:80" holds a port: with srv the service records tell it',
    });
  });
});
