/** Words to the operator: one line each, on standard error. */
import { coloursFor, wantsColour } from "./colour.ts";

export interface Reporter {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Where lines go: `process.stderr` or something that stands for it. */
export interface TextSink {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/**
 * Writes `sluice: message` lines, marked `warning:` or `error:` where they are.
 * Line feeds within a message are kept (check prints several lines); other control
 * characters, which a file's name may hold, are made visible.
 */
export function createReporter(
  sink: TextSink = process.stderr,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Reporter {
  const colours = coloursFor(wantsColour(sink, env));
  const line = (mark: string, message: string): void => {
    sink.write(`${colours.dim("sluice:")} ${mark}${visible(message)}\n`);
  };
  return {
    info: (message) => line("", message),
    warn: (message) => line(`${colours.yellow("warning:")} `, message),
    error: (message) => line(`${colours.red("error:")} `, message),
  };
}

/** Control characters but line feed and tab, as `\xHH`. */
export function visible(text: string): string {
  return text.replace(
    /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g,
    (char) => `\\x${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}
