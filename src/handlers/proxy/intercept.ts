/** Other answers in place of some: error pages of the operator's own, by status. */
import { cancelContent, emptyContent, type HttpRequest, type HttpResponse } from "../../message/index.ts";
import type { Handler } from "../../pipeline/index.ts";
import type { Forwarding } from "./forwarding.ts";
import type { InterceptRule, StatusPattern } from "./options.ts";

export interface CompiledRule {
  readonly handler: Handler;
  readonly path: string | undefined;
  readonly keepsStatus: boolean;
}

/** The page is asked for as a whole, whatever part of something else was wanted (RFC 9110 §13, §14). */
const notForPages: readonly string[] = [
  "content-encoding",
  "content-type",
  "expect",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
  "range",
  "upgrade",
];

export class Intercept {
  /** By status. */
  readonly #rules = new Map<number, CompiledRule>();

  constructor(rules: readonly InterceptRule[], compile: (rule: InterceptRule) => Handler) {
    for (const rule of rules) {
      const compiled = {
        handler: compile(rule),
        path: rule.path,
        keepsStatus: rule.answer !== "handler",
      };
      for (const status of [rule.status].flat().flatMap(statusesOf)) {
        if (!this.#rules.has(status)) {
          this.#rules.set(status, compiled);
        }
      }
    }
  }

  ruleFor(status: number): CompiledRule | undefined {
    return this.#rules.get(status);
  }

  /** @returns undefined where the handler has no answer either: an error of another status. */
  async answer(
    { handler, path, keepsStatus }: CompiledRule,
    status: number,
    { request, exchange }: Forwarding,
  ): Promise<HttpResponse | undefined> {
    const page = await handler(pageRequest(request, path?.replaceAll("{status}", String(status))), exchange);
    if (page.tunnel || (page.status >= 400 && page.status !== status)) {
      cancelContent(page.content, new Error("the answer in place of another is an error itself"));
      return undefined;
    }
    return keepsStatus && page.status !== status ? page.with({ status }) : page;
  }
}

function pageRequest(request: HttpRequest, path: string | undefined): HttpRequest {
  const page = request.with({
    method: request.method === "HEAD" ? "HEAD" : "GET",
    content: emptyContent,
    fields: request.fields.without(...notForPages),
    connectProtocol: undefined,
  });
  return path === undefined ? page : page.withPath(path, undefined);
}

/** Every status that a pattern stands for. */
export function statusesOf(pattern: StatusPattern): readonly number[] {
  if (typeof pattern === "number") {
    return [pattern];
  }
  return Array.from({ length: 100 }, (_, index) => Number(pattern[0]) * 100 + index);
}
