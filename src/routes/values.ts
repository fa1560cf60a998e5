/** The values that a request has under a name: in its fields, its query, its cookies. */
import type { HttpRequest } from "../message/index.ts";
import type { ValueMatch } from "./match.ts";

/** Whether one of the values that a request has is one of those wanted; [] where it has none. */
export function valuesMatch(wanted: readonly ValueMatch[], values: readonly string[]): boolean {
  return wanted.some((one) => {
    if (typeof one === "boolean") {
      return one === values.length > 0;
    }
    return typeof one === "string" ? values.includes(one) : values.some((value) => one.test(value));
  });
}

/** The lines of a name count as one value (RFC 9110 §5.3). */
export function fieldValues({ fields }: HttpRequest, name: string): readonly string[] {
  const value = fields.get(name);
  return value === undefined ? [] : [value];
}

/** Values by name, made when a request is first asked for one: many routes may ask. */
type Values = ReadonlyMap<string, readonly string[]>;

const queries = new WeakMap<HttpRequest, Values>();
const cookies = new WeakMap<HttpRequest, Values>();

function valuesIn(
  known: WeakMap<HttpRequest, Values>,
  request: HttpRequest,
  pairsOf: (request: HttpRequest) => Iterable<readonly [name: string, value: string]>,
): Values {
  const before = known.get(request);
  if (before !== undefined) {
    return before;
  }
  const values = new Map<string, string[]>();
  for (const [name, value] of pairsOf(request)) {
    const list = values.get(name);
    if (list === undefined) {
      values.set(name, [value]);
    } else {
      list.push(value);
    }
  }
  known.set(request, values);
  return values;
}

/**
 * The values of a name in the query, which a form or `URLSearchParams` wrote.
 *
 * @source WHATWG URL, application/x-www-form-urlencoded parsing.
 */
export function queryValues(request: HttpRequest, name: string): readonly string[] {
  const { query } = request;
  return query === undefined || query === "" ? [] : (valuesIn(queries, request, queryPairs).get(name) ?? []);
}

function queryPairs({ query }: HttpRequest): Iterable<readonly [string, string]> {
  return new URLSearchParams(query);
}

/**
 * The values of a cookie as received. HTTP/2 may have cut the field into lines (RFC 9113 §8.2.3).
 *
 * cookie-string = cookie-pair *( ";" SP cookie-pair )   (RFC 6265 §4.2.1, §5.4)
 */
export function cookieValues(request: HttpRequest, name: string): readonly string[] {
  return request.fields.has("cookie") ? (valuesIn(cookies, request, cookiePairs).get(name) ?? []) : [];
}

function cookiePairs({ fields }: HttpRequest): Iterable<readonly [string, string]> {
  return fields.all("cookie").flatMap((line) =>
    line.split(";").flatMap((pair) => {
      const equals = pair.indexOf("=");
      return equals < 0 ? [] : [[pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()] as const];
    }),
  );
}
