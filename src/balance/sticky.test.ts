import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { MemberSeals, sealMember } from "./sticky.ts";

const ids = ["http://10.0.0.1:3000", "http://10.0.0.2:3000", "unix:/run/app.sock"];

function sealsOf(...secrets: readonly string[]): MemberSeals {
  const seals = new MemberSeals(secrets);
  seals.assign(ids);
  return seals;
}

describe("seals of members", () => {
  it("are 16 octets of HMAC-SHA-256 in base64url (RFC 2104 §5)", () => {
    const whole = createHmac("sha256", "secret").update(`sluice sticky member\n${ids[0]}`).digest();
    strictEqual(sealMember(ids[0] as string, "secret"), whole.subarray(0, 16).toString("base64url"));
    strictEqual(sealsOf("secret").seal(ids[0] as string), sealMember(ids[0] as string, "secret"));
  });

  it("name their member, also to another process with the same secret", () => {
    const [here, there] = [sealsOf("secret"), sealsOf("secret")];
    deepStrictEqual(
      ids.map((id) => there.memberOf(here.seal(id) as string)),
      ids,
    );
  });

  it("do not tell the address", () => {
    for (const id of ids) {
      const text = Buffer.from(sealMember(id, "secret"), "base64url").toString("latin1");
      ok(![id, "10.0.0", "3000", "app"].some((part) => text.includes(part)));
    }
  });

  it("of an old secret open while it is kept, and the first secret seals", () => {
    const [old, rotating, fresh] = [sealsOf("old"), sealsOf("new", "old"), sealsOf("new")];
    const [id] = ids as [string];
    deepStrictEqual(
      [
        rotating.memberOf(old.seal(id) as string),
        rotating.seal(id) === fresh.seal(id),
        fresh.memberOf(old.seal(id) as string),
      ],
      [id, true, undefined],
    );
  });

  it("follow the group", () => {
    const seals = sealsOf("secret");
    const gone = seals.seal(ids[0] as string) as string;
    seals.assign([ids[2] as string, "http://new"]);
    deepStrictEqual(
      [
        seals.memberOf(gone),
        seals.seal(ids[0] as string),
        seals.memberOf(sealMember("http://new", "secret")),
      ],
      [undefined, undefined, "http://new"],
    );
  });
});

describe("values that are no seals", () => {
  const seal = sealMember(ids[1] as string, "secret");
  const rows = [
    ["nothing", ""],
    ["the address", ids[1] as string],
    ["a seal cut short", seal.slice(1)],
    ["a seal with more behind it", `${seal}A`],
    ["padding", `${seal.slice(0, 20)}==`],
    ["a seal in quotes", `"${seal}"`],
    ["another secret's", sealMember(ids[1] as string, "other")],
    ["characters that base64url does not have", "!".repeat(22)],
    ["all zeros", "A".repeat(22)],
    ["text beyond ASCII", "é".repeat(22)],
  ] as const;
  for (const [rule, value] of rows) {
    it(rule, () => strictEqual(sealsOf("secret").memberOf(value), undefined));
  }

  it("one bit changed", () => {
    const octets = Buffer.from(seal, "base64url");
    for (let bit = 0; bit < 128; bit += 1) {
      const changed = Buffer.from(octets);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      strictEqual(sealsOf("secret").memberOf(changed.toString("base64url")), undefined);
    }
  });

  it("any text at all: no throw", () => {
    const seals = sealsOf("secret");
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 20, maxLength: 24 }), (text) => {
        strictEqual(seals.memberOf(text), undefined);
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});

it("sticky sessions without a secret are refused", () => {
  for (const secrets of [[], [""], ["a", ""]]) {
    throws(() => new MemberSeals(secrets), new RangeError("sticky sessions need a secret that is not empty"));
  }
});
