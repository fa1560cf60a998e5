/**
 * Links that are worth telling early (RFC 8288 §3, RFC 8297 §2).
 *
 * Link       = #link-value
 * link-value = "<" URI-Reference ">" *( OWS ";" OWS link-param )
 */

/** Relations by which a browser begins to load or to connect. */
const hinted = /^(?:preload|modulepreload|preconnect|dns-prefetch)$/i;

/**
 * The link-values of a Link field that are hints, as they are written.
 *
 * @param value - Of one line or of several joined.
 */
export function hintLinks(value: string): readonly string[] {
  return linkValues(value).filter(isHint);
}

/** Separated by commas, but not by those within "<…>" or a quoted string. */
function linkValues(value: string): string[] {
  const links: string[] = [];
  let start = 0;
  let within: "" | ">" | '"' = "";
  for (let at = 0; at <= value.length; at += 1) {
    const character = value[at];
    if (character === undefined || (character === "," && within === "")) {
      links.push(value.slice(start, at).trim());
      start = at + 1;
    } else if (within === '"' && character === "\\") {
      at += 1;
    } else if (character === within) {
      within = "";
    } else if (within === "") {
      within = character === "<" ? ">" : character === '"' ? '"' : "";
    }
  }
  return links;
}

/** link-param = token BWS [ "=" BWS ( token / quoted-string ) ]; of two rel the first counts (RFC 8288 §3.3). */
const parameter = /\s*;\s*(?:([^\s;="]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*)))?)?/gy;

function isHint(link: string): boolean {
  const [, parameters = ""] = /^<[^<>\s]+>(.*)$/s.exec(link) ?? [];
  for (const [, name, quoted, plain] of parameters.matchAll(parameter)) {
    if (name?.toLowerCase() === "rel") {
      return (quoted ?? plain ?? "").split(/\s+/).some((relation) => hinted.test(relation));
    }
  }
  return false;
}
