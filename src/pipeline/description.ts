/**
 * Descriptions and their compilation: what `files()`, `fields()` … return in a
 * configuration is inert; `compile` builds the handler and takes resources by key.
 */
import type { ZodType } from "zod";
import type { HttpRequest } from "../message/index.ts";
import type { UpstreamHouse } from "../upstream/index.ts";
import type { Clock, Filter, Handler } from "./handler.ts";

export interface HandlerDescription<Kind extends string = string, Options = unknown> {
  readonly role: "handler";
  readonly kind: Kind;
  readonly options: Options;
}

export interface FilterDescription<Kind extends string = string, Options = unknown> {
  readonly role: "filter";
  readonly kind: Kind;
  readonly options: Options;
}

export type Description = HandlerDescription | FilterDescription;

/** A description within the options of another, and where. */
export interface Child {
  /** Path within the options, such as ["choices", 0, "handler"]. */
  readonly path: readonly (string | number)[];
  readonly role: "handler" | "filter";
  /** What stands there, checked or not. */
  readonly value: unknown;
}

/** A parameter of the route that options name, such as `{id}` in a target, and where. */
export interface NamedParameter {
  /** Path within the options, such as ["target"]. */
  readonly path: readonly (string | number)[];
  /** "*" for what the match's trailing "*" stands for. */
  readonly name: string;
}

/**
 * Where a kind would send a client on, told from the request and what its route captured of it (where that
 * is known); undefined: it would not.
 */
export type Destination = (
  request: HttpRequest,
  parameters?: Readonly<Record<string, string>>,
) => string | undefined;

/** What compiling may take from the running server. */
export interface Runtime {
  readonly clock: Clock;
  /** Directory against which relative paths in the configuration are resolved: that of the config file. */
  readonly base: string;
  /** Port of the first listener with TLS; undefined without one. */
  readonly httpsPort: number | undefined;
  /** The groups of upstreams that requests are forwarded to. */
  readonly upstreams: UpstreamHouse;
  /** Compiles a description that stands within another one's options. */
  handler(description: HandlerDescription): Handler;
  filter(description: FilterDescription): Filter;
  /**
   * A shared resource by stable key: made on first need, kept while any compiled
   * configuration holds it, closed after the last let go.
   */
  take<R extends Resource>(key: string, make: () => R): R;
  /** One line for the operator: something odd that does not stop serving. */
  warn(message: string): void;
}

export interface Resource {
  close(): void | Promise<void>;
}

/** A complaint about options that a schema cannot see, such as a root that is no directory. */
export interface Complaint {
  /** Path within the options, such as ["root"]. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export interface HandlerKind<Options = never> {
  readonly kind: string;
  readonly schema: ZodType;
  /** Looks at the world (files, names) without opening anything for good. */
  inspect?(options: Options, base: string): readonly Complaint[];
  /** Descriptions within unchecked options. */
  children?(options: unknown): readonly Child[];
  /** Which parameters the route has to capture. */
  parameters?(options: Options): readonly NamedParameter[];
  /** For the search for redirect loops; may read files, opens nothing for good. */
  destination?(options: Options, base: string): Destination;
  /** Some paths at which its own redirects begin, for the same search. */
  origins?(options: Options, base: string): readonly string[];
  compile(options: Options, runtime: Runtime): Handler;
}

export interface FilterKind<Options = never> {
  readonly kind: string;
  readonly schema: ZodType;
  inspect?(options: Options, base: string): readonly Complaint[];
  children?(options: unknown): readonly Child[];
  parameters?(options: Options): readonly NamedParameter[];
  destination?(options: Options, base: string): Destination;
  origins?(options: Options, base: string): readonly string[];
  /** What is within sees another request: where it would send that one is not followed. */
  readonly changesRequest?: true;
  /**
   * One filter of this kind in place of two, where a group has one and a group or route within it another.
   * What `inner` says wins, and nothing that only `outer` says is dropped. Kinds without it are applied twice.
   */
  merge?(outer: Options, inner: Options): unknown;
  compile(options: Options, runtime: Runtime): Filter;
}
