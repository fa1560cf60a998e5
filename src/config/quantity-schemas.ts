/** Schemas of durations, sizes and counts, with words for what is wrong. */
import { z } from "zod";
import { type Duration, parseDuration, parseSize, type Size } from "../message/index.ts";

/** Timers of the platform hold 31 bits of milliseconds. */
const longestDuration = 2_147_483_647;

export const duration: z.ZodType<string> = z
  .string('needs a duration such as "30s"')
  .superRefine((text, context) => {
    const fault = durationFault(text);
    if (fault !== undefined) {
      context.addIssue({ code: "custom", message: fault });
    }
  });

/** A duration that may not be nothing. */
export const wait: z.ZodType<string> = duration.refine(
  (text) => durationFault(text) !== undefined || parseDuration(text as Duration) > 0,
  {
    error: "needs more than nothing",
  },
);

export const size: z.ZodType<string | number> = z
  .union([z.number(), z.string()])
  .superRefine((value, context) => {
    try {
      parseSize(value as Size);
    } catch (error) {
      context.addIssue({ code: "custom", message: (error as Error).message });
    }
  });

/** A size or count that may not be nothing. */
export const someSize: z.ZodType<string | number> = size.refine(
  (value) => !/^0+(\.0+)?[a-zA-Z]*$/.test(String(value)),
  {
    error: "needs more than nothing",
  },
);
/** Permissions of a socket, which everybody knows in octal: decimal 600 is 0o1130. */
export const socketMode: z.ZodType<number | undefined> = z
  .int("needs an octal number such as 0o660")
  .min(0, "needs an octal number such as 0o660")
  .max(0o777, "needs an octal number of 0o777 or less, such as 0o660")
  .optional();

export const someCount: z.ZodType<number> = z.int().min(1);

function durationFault(text: string): string | undefined {
  try {
    return parseDuration(text as Duration) > longestDuration
      ? `${JSON.stringify(text)} is longer than 24 days`
      : undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
