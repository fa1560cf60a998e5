import { strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { mappedPath, prefixEnd } from "./target-mapping.ts";

describe("the path at the upstream", () => {
  const rows = [
    // path               prefix   base     sent
    ["/a/b", "", "", "/a/b"],
    ["/", "", "", "/"],
    ["/api/x", "/api", "", "/x"],
    ["/api/x/", "/api", "", "/x/"],
    ["/api/", "/api", "", "/"],
    ["/api", "/api", "", "/"],
    ["/apiary/x", "/api", "", "/apiary/x"],
    ["/other", "/api", "", "/other"],
    ["/api/x", "/api", "/v2", "/v2/x"],
    ["/api/", "/api", "/v2", "/v2/"],
    ["/api", "/api", "/v2", "/v2"],
    ["/x", "", "/v2", "/v2/x"],
    ["/", "", "/v2", "/v2/"],
    ["/a%2Fb%20c", "", "/v2", "/v2/a%2Fb%20c"],
    ["//x", "", "", "//x"],
    ["/api//evil.test", "/api", "", "/evil.test"],
    ["/api//x", "/api", "/v2", "/v2//x"],
  ] as const;
  for (const [path, prefix, base, sent] of rows) {
    it(`${path} less ${prefix || "nothing"} below ${base || "nothing"} is ${sent}`, () =>
      strictEqual(mappedPath(path, prefix === "" ? 0 : prefixEnd(path, prefix), base), sent));
  }
});
