/** The handler: which answer a request to a tree of files gets, and in what order that is decided. */
import { emptyContent, type FieldLine, Fields, type HttpRequest, HttpResponse } from "../../message/index.ts";
import type { Resource } from "../../pipeline/index.ts";
import { isKnownMethod, negotiateMediaType } from "../../semantics/index.ts";
import { BoundedMemo } from "./bounded-memo.ts";
import { type Failure, Failures } from "./failures.ts";
import { type OpenFile, openFileOf } from "./file-content.ts";
import { Listings } from "./listing.ts";
import type { Lookup } from "./lookup.ts";
import type { Entry } from "./path-cache.ts";
import { type FileFacts, ReplacedError } from "./probe.ts";
import { type Representation, represent, type Variant } from "./representation.ts";
import { type ContentPlan, headOnly, planFor, sendFromFile, sendFromMemory } from "./send.ts";

type Answer = HttpResponse | Promise<HttpResponse>;

const allow: readonly FieldLine[] = [["allow", "GET, HEAD, OPTIONS"]];
const options: HttpResponse = HttpResponse.lasting({
  status: 204,
  fields: Fields.of(...allow, ["x-content-type-options", "nosniff"]),
  content: emptyContent,
});
/** Looks at a path whose file is replaced again and again, before giving up. */
const attempts = 4;

export class Files implements Resource {
  readonly #lookup: Lookup;
  readonly #failures: Failures;
  readonly #listings: Listings;
  readonly #acceptsHtml = new BoundedMemo<boolean>(64);

  constructor(lookup: Lookup, warn: (message: string) => void) {
    this.#lookup = lookup;
    this.#failures = new Failures(lookup, warn);
    this.#listings = new Listings(lookup);
  }

  /** No promise, closure or parsing for a path that is known and in memory. */
  handle(request: HttpRequest): Answer {
    const { method } = request;
    if (method !== "GET" && method !== "HEAD") {
      return this.#refuseMethod(request);
    }
    const known = this.#lookup.known(request.path);
    return known === undefined ? this.#find(request, attempts) : this.#answer(known, request, attempts);
  }

  close(): void {
    this.#lookup.clear();
  }

  #refuseMethod(request: HttpRequest): Answer {
    if (request.method === "OPTIONS") {
      return options;
    }
    return isKnownMethod(request.method)
      ? this.#fail(
          { status: 405, cause: "Files can be read with GET and HEAD only.", fields: allow },
          request,
        )
      : this.#fail({ status: 501, cause: "This method is not known here." }, request);
  }

  #find(request: HttpRequest, left: number): Answer {
    const entry = this.#lookup.find(request.path);
    return entry instanceof Promise
      ? entry.then(
          (found) => this.#answer(found, request, left),
          (error) => this.#faulted(error, request),
        )
      : this.#answer(entry, request, left);
  }

  #answer(entry: Entry, request: HttpRequest, left: number): Answer {
    const { outcome } = entry;
    switch (outcome.type) {
      case "file":
        return this.#sendChosen(outcome.set.choose(request.fields), entry, request, left);
      case "redirect":
        return request.query === undefined
          ? outcome.response
          : outcome.response.with({
              fields: outcome.response.fields.with("location", `${outcome.to}?${request.query}`),
            });
      case "listing":
        return this.#listings
          .answer(outcome, request)
          .catch((error) => this.#recover(error, entry, request, left));
      case "failure":
        return outcome.mayFallBack && this.#isNavigation(request)
          ? this.#fallBack(outcome, request, left)
          : this.#fail(outcome, request);
    }
  }

  #sendChosen(variant: Variant, entry: Entry, request: HttpRequest, left: number): Answer {
    const loaded = variant.representation ?? this.#lookup.load(variant, entry);
    return loaded instanceof Promise
      ? loaded.then(
          (representation) => this.#send(representation, variant, entry, request, left),
          (error) => this.#recover(error, entry, request, left),
        )
      : this.#send(loaded, variant, entry, request, left);
  }

  #send(chosen: Representation, variant: Variant, entry: Entry, request: HttpRequest, left: number): Answer {
    const { clock, settings, root } = this.#lookup;
    const plan = planFor(request, chosen, clock, settings.ranges);
    if (plan.type === "failure") {
      return this.#fail(plan, request);
    }
    if (plan.type === "notModified") {
      return chosen.notModified;
    }
    if (chosen.whole !== undefined) {
      return sendFromMemory(plan, chosen, chosen.whole);
    }
    if (request.method === "HEAD") {
      return headOnly(chosen);
    }
    return root.open(chosen.facts).then(
      ({ handle, facts }) =>
        this.#sendOpened(openFileOf(handle), facts, plan, chosen, variant, entry, request),
      (error) => this.#recover(error, entry, request, left),
    );
  }

  #sendOpened(
    file: OpenFile,
    facts: FileFacts,
    plan: ContentPlan,
    chosen: Representation,
    variant: Variant,
    entry: Entry,
    request: HttpRequest,
  ): Answer {
    if (facts.fingerprint === chosen.facts.fingerprint) {
      return sendFromFile(plan, chosen, file);
    }
    // Written to since we looked: with its validators, what to send may be another matter.
    const { clock, settings } = this.#lookup;
    const current = represent(variant, facts, undefined, clock.wall());
    variant.representation = current;
    this.#lookup.distrust(entry);
    const planned = planFor(request, current, clock, settings.ranges);
    if (planned.type === "whole" || planned.type === "ranges") {
      return sendFromFile(planned, current, file);
    }
    file.release();
    return planned.type === "notModified" ? current.notModified : this.#fail(planned, request);
  }

  /** The file is another than a moment ago: look again, some times. */
  #recover(error: unknown, entry: Entry, request: HttpRequest, left: number): Answer {
    if (!(error instanceof ReplacedError)) {
      return this.#faulted(error, request);
    }
    this.#lookup.distrust(entry);
    return left > 0
      ? this.#find(request, left - 1)
      : this.#fail(
          { status: 503, cause: "The file is being replaced.", fields: [["retry-after", "1"]] },
          request,
        );
  }

  #faulted(error: unknown, request: HttpRequest): Answer {
    switch ((error as NodeJS.ErrnoException).code) {
      case "EMFILE":
      case "ENFILE":
      case "ENOMEM":
      case "EAGAIN":
        return this.#fail(
          { status: 503, cause: "Too many files are open at the moment.", fields: [["retry-after", "1"]] },
          request,
        );
      case "EACCES":
      case "EPERM":
        return this.#fail({ status: 403, cause: "The server may not read this file." }, request);
      default:
        throw error;
    }
  }

  /** The application's page for a path that only the application knows. */
  #fallBack(failure: Failure, request: HttpRequest, left: number): Answer {
    const fallback = this.#lookup.settings.fallback as string;
    const entry = this.#lookup.findNamed(fallback, "Accept");
    const answer = (found: Entry): Answer =>
      found.outcome.type === "file"
        ? this.#sendChosen(found.outcome.set.choose(request.fields), found, request, left)
        : this.#fail(failure, request);
    return entry instanceof Promise
      ? entry.then(answer, (error) => this.#faulted(error, request))
      : answer(entry);
  }

  #isNavigation(request: HttpRequest): boolean {
    const accept = request.fields.get("accept");
    if (accept === undefined) {
      return true;
    }
    let accepts = this.#acceptsHtml.get(accept);
    if (accepts === undefined) {
      accepts = negotiateMediaType(accept, ["text/html"]) !== undefined;
      this.#acceptsHtml.set(accept, accepts);
    }
    return accepts;
  }

  #fail(failure: Failure, request: HttpRequest): Answer {
    return this.#failures.answer(failure, request);
  }
}
