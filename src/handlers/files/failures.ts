/** Error answers of one `files()`: the operator's pages, or ours; made once where they can be. */
import { bytesContent, type FieldLine, Fields, type HttpRequest, HttpResponse } from "../../message/index.ts";
import { errorPage, prefersHtml } from "../pages/index.ts";
import { BoundedMemo } from "./bounded-memo.ts";
import type { Lookup } from "./lookup.ts";
import { ReplacedError } from "./probe.ts";
import type { Representation } from "./representation.ts";

/** What is asked of an error answer. */
export interface Failure {
  readonly status: number;
  readonly cause: string;
  readonly fields?: readonly FieldLine[];
}

interface PreparedPage {
  readonly representation: Representation;
  readonly response: HttpResponse;
}

export class Failures {
  readonly #lookup: Lookup;
  readonly #warn: (message: string) => void;
  readonly #warned = new Set<number>();
  readonly #wantsHtml = new BoundedMemo<boolean>(64);
  /** By status, then by cause, of which there are few; apart for HTML and plain text. */
  readonly #html = new Map<number, BoundedMemo<HttpResponse>>();
  readonly #text = new Map<number, BoundedMemo<HttpResponse>>();
  readonly #prepared = new Map<number, PreparedPage>();

  constructor(lookup: Lookup, warn: (message: string) => void) {
    this.#lookup = lookup;
    this.#warn = warn;
  }

  answer(failure: Failure, request: HttpRequest): HttpResponse | Promise<HttpResponse> {
    const page = this.#lookup.settings.errorPages.get(failure.status);
    return page === undefined ? this.#ownPage(failure, request) : this.#operatorsPage(failure, page, request);
  }

  /** Our own page: never waits for anything. */
  #ownPage(failure: Failure, request: HttpRequest): HttpResponse {
    const { status, cause, fields } = failure;
    const accept = request.fields.get("accept");
    if (fields !== undefined && fields.length > 0) {
      return errorPage(status, cause, accept, fields);
    }
    const byStatus = this.#prefersHtml(accept) ? this.#html : this.#text;
    let byCause = byStatus.get(status);
    if (byCause === undefined) {
      byCause = new BoundedMemo(16);
      byStatus.set(status, byCause);
    }
    let response = byCause.get(cause);
    if (response === undefined) {
      response = HttpResponse.lasting(errorPage(status, cause, accept));
      byCause.set(cause, response);
    }
    return response;
  }

  #prefersHtml(accept: string | undefined): boolean {
    if (accept === undefined) {
      return false;
    }
    let prefers = this.#wantsHtml.get(accept);
    if (prefers === undefined) {
      prefers = prefersHtml(accept);
      this.#wantsHtml.set(accept, prefers);
    }
    return prefers;
  }

  #operatorsPage(failure: Failure, page: string, request: HttpRequest): HttpResponse | Promise<HttpResponse> {
    const entry = this.#lookup.findNamed(page, undefined);
    if (!(entry instanceof Promise) && entry.outcome.type === "file") {
      const variant = entry.outcome.set.choose(request.fields);
      const { representation } = variant;
      if (representation !== undefined) {
        return this.#fromPage(failure, representation) ?? this.#ownPage(failure, request);
      }
    }
    return this.#loadPage(failure, page, request);
  }

  async #loadPage(failure: Failure, page: string, request: HttpRequest): Promise<HttpResponse> {
    try {
      const entry = await this.#lookup.findNamed(page, undefined);
      if (entry.outcome.type === "file") {
        const variant = entry.outcome.set.choose(request.fields);
        const response = this.#fromPage(failure, await this.#lookup.load(variant, entry));
        if (response !== undefined) {
          return response;
        }
      }
      this.#complain(
        failure.status,
        `the page ${page} for ${failure.status} is missing or too large for memory`,
      );
    } catch (error) {
      // While a page is being replaced, ours stands in.
      if (!(error instanceof ReplacedError)) {
        this.#complain(failure.status, `the page ${page} for ${failure.status}: ${(error as Error).message}`);
      }
    }
    return this.#ownPage(failure, request);
  }

  /** @returns undefined where the page is not in memory. */
  #fromPage(failure: Failure, representation: Representation): HttpResponse | undefined {
    const content = representation.whole?.content;
    if (content === undefined) {
      return undefined;
    }
    const prepared = this.#prepared.get(failure.status);
    if (prepared?.representation === representation && failure.fields === undefined) {
      return prepared.response;
    }
    const fields = Fields.of(...pageLines(representation.fields), ...(failure.fields ?? []));
    const response = HttpResponse.lasting({
      status: failure.status,
      fields,
      content: content.type === "bytes" ? bytesContent(content.bytes) : content,
    });
    if (failure.fields === undefined) {
      this.#prepared.set(failure.status, { representation, response });
    }
    return response;
  }

  #complain(status: number, message: string): void {
    if (!this.#warned.has(status)) {
      this.#warned.add(status);
      this.#warn(message);
    }
  }
}

/** Validators and ranges belong to the page, not to the resource that failed. */
function pageLines(fields: Fields): FieldLine[] {
  const lines = [...fields].filter(
    ([name]) => !["etag", "last-modified", "accept-ranges", "cache-control"].includes(name),
  );
  return [...lines, ["cache-control", "no-cache"]];
}
