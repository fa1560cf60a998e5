/** Weighted preferences: Accept, Accept-Charset, Accept-Encoding, Accept-Language (RFC 9110 §12.4, §12.5). */
import { parseMediaType } from "./media-type.ts";
import { listMembers, type Parameter, skipWhitespace, tokenEnd } from "./syntax.ts";

export interface Weighted {
  /** Lower case. */
  readonly value: string;
  /** Thousandths, 0 to 1000; 0 means "not acceptable". */
  readonly q: number;
}

export interface WeightedMediaRange {
  /** Lower case; "*" for any. */
  readonly type: string;
  /** Lower case; "*" for any. */
  readonly subtype: string;
  /** Without the weight. */
  readonly parameters: readonly Parameter[];
  /** Thousandths, 0 to 1000. */
  readonly q: number;
}

/** Members read of one field; what comes after is not read. */
const memberLimit = 64;
const fullWeight = 1000;
const digitZero = 0x30;

/**
 * The members in order. Unreadable ones are left out, and so is all after the 64th.
 *
 * ```abnf
 * member = token [ OWS ";" OWS "q=" qvalue ]
 * ```
 *
 * @throws Never.
 * @source RFC 9110 §12.5.2 to §12.5.4; a language range (RFC 4647 §2.1) is a token too.
 */
export function parseWeightedList(text: string): readonly Weighted[] {
  const list: Weighted[] = [];
  for (const member of listMembers(text, memberLimit)) {
    const end = tokenEnd(member, 0);
    const q = end === 0 ? undefined : readWeight(member, end);
    if (q !== undefined) {
      list.push({ value: member.slice(0, end).toLowerCase(), q });
    }
  }
  return list;
}

/**
 * The media ranges of Accept in order; unreadable ones are left out, and so is all after the 64th.
 *
 * ```abnf
 * Accept      = #( media-range [ weight ] )
 * media-range = ( "*" "/" "*" / type "/" "*" / type "/" subtype ) parameters
 * ```
 *
 * A parameter "q" is the weight wherever it stands. Departs: a lone "*" is read as
 * any type at all, because Java's URLConnection sends `*; q=.2` by default.
 *
 * @throws Never.
 * @source RFC 9110 §12.5.1.
 */
export function parseAccept(text: string): readonly WeightedMediaRange[] {
  const ranges: WeightedMediaRange[] = [];
  for (const member of listMembers(text, memberLimit)) {
    const range = readMediaRange(member);
    if (range !== undefined) {
      ranges.push(range);
    }
  }
  return ranges;
}

function readMediaRange(member: string): WeightedMediaRange | undefined {
  const anything = member.startsWith("*") && member[1] !== "/";
  const media = parseMediaType(anything ? `*/*${member.slice(1)}` : member);
  if (media === undefined || (media.type === "*" && media.subtype !== "*")) {
    return undefined;
  }
  const weight = media.parameters.find(([name]) => name === "q");
  const q = weight === undefined ? fullWeight : parseQValue(weight[1]);
  if (q === undefined) {
    return undefined;
  }
  const parameters = media.parameters.filter(([name]) => name !== "q");
  return { type: media.type, subtype: media.subtype, parameters, q };
}

/** The weight from `start` to the end of `member`: full where nothing stands there. */
function readWeight(member: string, start: number): number | undefined {
  let at = skipWhitespace(member, start);
  if (at === member.length) {
    return fullWeight;
  }
  if (member[at] !== ";") {
    return undefined;
  }
  at = skipWhitespace(member, at + 1);
  const named = (member[at] === "q" || member[at] === "Q") && member[at + 1] === "=";
  return named ? parseQValue(member.slice(at + 2)) : undefined;
}

/**
 * ```abnf
 * qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )
 * ```
 *
 * Departs: the digit before the point may be missing (`.2`, from Java's URLConnection),
 * and digits after the third are cut off.
 */
function parseQValue(text: string): number | undefined {
  let at = text.indexOf(".");
  const whole = at < 0 ? text : text.slice(0, at);
  if (text === "." || (whole !== "0" && whole !== "1" && !(whole === "" && at === 0))) {
    return undefined;
  }
  let q = whole === "1" ? fullWeight : 0;
  at = at < 0 ? text.length : at + 1;
  for (let unit = 100; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - digitZero;
    if (digit < 0 || digit > 9) {
      return undefined;
    }
    q += digit * unit;
    unit = unit === 1 ? 0 : unit / 10;
  }
  return q <= fullWeight ? q : undefined;
}
