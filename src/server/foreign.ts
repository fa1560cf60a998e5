/**
 * What code that is not ours does: handlers, filters and content sources may throw anything,
 * and answer what is no response. None of it may cost more than its own exchange.
 */
import { inspect } from "node:util";
import { type Content, cancelContent, errorOf, faults, HttpError, MisuseError } from "../message/index.ts";

/** Where an error that `errorOf` answered comes from, as far as it tells. */
export function traceOf({ stack, message }: Error): string {
  return typeof stack === "string" ? stack : message;
}

/** Why an answer could not be sent: `error` says it, unless the answer is no response at all. @throws Never. */
export function refusalOf(answer: unknown, thrown: unknown): Error {
  const parts = (answer ?? {}) as { readonly status?: unknown; readonly content?: Partial<Content> };
  return typeof parts.status === "number" && typeof parts.content?.type === "string"
    ? errorOf(thrown)
    : new MisuseError(`the handler answered ${shown(answer)}, wanted an HttpResponse`);
}

/** Cancels what content an answer has. @returns What went wrong, if something did. @throws Never. */
export function release(answer: unknown, reason: Error): Error | undefined {
  try {
    const content = (answer as { readonly content?: Content } | null | undefined)?.content;
    if (content?.type === "pulled") {
      cancelContent(content, reason);
    }
    return undefined;
  } catch (error) {
    return errorOf(error);
  }
}

function shown(value: unknown): string {
  try {
    return inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY }).slice(0, 80);
  } catch {
    return `a ${typeof value}`;
  }
}

/** What a request's work is told whose client went away. @param cause - How its connection ended. */
export function leftEarly(cause?: Error): HttpError {
  const error = new HttpError(faults.cancelled, "client", "the client left before the response was whole");
  return cause === undefined ? error : Object.assign(error, { cause });
}
