/** `files()`: a tree of files over HTTP. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { Complaint, Handler, HandlerDescription, HandlerKind, Runtime } from "../../pipeline/index.ts";
import { Files } from "./files.ts";
import { Lookup } from "./lookup.ts";
import { type FilesOptions, filesSchema, filesSettings } from "./options.ts";
import { Root } from "./probe.ts";
import { slashSamples } from "./slash-samples.ts";

export { FileContent, type OpenFile } from "./file-content.ts";
export type {
  CacheRule,
  FilesOptions,
  LanguagesOptions,
  MemoryOptions,
  PrecompressedCoding,
} from "./options.ts";

/**
 * Serves the files below a directory.
 *
 * @param options - The directory, or every option (see `FilesOptions`).
 */
export function files(options: FilesOptions | string): HandlerDescription<"files", FilesOptions> {
  return {
    role: "handler",
    kind: "files",
    options: typeof options === "string" ? { root: options } : options,
  };
}

export const filesKind: HandlerKind<FilesOptions> = {
  kind: "files",
  schema: filesSchema,
  inspect,
  destination: (options, base) => {
    const samples = slashSamples(options, base);
    return ({ path }) => samples.get(path);
  },
  origins: (options, base) => [...slashSamples(options, base).keys()],
  compile,
};

function compile(options: FilesOptions, runtime: Runtime): Handler {
  const root = resolve(runtime.base, options.root);
  // Options in any order of keys mean the same, but a second cache is no fault.
  const shared = runtime.take(`files ${root} ${JSON.stringify(options)}`, () => {
    const settings = filesSettings(options);
    return new Files(
      new Lookup(new Root(root, settings.symlinks), settings, runtime.clock),
      runtime.warn.bind(runtime),
    );
  });
  return (request) => shared.handle(request);
}

/** Complaints about the disk: a root that is no directory, named pages that are not there. */
function inspect(options: FilesOptions, base: string): readonly Complaint[] {
  const root = resolve(base, options.root);
  const found = kindOf(root);
  if (found !== "a directory") {
    return [{ path: ["root"], message: `a directory is needed at ${root}, there is ${found}` }];
  }
  const pages: (readonly [readonly string[], string])[] = Object.entries(options.errorPages ?? {}).map(
    ([status, page]) => [["errorPages", status], resolve(root, page)],
  );
  if (options.fallback !== undefined) {
    pages.push([["fallback"], resolve(root, options.fallback)]);
  }
  return pages
    .filter(([, page]) => kindOf(page) !== "a file")
    .map(([path, page]) => ({ path, message: `a file is needed at ${page}, there is ${kindOf(page)}` }));
}

function kindOf(
  path: string,
): "a directory" | "a file" | "something else" | "nothing" | "nothing we may look at" {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) {
      return "nothing";
    }
    return stats.isDirectory() ? "a directory" : stats.isFile() ? "a file" : "something else";
  } catch {
    return "nothing we may look at";
  }
}
