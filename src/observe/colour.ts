/** Whether a stream's reader wants colour, and the colours. */
import picocolors from "picocolors";

export interface Colours {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
  green(text: string): string;
  cyan(text: string): string;
}

/** Colours that colour, or that answer the text as it is. */
export function coloursFor(enabled: boolean): Colours {
  return picocolors.createColors(enabled);
}

/**
 * Terminals get colour and others none, unless NO_COLOR or FORCE_COLOR say otherwise.
 *
 * @source no-color.org: NO_COLOR counts when it is not empty. Node: FORCE_COLOR, "0" and "false" mean no;
 *   where both are set FORCE_COLOR, being the more particular wish, decides.
 */
export function wantsColour(
  stream: { readonly isTTY?: boolean | undefined },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) {
    return forced !== "0" && forced !== "false";
  }
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== "") {
    return false;
  }
  return stream.isTTY === true && env.TERM !== "dumb";
}
