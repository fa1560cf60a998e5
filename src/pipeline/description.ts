/**
 * Descriptions and their compilation: what `files()`, `fields()` … return in a
 * configuration is inert; `compile` builds the handler and takes resources by key.
 */
import type { ZodType } from "zod";
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

/** What compiling may take from the running server. */
export interface Runtime {
  readonly clock: Clock;
  /** Directory against which relative paths in the configuration are resolved: that of the config file. */
  readonly base: string;
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
  compile(options: Options, runtime: Runtime): Handler;
}

export interface FilterKind<Options = never> {
  readonly kind: string;
  readonly schema: ZodType;
  inspect?(options: Options, base: string): readonly Complaint[];
  compile(options: Options, runtime: Runtime): Filter;
}
