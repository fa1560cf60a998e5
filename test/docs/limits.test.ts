/** docs/limits.md and the options of docs/files.md say what the code does. */
import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { type NormalConfig, normalize } from "../../src/config/index.ts";
import { files, respond } from "../../src/index.ts";
import { tableBelow, textOf } from "./pages.ts";

const { limits, http2, timeouts }: NormalConfig = normalize(
  { sites: [{ hosts: ["*"], routes: [{ match: "/*", handler: respond("") }] }] },
  "/",
);

/** The names a user writes, and their defaults, in the order of the types. */
const { firstByte, fieldSectionTime, contentProgress, keepAlive, ...sizes } = limits;
const { settingsTime, windowStall, goawayTime, ...rest } = http2;
const { writeStall, ...ends } = timeouts;
const waits = {
  firstByte,
  fieldSection: fieldSectionTime,
  contentProgress,
  keepAlive,
  writeStall,
  settings: settingsTime,
  windowStall,
  goaway: goawayTime,
  ...ends,
};
/** What holds for every version is said once. */
const onlyHttp2 = Object.fromEntries(Object.entries(rest).filter(([name]) => !(name in limits)));

const units: Readonly<Record<string, number>> = {
  "": 1,
  octets: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  KB: 1e3,
  MB: 1e6,
  s: 1_000,
};

function quantity(text: string): number {
  const [, digits, unit = ""] = /^(\d+)(?: (\w+))?$/.exec(text) ?? [];
  return Number(digits) * (units[unit] ?? Number.NaN);
}

function defaultsBelow(heading: string): Record<string, number> {
  const rows = tableBelow("docs/limits.md", heading);
  return Object.fromEntries(
    rows.map(([name = "", value = ""]) => [name.replaceAll("`", ""), quantity(value)]),
  );
}

describe("docs/limits.md", () => {
  it("has every limit with its default", () => deepStrictEqual(defaultsBelow("Limits"), { ...sizes }));
  it("has every limit of HTTP/2 with its default", () =>
    deepStrictEqual(defaultsBelow("Of HTTP/2"), onlyHttp2));
  it("has every timeout with its default", () => deepStrictEqual(defaultsBelow("Timeouts"), waits));
});

/**
 * The options' own file, as text: what a user may write is an interface, of which nothing is left when
 * the program runs, and the defaults stand in the function below it.
 */
const source = textOf("src/handlers/files/options.ts");
const declared = (name: string): readonly string[] => {
  const body = new RegExp(`export interface ${name} \\{\\n([\\s\\S]*?)\\n\\}`).exec(source)?.[1] ?? "";
  return [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, option = ""]) => option);
};
const named = new Map(
  [...(/const defaults[^=]*= \{\n([\s\S]*?)\n\}/.exec(source)?.[1] ?? "").matchAll(/(\w+): ([^,\n]+)/g)].map(
    ([, name = "", value = ""]) => [`defaults.${name}`, value],
  ),
);
const fallbacks = new Map(
  [...source.matchAll(/options\.([\w?.]+) \?\? (\[[^\]]*\]|[^,;)\n]+)/g)].map(
    ([, option = "", value = ""]) => [option.replace("?", ""), named.get(value) ?? value],
  ),
);

describe("docs/files.md", () => {
  const rows = tableBelow("docs/files.md", "Options");
  const documented = rows.map(([name = ""]) => name.replaceAll("`", ""));

  it("has every option, and no other", () => {
    const wanted = declared("FilesOptions").flatMap((option) =>
      option === "memory" ? declared("MemoryOptions").map((part) => `memory.${part}`) : [option],
    );
    deepStrictEqual(documented, wanted);
  });

  it("has the defaults of the code", () => {
    const written = Object.fromEntries(
      rows.map(([name = "", value = ""]) => [name.replaceAll("`", ""), value.replaceAll("`", "")]),
    );
    const inCode = Object.fromEntries(
      documented.map((name) => [name, name === "root" ? "required" : shown(fallbacks.get(name))]),
    );
    deepStrictEqual(written, inCode);
  });

  it("what it says of files() in limits.md is the same", () => {
    const short = tableBelow("docs/limits.md", "Of files").map(([name = "", value = ""]) => [
      name.replaceAll("`", ""),
      value.replace(" ", ""),
    ]);
    const long = new Map(rows.map(([name = "", value = ""]) => [name.replaceAll("`", ""), value]));
    deepStrictEqual(
      short.map(([, value]) => value),
      short.map(([name = ""]) => (long.get(name) ?? "").replace(/[`"]/g, "")),
    );
  });

  it("the handler takes them all", () => {
    normalize(
      {
        sites: [
          {
            hosts: ["*"],
            routes: [{ match: "/*", handler: files({ root: ".", memory: { file: "1MB", total: "64MB" } }) }],
          },
        ],
      },
      "/",
    );
  });
});

function shown(value: string | undefined): string {
  return value === undefined || value === '""' ? "none" : value;
}
