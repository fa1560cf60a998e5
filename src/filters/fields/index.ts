/** `fields()`: changes fields of every response. */
import { z } from "zod";
import type { FieldLine, FieldsPatch, HttpResponse } from "../../message/index.ts";
import {
  type Filter,
  type FilterDescription,
  type FilterKind,
  fieldNameSchema,
  fieldValueSchema,
  then,
} from "../../pipeline/index.ts";

export interface FieldsOptions {
  /** Fields that take the place of what the handler said. */
  readonly set?: Readonly<Record<string, string>>;
  /** Field lines added to what the handler said. */
  readonly add?: Readonly<Record<string, string | readonly string[]>>;
  /** Fields to take away. */
  readonly remove?: readonly string[];
}

/** Sets, adds and removes fields of every response: first `remove`, then `set`, then `add`. */
export function fields(options: FieldsOptions): FilterDescription<"fields", FieldsOptions> {
  return { role: "filter", kind: "fields", options };
}

export const fieldsKind: FilterKind<FieldsOptions> = {
  kind: "fields",
  schema: z.strictObject({
    set: z.record(fieldNameSchema, fieldValueSchema).optional(),
    add: z.record(fieldNameSchema, z.union([fieldValueSchema, z.array(fieldValueSchema)])).optional(),
    remove: z.array(fieldNameSchema).optional(),
  }),
  compile,
};

/** The patch is made once: a lasting response keeps its patched self, encoded heads included. */
function compile(options: FieldsOptions): Filter {
  const patch = patchOf(options);
  return (next) => (request, exchange) => then(next(request, exchange), patchResponse, patch);
}

function patchResponse(response: HttpResponse, patch: FieldsPatch): HttpResponse {
  return response.patched(patch);
}

function patchOf({ set = {}, add = {}, remove = [] }: FieldsOptions): FieldsPatch {
  return {
    remove: remove.map((name) => name.toLowerCase()),
    set: Object.entries(set).map(([name, value]): FieldLine => [name.toLowerCase(), value]),
    add: Object.entries(add).flatMap(([name, values]) =>
      [values].flat().map((value): FieldLine => [name.toLowerCase(), value]),
    ),
  };
}
