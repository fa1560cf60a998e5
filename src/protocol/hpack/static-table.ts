/** The static table (RFC 7541 Appendix A) and where a name stands in it. */
import { HeaderField } from "./header-field.ts";

const rows: readonly (readonly [name: string, ...values: readonly string[]])[] = [
  [":authority"],
  [":method", "GET", "POST"],
  [":path", "/", "/index.html"],
  [":scheme", "http", "https"],
  [":status", "200", "204", "206", "304", "400", "404", "500"],
  ["accept-charset"],
  ["accept-encoding", "gzip, deflate"],
  ["accept-language"],
  ["accept-ranges"],
  ["accept"],
  ["access-control-allow-origin"],
  ["age"],
  ["allow"],
  ["authorization"],
  ["cache-control"],
  ["content-disposition"],
  ["content-encoding"],
  ["content-language"],
  ["content-length"],
  ["content-location"],
  ["content-range"],
  ["content-type"],
  ["cookie"],
  ["date"],
  ["etag"],
  ["expect"],
  ["expires"],
  ["from"],
  ["host"],
  ["if-match"],
  ["if-modified-since"],
  ["if-none-match"],
  ["if-range"],
  ["if-unmodified-since"],
  ["last-modified"],
  ["link"],
  ["location"],
  ["max-forwards"],
  ["proxy-authenticate"],
  ["proxy-authorization"],
  ["range"],
  ["referer"],
  ["refresh"],
  ["retry-after"],
  ["server"],
  ["set-cookie"],
  ["strict-transport-security"],
  ["transfer-encoding"],
  ["user-agent"],
  ["vary"],
  ["via"],
  ["www-authenticate"],
];

/** By index; the first, unused, stands for index 0. */
export const staticTable: readonly HeaderField[] = [
  new HeaderField("", ""),
  ...rows.flatMap(([name, ...values]) =>
    (values.length === 0 ? [""] : values).map((value) => new HeaderField(name, value)),
  ),
];

/** The first index of each name; lines of one name stand side by side. */
const staticNames: ReadonlyMap<string, number> = new Map(
  staticTable.map(({ name }, index): [string, number] => [name, index]).reverse(),
);

/** The first index of a name; 0 for one that is not in the table. */
export function staticIndex(name: string): number {
  return staticNames.get(name) ?? 0;
}
