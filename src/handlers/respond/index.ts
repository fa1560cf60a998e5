/** `respond()`: the same answer to every request. */
import { z } from "zod";
import { mayCarryContent } from "../../fields/index.ts";
import { type FieldLine, Fields, HttpResponse, textContent } from "../../message/index.ts";
import {
  fieldNameSchema,
  fieldValueSchema,
  type Handler,
  type HandlerDescription,
  type HandlerKind,
} from "../../pipeline/index.ts";
import { withCharset } from "../media-types.ts";

export interface RespondOptions {
  /** 200 to 599; default 200. */
  readonly status?: number;
  /** Sent as UTF-8; default empty. Not with 204, 205 or 304, which have no content. */
  readonly body?: string;
  /** Content type of `body`; default `text/plain`. */
  readonly type?: string;
  /** Further fields. */
  readonly fields?: Readonly<Record<string, string>>;
}

/**
 * Answers every request with the same response.
 *
 * @param options - The body, or every option.
 */
export function respond(options: RespondOptions | string): HandlerDescription<"respond", RespondOptions> {
  return {
    role: "handler",
    kind: "respond",
    options: typeof options === "string" ? { body: options } : options,
  };
}

export const respondKind: HandlerKind<RespondOptions> = {
  kind: "respond",
  schema: z
    .strictObject({
      status: z.int().min(200).max(599).optional(),
      body: z.string().optional(),
      type: fieldValueSchema.optional(),
      fields: z.record(fieldNameSchema, fieldValueSchema).optional(),
    })
    .refine(({ status = 200, body = "" }) => body === "" || mayCarryContent(status), {
      message: "a response of this status has no content",
      path: ["body"],
    }),
  compile,
};

/** Encoded once; the machines keep its head. */
function compile({ status = 200, body = "", type = "text/plain", fields = {} }: RespondOptions): Handler {
  const content = textContent(body);
  const typed: FieldLine[] = content.type === "empty" ? [] : [["content-type", withCharset(type)]];
  const own = Fields.of(...typed, ["x-content-type-options", "nosniff"]);
  const set = Object.entries(fields).map(([name, value]): FieldLine => [name.toLowerCase(), value]);
  const response = HttpResponse.lasting({
    status,
    fields: own.patched({ remove: [], set, add: [] }),
    content,
  });
  return () => response;
}
