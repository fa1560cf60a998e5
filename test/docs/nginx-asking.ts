/** What the plays of docs/from-nginx.md are made of: requests, and what is told of them. */
import { rawClient } from "../support/raw-client.ts";
import type { ReadResponse } from "../support/responses.ts";
import { requestText } from "../support/running.ts";
import type { App, Front, Seen } from "./nginx-pairs.ts";

export interface Play {
  readonly what: string;
  run(front: Front): Promise<unknown>;
  /** What comes of it with either. */
  readonly both?: unknown;
  /** What the page says differs. */
  readonly differs?: { readonly nginx: unknown; readonly Sluice: unknown };
}

export interface Plays {
  readonly app: App;
  readonly steps: readonly Play[];
}

type Lines = Readonly<Record<string, string>>;

/** One request on a connection of its own. */
export async function ask(front: Front, line: string, fields: Lines = {}, body = ""): Promise<ReadResponse> {
  const client = await rawClient(front.port);
  const length = body === "" ? {} : { "Content-Length": String(body.length) };
  client.send(requestText(line, { Host: "example.com", ...length, ...fields }, body));
  const response = await client.response(line.split(" ")[0]);
  client.leave();
  return response;
}

/** The named fields of what a server saw, "-" where it saw none. */
export function told(seen: Seen | undefined, ...names: readonly string[]): readonly string[] {
  return names.map((name) => seen?.fields[name] ?? "-");
}

/** Line and all fields but those that the page says Sluice adds, and what is about the connection. */
export function whole({ method, target, fields, content }: Seen, ...added: readonly string[]): unknown {
  const left = ["via", "forwarded", "connection", ...added];
  const rest = Object.entries(fields).filter(([name]) => !left.includes(name));
  return { line: `${method} ${target}`, fields: Object.fromEntries(rest), content };
}

const forwarded: readonly string[] = ["for", "proto", "host", "port"].map((name) => `x-forwarded-${name}`);
/** What tells of the client, but for Forwarded. */
export const tellingFields: readonly string[] = [...forwarded, "x-real-ip"];

/** Asks for each in turn. @returns Which server saw what. */
export async function targets(front: Front, ...paths: readonly string[]): Promise<readonly string[]> {
  for (const path of paths) {
    await ask(front, `GET ${path}`);
  }
  return front.seen.map(({ port, target }) => `${port} ${target}`);
}
