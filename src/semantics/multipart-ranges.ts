/** How several ranges travel in one response: multipart/byteranges (RFC 9110 §14.6, §15.3.7.2). */
import { formatContentRange } from "../fields/index.ts";
import { MisuseError, type Octets } from "../message/index.ts";
import type { OctetRange } from "./ranges.ts";

export interface ByteRangesPlan {
  /** Of the representation selected from. */
  readonly ranges: readonly OctetRange[];
  /** Of the whole representation. */
  readonly length: Octets;
  /** Of the whole representation, undefined where it has none. */
  readonly contentType: string | undefined;
  /** 1 to 70 letters, digits and `'+_-.`; must not occur in the representation. */
  readonly boundary: string;
}

export interface ByteRangesLayout {
  /** Content-Type of the response. */
  readonly contentType: string;
  /** Octets in all: heads, ranges and tail. */
  readonly length: Octets;
  /** Each `head` is followed by octets `start` up to, without, `end` of the representation. */
  readonly parts: readonly { readonly head: Uint8Array; readonly start: Octets; readonly end: Octets }[];
  readonly tail: Uint8Array;
}

/**
 * Lays out the content of a 206 with several parts, so that it can be streamed and its
 * length announced.
 *
 * @throws MisuseError - The boundary or the content type cannot be written.
 * @source RFC 9110 §14.6; RFC 2046 §5.1.1 for boundaries.
 */
export function layoutByteRanges(plan: ByteRangesPlan): ByteRangesLayout {
  const { ranges, length, contentType, boundary } = plan;
  if (!isBoundary(boundary)) {
    throw new MisuseError(
      `boundary ${JSON.stringify(boundary)}, allowed are 1 to 70 of A-Z a-z 0-9 ' + _ - .`,
    );
  }
  if (contentType !== undefined && !isFieldText(contentType)) {
    throw new MisuseError(`content type ${JSON.stringify(contentType)} cannot stand in a field`);
  }
  const typeLine = contentType === undefined ? "" : `Content-Type: ${contentType}\r\n`;
  const parts = ranges.map(({ start, end }, index) => {
    // The CRLF before a delimiter belongs to the delimiter; the first has nothing before it.
    const delimiter = `${index === 0 ? "" : "\r\n"}--${boundary}\r\n`;
    const rangeLine = `Content-Range: ${formatContentRange(start, end, length)}\r\n`;
    return { head: Buffer.from(`${delimiter}${typeLine}${rangeLine}\r\n`, "latin1"), start, end };
  });
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`, "latin1");
  return {
    contentType: `multipart/byteranges; boundary=${boundary}`,
    length: parts.reduce((sum, { head, start, end }) => sum + head.length + end - start, tail.length),
    parts,
    tail,
  };
}

/** Of what RFC 2046 §5.1.1 allows, that which needs no quotes as a parameter. */
function isBoundary(text: string): boolean {
  return /^[A-Za-z0-9'+_.-]{1,70}$/.test(text);
}

/** No control octets and nothing beyond latin1. */
function isFieldText(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text);
}
