/** The schema of a route's `match`. */
import { type ZodType, z } from "zod";
import { expressionFault, hostFault, networkFault, patternFault } from "../routes/index.ts";
import { didYouMean } from "./nearest.ts";

const regexp: ZodType = z.unknown().superRefine((value, context) => {
  if (!(value instanceof RegExp)) {
    // Otherwise a union would take this for its best branch.
    context.addIssue({ code: "invalid_type", expected: "regexp", input: value, continue: false });
    return;
  }
  const fault = expressionFault(value);
  if (fault !== undefined) {
    context.addIssue({ code: "custom", message: `needs ${fault}` });
  }
});

/** A string, about which `fault` says what is allowed instead. */
const checked = (fault: (text: string) => string | undefined): ZodType =>
  z.string().superRefine((text, context) => {
    const allowed = fault(text);
    if (allowed !== undefined) {
      context.addIssue({ code: "custom", message: `needs ${allowed}` });
    }
  });

const oneOrMore = (one: ZodType): ZodType => z.union([one, z.array(one).min(1)]);

const path = z.union([checked(patternFault), regexp]);
const host = checked((text) =>
  text === "*" ? 'a host of this site, such as "example.com"' : hostFault(text),
);

/** In the order in which most are used. */
const commonMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "QUERY"];

/** Case-sensitive tokens (RFC 9110 §9.1): "get" is a method that nobody sends. */
function methodFault(text: string): string | undefined {
  if (!isToken(text)) {
    return `a method such as "GET"${didYouMean(text, commonMethods)}`;
  }
  const upper = text.toUpperCase();
  return upper !== text && commonMethods.includes(upper)
    ? `a method, whose letters' case counts: ${JSON.stringify(upper)}`
    : undefined;
}

const isToken = (text: string): boolean => /^[\w!#$%&'*+.^`|~-]+$/.test(text);

const value = oneOrMore(z.union([z.string(), regexp, z.boolean()]));
const tokenNames = (what: string): ZodType =>
  z.record(z.string().refine(isToken, `needs the name of a ${what}`), value).refine(...notEmpty);
const notEmpty = [
  (members: object): boolean => Object.keys(members).length > 0,
  // Unknown names are gone here, and told already.
  { error: "needs 1 entry or more", when: ({ issues }: { issues: object[] }) => issues.length === 0 },
] as const;

const conditions: ZodType = z.lazy(() =>
  z
    .strictObject({
      path: oneOrMore(path).optional(),
      method: oneOrMore(checked(methodFault)).optional(),
      scheme: oneOrMore(z.enum(["http", "https"])).optional(),
      host: oneOrMore(host).optional(),
      fields: tokenNames("field").optional(),
      query: z
        .record(z.string(), value)
        .refine(...notEmpty)
        .optional(),
      cookies: tokenNames("cookie").optional(),
      client: oneOrMore(checked(networkFault)).optional(),
      protocol: oneOrMore(z.literal(["1.0", "1.1", "2", "3"])).optional(),
      not: oneOrMore(conditions).optional(),
    })
    .refine(...notEmpty),
);

/** A path, a regular expression, a list of those, or conditions. */
export const matchSchema: ZodType = z.union([path, z.array(path).min(1), conditions]);
