import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { type FindRules, find, findNamed, type Prober } from "./find.ts";
import type { FileFacts } from "./probe.ts";
import { resolvePath } from "./resolve.ts";

const rules: FindRules = {
  stripPrefix: "",
  index: ["index.html"],
  listing: false,
  cleanUrls: false,
  trailingSlash: "auto",
  precompressed: [],
  languages: undefined,
};

/** A disk of these names: a directory ends in "/", a file that may not be read in "!"; `@` sets its time. */
function disk(...names: readonly string[]): Prober {
  return {
    probe: async (relative) => {
      const name = names.find((one) => one.replace(/[!/]$|@.*$/, "") === relative);
      if (name === undefined) {
        return relative === "" ? { type: "directory", path: "/" } : { type: "absent" };
      }
      if (name.endsWith("!")) {
        return { type: "denied" };
      }
      const modified = Number(name.split("@")[1] ?? 0);
      return name.endsWith("/")
        ? { type: "directory", path: `/${relative}` }
        : { type: "file", facts: { path: relative, modified } as FileFacts };
    },
  };
}

/** The names of the files found, "→ path", "listing path" or the status. */
async function outcome(path: string, prober: Prober, some: Partial<FindRules>): Promise<string> {
  const every = { ...rules, ...some };
  const resolved = resolvePath(path, { stripPrefix: every.stripPrefix, dotFiles: "deny", windows: false });
  if (resolved.type === "refused") {
    return "refused";
  }
  const found = await find(resolved, prober, every);
  switch (found.type) {
    case "file":
      return found.file.variants.map(({ facts }) => facts.path).join(" ");
    case "redirect":
      return `→ ${found.to}`;
    case "listing":
      return `listing ${found.canonical}`;
    case "failure":
      return String(found.status);
  }
}

describe("find: index files and trailing slashes", () => {
  const tree = disk(
    "dir/",
    "dir/index.html",
    "bare/",
    "file.txt",
    "other/",
    "other/home.htm",
    "secret!",
    "shut/",
    "shut/index.html!",
  );
  const rows: readonly (readonly [string, Partial<FindRules>, string])[] = [
    // path        rules                                          outcome
    ["/dir/", {}, "dir/index.html"],
    ["/dir", {}, "→ /dir/"],
    ["/dir", { trailingSlash: "always" }, "→ /dir/"],
    ["/dir", { trailingSlash: "never" }, "dir/index.html"],
    ["/dir/", { trailingSlash: "never" }, "→ /dir"],
    ["/dir", { trailingSlash: "ignore" }, "dir/index.html"],
    ["/dir/", { trailingSlash: "ignore" }, "dir/index.html"],
    ["/file.txt", {}, "file.txt"],
    ["/file.txt/", {}, "→ /file.txt"],
    ["/file.txt/", { trailingSlash: "always" }, "→ /file.txt"],
    ["/file.txt/", { trailingSlash: "ignore" }, "file.txt"],
    ["/bare", {}, "404"],
    ["/bare/", {}, "404"],
    ["/bare/", { listing: true }, "listing /bare/"],
    ["/bare", { listing: true }, "→ /bare/"],
    ["/bare", { listing: true, trailingSlash: "never" }, "listing /bare/"],
    ["/bare", { listing: true, trailingSlash: "ignore" }, "listing /bare/"],
    ["/", { listing: true }, "listing /"],
    ["/", { listing: true, trailingSlash: "never" }, "listing /"],
    ["/dir/", { listing: true }, "dir/index.html"],
    ["/other/", { index: ["index.html", "home.htm"] }, "other/home.htm"],
    ["/dir/", { index: [] }, "404"],
    ["/secret", {}, "403"],
    ["/shut/", {}, "403"],
    ["/static/dir", { stripPrefix: "/static" }, "→ /static/dir/"],
    ["/static", { stripPrefix: "/static", listing: true }, "→ /static/"],
    ["/static", { stripPrefix: "/static", listing: true, trailingSlash: "ignore" }, "→ /static/"],
    ["/static/", { stripPrefix: "/static", listing: true }, "listing /static/"],
  ];
  for (const [path, some, wanted] of rows) {
    it(`${path} ${JSON.stringify(some)}: ${wanted}`, async () =>
      deepStrictEqual(await outcome(path, tree, some), wanted));
  }
});

describe("find: clean URLs", () => {
  const tree = disk(
    "about.html",
    "both.html",
    "both/",
    "both/index.html",
    "taken.html",
    "taken",
    "dir/",
    "dir/index.html",
    "index.html",
    "a b.html",
    "shut.html!",
  );
  const rows: readonly (readonly [string, FindRules["trailingSlash"], string])[] = [
    // path            trailingSlash  outcome
    ["/about", "auto", "about.html"],
    ["/about.html", "auto", "→ /about"],
    ["/about/", "auto", "→ /about"],
    ["/about", "always", "→ /about/"],
    ["/about/", "always", "about.html"],
    ["/about.html", "always", "→ /about/"],
    ["/about/", "never", "→ /about"],
    ["/about/", "ignore", "about.html"],
    ["/about", "ignore", "about.html"],
    ["/both", "auto", "both.html"],
    ["/both/", "auto", "both/index.html"],
    ["/both.html", "auto", "both.html"],
    ["/taken", "auto", "taken"],
    ["/taken.html", "auto", "taken.html"],
    ["/index.html", "auto", "→ /"],
    ["/dir/index.html", "auto", "→ /dir/"],
    ["/dir/index.html", "never", "→ /dir"],
    ["/index.html", "never", "→ /"],
    ["/a%20b.html", "auto", "→ /a%20b"],
    ["/shut", "auto", "403"],
  ];
  for (const [path, trailingSlash, wanted] of rows) {
    it(`${path}, ${trailingSlash}: ${wanted}`, async () =>
      deepStrictEqual(await outcome(path, tree, { cleanUrls: true, trailingSlash }), wanted));
  }

  it("an index that another outranks is no clean directory", async () => {
    const two = disk("d/", "d/index.html", "d/home.htm");
    const some = { cleanUrls: true, index: ["index.html", "home.htm"] };
    deepStrictEqual(await outcome("/d/home.htm", two, some), "d/home.htm");
  });

  it("without the option nothing redirects and nothing is guessed", async () => {
    deepStrictEqual(await outcome("/about.html", tree, {}), "about.html");
    deepStrictEqual(await outcome("/about", tree, {}), "404");
  });
});

describe("find: languages and codings", () => {
  const languages = { available: ["en", "zh"], default: "en" };
  const precompressed = ["br", "gzip"] as const;
  const rows: readonly (readonly [string, readonly string[], Partial<FindRules>, string])[] = [
    // path       on the disk                                        rules           variants
    ["/p.html", ["p.html", "p.html.br", "p.html.gz"], { precompressed }, "p.html p.html.br p.html.gz"],
    ["/p.html", ["p.html@5000", "p.html.br@4999", "p.html.gz@5000"], { precompressed }, "p.html p.html.gz"],
    ["/p.html", ["p.html@5999", "p.html.br@5001"], { precompressed }, "p.html p.html.br"],
    ["/p.html", ["p.html", "p.html.br/"], { precompressed }, "p.html"],
    ["/p.html", ["p.html", "p.html.zst"], { precompressed }, "p.html"],
    ["/p.html.br", ["p.html.br", "p.html.br.gz"], { precompressed }, "p.html.br"],
    ["/p.html", ["p.en.html", "p.zh.html"], { languages }, "p.en.html p.zh.html"],
    ["/p.html", ["p.html", "p.zh.html"], { languages }, "p.zh.html p.html"],
    ["/p.html", ["p.html", "p.en.html"], { languages }, "p.en.html"],
    ["/p.html", ["p.html", "p.fr.html"], { languages }, "p.html"],
    ["/p.zh.html", ["p.html", "p.zh.html"], { languages }, "p.zh.html"],
    ["/", ["index.en.html", "index.zh.html"], { languages }, "index.en.html index.zh.html"],
    ["/p", ["p.zh.html"], { languages, cleanUrls: true }, "p.zh.html"],
    [
      "/p.html",
      ["p.en.html", "p.zh.html", "p.zh.html.br"],
      { languages, precompressed },
      "p.en.html p.zh.html p.zh.html.br",
    ],
  ];
  for (const [path, names, some, wanted] of rows) {
    it(`${path} on ${names.join(" ")} ${JSON.stringify(some)}: ${wanted}`, async () =>
      deepStrictEqual(await outcome(path, disk(...names), some), wanted));
  }

  it("the language of an untagged file is the default beside tagged ones, of a tagged one its own", async () => {
    const some = { ...rules, languages };
    const tagsOf = async (name: string, ...names: readonly string[]) => {
      const found = await findNamed(name, disk(...names), some);
      return found.type === "file" ? found.file.variants.map(({ language }) => language) : found;
    };
    deepStrictEqual(await tagsOf("p.html", "p.html", "p.zh.html"), ["zh", "en"]);
    deepStrictEqual(await tagsOf("p.zh.html", "p.zh.html"), ["zh"]);
    deepStrictEqual(await tagsOf("p.html", "p.html"), [undefined]);
  });
});

describe("findNamed", () => {
  it("finds a file under its own name only, whatever the policies", async () => {
    const found = await findNamed("404.html", disk("404.html"), { ...rules, cleanUrls: true });
    deepStrictEqual(found.type, "file");
    deepStrictEqual(
      (await findNamed("404", disk("404.html"), { ...rules, cleanUrls: true })).type,
      "failure",
    );
  });
});
