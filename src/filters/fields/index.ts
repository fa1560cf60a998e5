/** `fields()`: changes fields of every response, and of every request on its way to the handler. */
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

/** First `remove`, then `set`, then `add`. */
export interface FieldChanges {
  /** Fields that take the place of what is there. */
  readonly set?: Readonly<Record<string, string>>;
  /** Field lines added to what is there. */
  readonly add?: Readonly<Record<string, string | readonly string[]>>;
  /** Fields to take away. */
  readonly remove?: readonly string[];
}

/** Changes to the response; and, under `request`, to the request that the handler sees. */
export interface FieldsOptions extends FieldChanges {
  readonly request?: FieldChanges;
}

/** Sets, adds and removes fields of every response, and of every request before the handler sees it. */
export function fields(options: FieldsOptions): FilterDescription<"fields", FieldsOptions> {
  return { role: "filter", kind: "fields", options };
}

/** Host says which site answered; it is no field among others (RFC 9110 §7.2). */
const requestFieldName = fieldNameSchema.refine((name) => !/^(?:host|expect)$/i.test(name), {
  error: ({ input }) => `${String(input)} belongs to the server: it has acted on it already`,
});

export const fieldsKind: FilterKind<FieldsOptions> = {
  kind: "fields",
  schema: z.strictObject({
    ...changesShape(fieldNameSchema),
    request: z.strictObject(changesShape(requestFieldName)).optional(),
  }),
  merge,
  compile,
};

type NameSchema = typeof fieldNameSchema;

function changesShape(name: NameSchema): Readonly<Record<"set" | "add" | "remove", z.ZodType>> {
  return {
    set: z.record(name, fieldValueSchema).superRefine(refuseTwins).optional(),
    add: z.record(name, z.union([fieldValueSchema, z.array(fieldValueSchema)])).optional(),
    remove: z.array(name).optional(),
  };
}

/** Names are the same in any case (RFC 9110 §5.1), and what is set has one value. */
function refuseTwins(set: Readonly<Record<string, string>>, context: z.RefinementCtx): void {
  const first = new Map<string, string>();
  for (const name of Object.keys(set)) {
    const before = first.get(name.toLowerCase());
    if (before === undefined) {
      first.set(name.toLowerCase(), name);
    } else {
      const message = `is the same field as ${JSON.stringify(before)}`;
      context.addIssue({ code: "custom", message, path: [name] });
    }
  }
}

/** The patch is made once: a lasting response keeps its patched self, encoded heads included. */
function compile({ request: ofRequest, ...ofResponse }: FieldsOptions): Filter {
  const requestPatch = patchOf(ofRequest ?? {});
  const patch = patchOf(ofResponse);
  if (isEmpty(requestPatch)) {
    return (next) => (request, exchange) => then(next(request, exchange), patchResponse, patch);
  }
  return (next) => (request, exchange) => {
    const changed = request.with({ fields: request.fields.patchedAgain(requestPatch) });
    return then(next(changed, exchange), patchResponse, patch);
  };
}

function patchResponse(response: HttpResponse, patch: FieldsPatch): HttpResponse {
  return isEmpty(patch) ? response : response.patched(patch);
}

function isEmpty({ remove, set, add }: FieldsPatch): boolean {
  return remove.length + set.length + add.length === 0;
}

function patchOf({ set = {}, add = {}, remove = [] }: FieldChanges): FieldsPatch {
  return {
    remove: remove.map((name) => name.toLowerCase()),
    set: Object.entries(set).map(([name, value]): FieldLine => [name.toLowerCase(), value]),
    add: Object.entries(add).flatMap(([name, values]) =>
      [values].flat().map((value): FieldLine => [name.toLowerCase(), value]),
    ),
  };
}

function merge(outer: FieldsOptions, inner: FieldsOptions): FieldsOptions {
  const response = mergeChanges(outer, inner);
  return outer.request === undefined && inner.request === undefined
    ? response
    : { ...response, request: mergeChanges(outer.request ?? {}, inner.request ?? {}) };
}

/** As one change: what `outer` sets or adds stays, unless `inner` sets or removes the same field. */
function mergeChanges(outer: FieldChanges, inner: FieldChanges): FieldChanges {
  const over = patchOf(inner);
  const overruled = new Set([...over.remove, ...over.set.map(([name]) => name)]);
  const under = patchOf(outer);
  const keeps = ([name]: FieldLine): boolean => !overruled.has(name);
  const add: Record<string, string[]> = {};
  for (const [name, value] of [...under.add.filter(keeps), ...over.add]) {
    add[name] = [...(add[name] ?? []), value];
  }
  return {
    remove: [...new Set([...under.remove, ...over.remove])],
    set: Object.fromEntries([...under.set.filter(keeps), ...over.set]),
    add,
  };
}
