/**
 * Targets with places to fill in: `https://example.com{path}{query}`, `/users/{id}`.
 *
 * | name       | is                                              | may stand in             |
 * |------------|-------------------------------------------------|--------------------------|
 * | `{scheme}` | `http` or `https`, as requested                 | front                    |
 * | `{host}`   | the host asked for, without port                | authority, path, query   |
 * | `{port}`   | the port asked for, or the scheme's own         | authority, path, query   |
 * | `{path}`   | the path asked for, with its first "/"          | path, query              |
 * | `{query}`  | the query with its "?", or nothing              | end of path, query       |
 * | `{*}`      | what the match's trailing "*" stands for        | path, query              |
 * | `{name}`   | what the match's ":name" stands for             | path, query              |
 *
 * Whatever a request says stays within the part of the URI it was put into: nothing of it can name
 * another host (RFC 3986 §3.2, RFC 9110 §17.1), and a line break cannot get through.
 */
import { Buffer } from "node:buffer";
import { parseHost } from "../fields/index.ts";
import type { HttpRequest } from "../message/index.ts";
import { rooted } from "./redirection.ts";
import { escapeForUri, escapeWhole } from "./uri-escape.ts";

type Section = "front" | "authority" | "path" | "query" | "fragment";

type Part =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "name"; readonly name: string; readonly section: Section };

export interface TargetTemplate {
  readonly parts: readonly Part[];
  /** The target itself where it has no place to fill in. */
  readonly constant: string | undefined;
  /** Names that are parameters of the route, "*" among them. */
  readonly parameters: readonly string[];
  /** It names a path of the same host. */
  readonly isPath: boolean;
}

/** Names that every request has. */
export const requestNames: readonly string[] = ["scheme", "host", "port", "path", "query"];

const placePattern = /\{([^{}]*)\}/g;
const front = /^(?:https?|\{scheme\}):\/\//i;

/**
 * What is wrong with a template.
 *
 * @returns What is allowed instead, or undefined for a good one.
 */
export function templateFault(text: string): string | undefined {
  const outside = text.replace(placePattern, "");
  if (/[{}]/.test(outside)) {
    return 'each "{" closed by "}", such as {path}';
  }
  const bad = [...text.matchAll(placePattern)].find(([, name = ""]) => !/^(?:\*|[A-Za-z_]\w*)$/.test(name));
  if (bad !== undefined) {
    return `a name in ${JSON.stringify(bad[0])}: ${requestNames.join(", ")}, * or a parameter of the route`;
  }
  if (!/^(?:[\w\-.~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$/.test(outside)) {
    return `URI characters only, others percent-encoded${encodedHint(text)}`;
  }
  if (text.startsWith("//")) {
    return `the scheme before the host, such as ${JSON.stringify(`https:${text}`)}`;
  }
  if (!front.test(text)) {
    return /^(?:\/|\{path\})/.test(text)
      ? sectionFault(text)
      : `a path such as "/new" or a URI such as "https://example.com/new"`;
  }
  return authorityFault(text.replace(front, "")) ?? sectionFault(text);
}

function encodedHint(text: string): string {
  const encoded = text.replace(/[^{}%]+/g, (part) =>
    escapeForUri(Buffer.from(part, "utf8").toString("latin1"), "query").replaceAll("%23", "#"),
  );
  return `: ${JSON.stringify(encoded)}`;
}

function authorityFault(rest: string): string | undefined {
  const authority = /^(?:[^/?#{]|\{(?!path\}|query\})[^}]*\})*/.exec(rest)?.[0] ?? "";
  const other = [...authority.matchAll(placePattern)].find(([, name]) => name !== "host" && name !== "port");
  if (other !== undefined) {
    return `a fixed host: ${other[0]} from the request could name any; put "/" before it, or use {host}`;
  }
  const sample = authority.replace(":{port}", ":1").replaceAll("{host}", "h");
  const parsed = sample.includes("{") ? undefined : parseHost(sample);
  return parsed === undefined || parsed.host === ""
    ? `a host after "://", and ":" before {port}, not ${JSON.stringify(authority)}`
    : undefined;
}

function sectionFault(text: string): string | undefined {
  const { parts } = parseTemplate(text);
  for (const [at, part] of parts.entries()) {
    if (part.type === "name" && part.name === "scheme" && part.section !== "front") {
      return "{scheme} only at the front, before ://";
    }
    const next = parts[at + 1];
    const ends = next === undefined || (next.type === "text" && next.text.startsWith("#"));
    if (part.type === "name" && part.name === "query" && !ends) {
      return "nothing after {query} but a fragment: write further pairs before it, such as {path}?a=b{query}";
    }
  }
  return undefined;
}

/** Reads a template that `templateFault` found nothing wrong with. */
export function parseTemplate(text: string): TargetTemplate {
  const isPath = !front.test(text);
  const parts: Part[] = [];
  let section: Section = isPath ? "path" : "front";
  let at = 0;
  for (const { 0: place, 1: name = "", index } of text.matchAll(placePattern)) {
    section = addText(parts, text.slice(at, index), section);
    if (section === "authority" && (name === "path" || name === "query")) {
      section = "path";
    }
    parts.push({ type: "name", name, section });
    at = index + place.length;
  }
  addText(parts, text.slice(at), section);
  const names = parts.flatMap((part) => (part.type === "name" ? [part.name] : []));
  return {
    parts,
    constant: names.length === 0 ? text : undefined,
    parameters: [...new Set(names.filter((name) => !requestNames.includes(name)))],
    isPath,
  };
}

/** @returns The section that what follows `text` stands in. */
function addText(parts: Part[], text: string, section: Section): Section {
  if (text !== "") {
    parts.push({ type: "text", text });
  }
  let within = section;
  let rest = text;
  if (within === "front" && rest.includes("://")) {
    within = "authority";
    rest = rest.slice(rest.indexOf("://") + 3);
  }
  if (within === "authority" && /[/?#]/.test(rest)) {
    within = "path";
  }
  if (within === "path" && rest.includes("?")) {
    within = "query";
  }
  return rest.includes("#") ? "fragment" : within;
}

/**
 * @param parameters - What the route's match captured.
 * @returns undefined where the target needs a host and the request names none.
 */
export function expandTemplate(
  template: TargetTemplate,
  request: HttpRequest,
  parameters: Readonly<Record<string, string>>,
): string | undefined {
  if (template.constant !== undefined) {
    return template.constant;
  }
  let target = "";
  for (const part of template.parts) {
    if (part.type === "text") {
      target += part.text;
    } else if (part.name === "query") {
      target += queryAfter(target, part.section, request.query);
    } else if (part.name === "host" && part.section === "authority" && request.host.host === "") {
      return undefined;
    } else {
      target += valueFor(part.name, part.section, request, parameters);
    }
  }
  return template.isPath ? rooted(target) : target;
}

function valueFor(
  name: string,
  section: Section,
  request: HttpRequest,
  parameters: Readonly<Record<string, string>>,
): string {
  switch (name) {
    case "scheme":
      return request.scheme;
    case "host":
      return hostFor(section, request);
    case "port":
      return String(request.host.port ?? (request.scheme === "https" ? 443 : 80));
    case "path": {
      const path = request.path.startsWith("/") ? request.path : "/";
      // In a query the path is a value, whose reader decodes it once.
      return section === "path" ? escapeForUri(path, "path") : escapeWhole(path);
    }
    default: {
      const value = Object.hasOwn(parameters, name) ? (parameters[name] ?? "") : "";
      return escapeForUri(value, section === "path" ? "path" : "value");
    }
  }
}

function hostFor(section: Section, { host: { host } }: HttpRequest): string {
  if (section !== "authority") {
    return escapeForUri(host, section === "path" ? "segment" : "value");
  }
  const name = escapeForUri(host, "segment").replaceAll("@", "%40");
  return name.includes(":") ? `[${name}]` : name;
}

/** The query joined to what stands before it. */
function queryAfter(target: string, section: Section, query: string | undefined): string {
  if (query === undefined) {
    return "";
  }
  if (section !== "query") {
    return `?${escapeForUri(query, "query")}`;
  }
  if (query === "") {
    return "";
  }
  return `${/[?&]$/.test(target) ? "" : "&"}${escapeForUri(query, "query")}`;
}
