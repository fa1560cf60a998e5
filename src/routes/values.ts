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

/**
 * The values of a name in the query, which a form or `URLSearchParams` wrote.
 *
 * @source WHATWG URL, application/x-www-form-urlencoded parsing.
 */
export function queryValues({ query }: HttpRequest, name: string): readonly string[] {
  return query === undefined || query === "" ? [] : new URLSearchParams(query).getAll(name);
}

/**
 * The values of a cookie as received. HTTP/2 may have cut the field into lines (RFC 9113 §8.2.3).
 *
 * cookie-string = cookie-pair *( ";" SP cookie-pair )   (RFC 6265 §4.2.1, §5.4)
 */
export function cookieValues({ fields }: HttpRequest, name: string): readonly string[] {
  return fields.has("cookie")
    ? fields.all("cookie").flatMap((line) =>
        line.split(";").flatMap((pair) => {
          const equals = pair.indexOf("=");
          return equals >= 0 && pair.slice(0, equals).trim() === name ? [pair.slice(equals + 1).trim()] : [];
        }),
      )
    : [];
}
