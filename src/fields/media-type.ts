/** Media types: Content-Type and the members of Accept (RFC 9110 §8.3.1). */
import { MisuseError } from "../message/index.ts";
import {
  formatParameters,
  isToken,
  type Parameter,
  parseParameters,
  tokenEnd,
  trimWhitespace,
} from "./syntax.ts";

export interface MediaType {
  /** Lower case. */
  readonly type: string;
  /** Lower case. */
  readonly subtype: string;
  /** In order; names in lower case, values as written but unquoted. */
  readonly parameters: readonly Parameter[];
}

/**
 * ```abnf
 * media-type = type "/" subtype parameters
 * ```
 *
 * @returns undefined where `text` is no media type. `*` is a token, so that a media range is one too.
 * @throws Never.
 * @source RFC 9110 §8.3.1, §5.6.6.
 */
export function parseMediaType(text: string): MediaType | undefined {
  const trimmed = trimWhitespace(text);
  const slash = tokenEnd(trimmed, 0);
  const end = tokenEnd(trimmed, slash + 1);
  if (slash === 0 || trimmed[slash] !== "/" || end === slash + 1) {
    return undefined;
  }
  const parameters = parseParameters(trimmed, end);
  if (parameters === undefined) {
    return undefined;
  }
  return {
    type: trimmed.slice(0, slash).toLowerCase(),
    subtype: trimmed.slice(slash + 1, end).toLowerCase(),
    parameters,
  };
}

/**
 * As `type/subtype;name=value`, values quoted where they must be.
 *
 * @throws MisuseError - A part is no token, or a value has characters that no field can carry.
 */
export function formatMediaType(media: MediaType): string {
  const names = [media.type, media.subtype, ...media.parameters.map(([name]) => name)];
  const wrong = names.find((name) => !isToken(name));
  if (wrong !== undefined) {
    throw new MisuseError(`${JSON.stringify(wrong)} is no token`);
  }
  return `${media.type}/${media.subtype}${formatParameters(media.parameters)}`;
}
