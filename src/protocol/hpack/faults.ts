/** What a peer can do wrong in a field block. Each costs the connection: the tables are out of step. */
import type { Fault } from "../../message/index.ts";

/** A fault with the error code that HTTP/2 tells of it (RFC 9113 §7). */
export interface HpackFault extends Fault {
  readonly code: number;
}

const COMPRESSION_ERROR = 0x9;
const ENHANCE_YOUR_CALM = 0xb;

export const faults: Readonly<
  Record<
    | "badInteger"
    | "badIndex"
    | "badHuffman"
    | "badTableSize"
    | "tableSizeLate"
    | "tableSizeMissing"
    | "cutShort"
    | "sectionTooLarge",
    HpackFault
  >
> = {
  badInteger: { status: 400, scope: "connection", source: "RFC 7541 §5.1", code: COMPRESSION_ERROR },
  badIndex: { status: 400, scope: "connection", source: "RFC 7541 §2.3.3", code: COMPRESSION_ERROR },
  badHuffman: { status: 400, scope: "connection", source: "RFC 7541 §5.2", code: COMPRESSION_ERROR },
  badTableSize: { status: 400, scope: "connection", source: "RFC 7541 §6.3", code: COMPRESSION_ERROR },
  tableSizeLate: { status: 400, scope: "connection", source: "RFC 7541 §4.2", code: COMPRESSION_ERROR },
  tableSizeMissing: { status: 400, scope: "connection", source: "RFC 7541 §4.2", code: COMPRESSION_ERROR },
  cutShort: { status: 400, scope: "connection", source: "RFC 9113 §4.3", code: COMPRESSION_ERROR },
  sectionTooLarge: { status: 431, scope: "connection", source: "RFC 9113 §10.5.1", code: ENHANCE_YOUR_CALM },
};
