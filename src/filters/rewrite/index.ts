/** `rewrite()`: another target for what is within; the route stays the one that was chosen. */
import { HttpError, type HttpRequest } from "../../message/index.ts";
import type {
  Exchange,
  Filter,
  FilterDescription,
  FilterKind,
  NamedParameter,
} from "../../pipeline/index.ts";
import { hasDotSegment, plainPath, receivedOffset } from "../../routes/index.ts";
import {
  escapeForUri,
  expandTemplate,
  parseTemplate,
  patchQuery,
  redirectFaults,
  rooted,
  type TargetTemplate,
} from "../../semantics/index.ts";
import { type Replacement, type RewriteOptions, rewriteSchema, valueTemplate } from "./options.ts";

export type { QueryOptions, Replacement, RewriteOptions } from "./options.ts";

/** Changes the path (`stripPrefix`, then `regexp`, then `addPrefix`; or `path`) and then the query. */
export function rewrite(options: RewriteOptions): FilterDescription<"rewrite", RewriteOptions> {
  return { role: "filter", kind: "rewrite", options };
}

export const rewriteKind: FilterKind<RewriteOptions> = {
  kind: "rewrite",
  schema: rewriteSchema,
  changesRequest: true,
  parameters: parametersOf,
  compile,
};

/** The parameters of the route that the templates name. */
function parametersOf({ path, query = {} }: RewriteOptions): readonly NamedParameter[] {
  const { set = {}, add = {} } = query;
  const templates: (readonly [at: readonly string[], template: string])[] = [
    ...(path === undefined ? [] : [[["path"], path] as const]),
    ...Object.entries(set).map(([name, value]) => [["query", "set", name], valueTemplate(value)] as const),
    ...Object.entries(add).map(([name, value]) => [["query", "add", name], valueTemplate(value)] as const),
  ];
  return templates.flatMap(([at, template]) =>
    parseTemplate(template).parameters.map((name) => ({ path: at, name })),
  );
}

interface Target {
  readonly path: string;
  readonly query: string | undefined;
}

type Step = (target: Target, request: HttpRequest, exchange: Exchange) => Target;

function compile(options: RewriteOptions): Filter {
  const steps = stepsOf(options);
  return (next) => (request, exchange) => {
    if (!request.path.startsWith("/")) {
      return next(request, exchange);
    }
    let target: Target = request;
    for (const step of steps) {
      target = step(target, request, exchange);
    }
    const path = rootedPath(target.path, request.path);
    const isSame = path === request.path && target.query === request.query;
    return next(isSame ? request : request.withPath(path, target.query), exchange);
  };
}

function stepsOf(options: RewriteOptions): Step[] {
  const { stripPrefix, regexp = [], addPrefix, path, query } = options;
  const steps: Step[] = [];
  if (stripPrefix !== undefined) {
    const prefix = plainPath(withoutSlash(stripPrefix));
    steps.push((target) => ({ ...target, path: stripped(target.path, prefix) }));
  }
  const replacements = replacementsOf(regexp);
  if (replacements.length > 0) {
    steps.push((target) => replaced(target, replacements));
  }
  if (addPrefix !== undefined) {
    const prefix = withoutSlash(addPrefix);
    steps.push((target) => ({ ...target, path: `${prefix}${target.path}` }));
  }
  if (path !== undefined) {
    const template = parseTemplate(path);
    steps.push((target, request, exchange) => ({ ...target, path: filled(template, request, exchange) }));
  }
  if (query !== undefined) {
    const set = templatesOf(query.set);
    const add = templatesOf(query.add);
    const remove = query.remove ?? [];
    steps.push((target, request, exchange) => {
      const fill = ([name, template]: NamedTemplate): readonly [string, string] => [
        name,
        filled(template, request, exchange).slice("/?".length),
      ];
      return {
        ...target,
        query: patchQuery(target.query, { set: set.map(fill), add: add.map(fill), remove }),
      };
    });
  }
  return steps;
}

/** Begins with one "/", and no segment climbs that did not climb before (RFC 3986 §5.2.4). */
function rootedPath(path: string, received: string): string {
  if (path === received) {
    return path;
  }
  const result = rooted(path.startsWith("/") ? path : `/${path}`);
  if (hasDotSegment(plainPath(result))) {
    throw new HttpError(redirectFaults.pathUnsafe, "client", 'the path would have a segment "." or ".."');
  }
  return result;
}

function stripped(path: string, prefix: string): string {
  const plain = plainPath(path);
  if (!plain.startsWith(prefix) || (plain.length > prefix.length && plain[prefix.length] !== "/")) {
    return path;
  }
  return path.slice(receivedOffset(path, prefix.length)) || "/";
}

/** The first pattern that is found in the plain spelling; what is behind a "?" in its replacement goes before the query. */
function replaced(target: Target, replacements: readonly (readonly [RegExp, string])[]): Target {
  const plain = plainPath(target.path);
  const found = replacements.find(([pattern]) => plain.search(pattern) >= 0);
  if (found === undefined) {
    return target;
  }
  const text = plain.replace(...found);
  const mark = text.indexOf("?");
  const path = escapeForUri(mark < 0 ? text : text.slice(0, mark), "path");
  if (mark < 0) {
    return { path, query: target.query };
  }
  const own = escapeForUri(text.slice(mark + 1), "query");
  return { path, query: target.query === undefined || target.query === "" ? own : `${own}&${target.query}` };
}

function replacementsOf(regexp: Replacement | readonly Replacement[]): (readonly [RegExp, string])[] {
  const isOne = typeof regexp[0] === "string" || regexp[0] instanceof RegExp;
  const list = isOne ? [regexp as Replacement] : (regexp as readonly Replacement[]);
  return list.map(([pattern, text]) => [typeof pattern === "string" ? new RegExp(pattern) : pattern, text]);
}

type NamedTemplate = readonly [name: string, value: TargetTemplate];

function templatesOf(values: Readonly<Record<string, string>> = {}): NamedTemplate[] {
  return Object.entries(values).map(([name, value]) => [name, parseTemplate(valueTemplate(value))]);
}

function filled(template: TargetTemplate, request: HttpRequest, exchange: Exchange): string {
  // They take time to find, so only who uses them asks for them.
  const parameters = template.parameters.length === 0 ? {} : exchange.parameters;
  return expandTemplate(template, request, parameters) ?? "/";
}

function withoutSlash(prefix: string): string {
  return prefix.endsWith("/") ? prefix.slice(0, -1) : prefix;
}
