/** What a configuration may say about response fields: names are tokens, values fit in one line (RFC 9110 §5). */
import { z } from "zod";

/** The machines write these from the content and the connection (RFC 9110 §7.6.1, §6.6.1, §8.6). */
const reserved: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "date",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** A field name that an operator may set or take away, in any case. */
export const fieldNameSchema: z.ZodType<string> = z
  .string()
  .regex(/^[\w!#$%&'*+.^`|~-]+$/, "a field name is needed: letters, digits and !#$%&'*+-.^_`|~")
  .refine((name) => !reserved.has(name.toLowerCase()), {
    error: ({ input }) =>
      `${String(input)} belongs to the server: it follows from the content and the connection`,
  });

/** A field value: printable characters of latin1, no line break, no blank at either end. */
export const fieldValueSchema: z.ZodType<string> = z
  .string()
  .regex(
    /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/,
    "a field value is needed: printable characters, no line break, no blank at either end",
  );
