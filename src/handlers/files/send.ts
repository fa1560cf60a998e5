/** One representation for one request: preconditions, ranges, and the content (RFC 9110 §13, §14, §15.3). */
import { randomBytes } from "node:crypto";
import { formatContentRange, formatUnsatisfiedRange } from "../../fields/index.ts";
import {
  bytesContent,
  type Content,
  chunkedContent,
  type FieldLine,
  Fields,
  type HttpRequest,
  HttpResponse,
  type Octets,
  type PulledContent,
} from "../../message/index.ts";
import type { Clock } from "../../pipeline/index.ts";
import {
  type ByteRangesLayout,
  evaluatePreconditions,
  layoutByteRanges,
  type OctetRange,
  rangeApplies,
  selectRanges,
} from "../../semantics/index.ts";
import { FileContent, type OpenFile } from "./file-content.ts";
import { MultipartContent } from "./multipart-content.ts";
import type { Representation } from "./representation.ts";

/** Content to send, before any file is opened. */
export type ContentPlan =
  | { readonly type: "whole" }
  | { readonly type: "ranges"; readonly ranges: readonly OctetRange[] };

export type Plan =
  | ContentPlan
  | { readonly type: "notModified" }
  | {
      readonly type: "failure";
      readonly status: 412 | 416;
      readonly cause: string;
      readonly fields: readonly FieldLine[];
    };

const whole: Plan = { type: "whole" };
const notModified: Plan = { type: "notModified" };

/**
 * @param limit - Ranges honoured.
 * @throws Never.
 */
export function planFor(request: HttpRequest, chosen: Representation, clock: Clock, limit: number): Plan {
  const { fields } = request;
  const noneMatch = fields.get("if-none-match");
  // The common cases first, and for them nothing is parsed.
  if (noneMatch === undefined) {
    if (!isConditional(fields)) {
      return whole;
    }
  } else if (noneMatch === chosen.etag && !fields.has("if-match") && !fields.has("if-unmodified-since")) {
    return notModified;
  }
  const wall = clock.wall();
  const verdict = evaluatePreconditions(request, chosen.selected, new Date(wall).getUTCFullYear());
  if (!verdict.proceed) {
    return verdict.status === 304
      ? notModified
      : { type: "failure", status: 412, cause: `Precondition failed: ${verdict.because}.`, fields: [] };
  }
  return request.method === "GET" ? planRanges(fields, chosen, wall, limit) : whole;
}

/** A response from content in memory: `whole` itself, or parts of it. */
export function sendFromMemory(plan: ContentPlan, chosen: Representation, whole: HttpResponse): HttpResponse {
  const { content } = whole;
  if (plan.type === "whole" || content.type !== "bytes") {
    return whole;
  }
  return partial(chosen, plan.ranges, {
    single: ({ start, end }) => bytesContent(content.bytes.subarray(start, end)),
    several: (layout) => severalFromMemory(layout, content.bytes),
  });
}

/** A response streamed from `file`, which the content releases. */
export function sendFromFile(plan: ContentPlan, chosen: Representation, file: OpenFile): HttpResponse {
  if (plan.type === "whole") {
    return new HttpResponse({
      status: 200,
      fields: chosen.fields,
      content: new FileContent(file, 0, chosen.facts.size),
    });
  }
  return partial(chosen, plan.ranges, {
    single: ({ start, end }) => new FileContent(file, start, end),
    several: (layout) => new MultipartContent(file, layout),
  });
}

/** The answer to HEAD for a file not in memory: its length is announced and no octet is ever read. */
export function headOnly(chosen: Representation): HttpResponse {
  const content: PulledContent = {
    type: "pulled",
    length: chosen.facts.size,
    onReadable: undefined,
    trailers: Fields.empty,
    read: () => "end",
    cancel: () => undefined,
  };
  return new HttpResponse({ status: 200, fields: chosen.fields, content });
}

/** If-None-Match aside. If-Range means nothing without Range. */
function isConditional(fields: Fields): boolean {
  return (
    fields.has("range") ||
    fields.has("if-modified-since") ||
    fields.has("if-match") ||
    fields.has("if-unmodified-since")
  );
}

function planRanges(fields: Fields, chosen: Representation, wall: number, limit: number): Plan {
  const { size } = chosen.facts;
  const range = fields.get("range");
  if (range === undefined || !rangeApplies(fields.get("if-range"), chosen.selected, wall)) {
    return whole;
  }
  const selection = selectRanges(range, size, { ranges: limit });
  switch (selection.type) {
    case "whole":
      return whole;
    case "ranges":
      return { type: "ranges", ranges: selection.ranges };
    case "unsatisfiable":
      return {
        type: "failure",
        status: 416,
        cause: `The file has ${size} octets; none of the ranges asked for lies within them.`,
        fields: [["content-range", formatUnsatisfiedRange(size)]],
      };
  }
}

function partial(
  chosen: Representation,
  ranges: readonly OctetRange[],
  content: {
    readonly single: (range: OctetRange) => Content;
    readonly several: (layout: ByteRangesLayout) => Content;
  },
): HttpResponse {
  const [only] = ranges;
  const length = chosen.facts.size;
  if (only !== undefined && ranges.length === 1) {
    const fields = chosen.fields.adding("content-range", formatContentRange(only.start, only.end, length));
    return new HttpResponse({ status: 206, fields, content: content.single(only) });
  }
  const layout = layoutByteRanges({
    ranges,
    length,
    contentType: chosen.fields.get("content-type"),
    // Random, so that no file can be made to contain it.
    boundary: randomBytes(18).toString("hex"),
  });
  const fields = chosen.fields.with("content-type", layout.contentType);
  return new HttpResponse({ status: 206, fields, content: content.several(layout) });
}

function severalFromMemory(layout: ByteRangesLayout, bytes: Uint8Array): PulledContent {
  const chunks = layout.parts.flatMap(({ head, start, end }): Uint8Array[] => [
    head,
    bytes.subarray(start, end),
  ]);
  return chunkedContent([...chunks, layout.tail], { length: layout.length satisfies Octets });
}
