/** Rows of the HTTP/2 client: heads, interim responses and trailers (RFC 9113 §8). */
import {
  complete,
  content,
  fault,
  type Http2ClientRow,
  informational,
  response,
} from "../support/http2-client-cases.ts";
import { block, data, flag, head, headers } from "../support/http2-client-frames.ts";

const end = flag.endStream;
const reset: readonly string[] = ["RST_STREAM 1 PROTOCOL_ERROR"];

export const headRows: readonly Http2ClientRow[] = [
  {
    name: "a response without content",
    source: "RFC 9113 §8.1",
    input: headers(1, head(200, ["x", "y"]), end),
    expect: [response(1, 200, [["x", "y"]], 0), complete(1)],
  },
  {
    name: "a response from the static table",
    source: "RFC 7541 §6.1",
    input: headers(1, "\x8d", end),
    expect: [response(1, 404, [], 0), complete(1)],
  },
  {
    name: "two responses in the other order",
    source: "RFC 9113 §5",
    requests: [{}, {}],
    input: headers(3, head(200), end) + headers(1, head(204), end),
    expect: [response(3, 200, [], 0), complete(3), response(1, 204, [], 0), complete(1)],
  },
  {
    name: "a head with padding and with the priority of RFC 7540",
    source: "RFC 9113 §6.2",
    input: headers(1, `\x03\x80\0\0\x05\x10${head(200)}\0\0\0`, end | flag.padded | flag.priority),
    expect: [response(1, 200, [], 0), complete(1)],
  },
  {
    name: "a head without :status",
    source: "RFC 9113 §8.3.2",
    input: headers(1, block(["x", "y"]), end),
    expect: [fault(1, "RFC 9113 §8.3.2")],
    owes: reset,
  },
  {
    name: "a :status that is no number",
    source: "RFC 9113 §8.3.2",
    input: headers(1, block([":status", "2x0"]), end),
    expect: [fault(1, "RFC 9113 §8.3.2")],
    owes: reset,
  },
  {
    name: "101, which does not exist here",
    source: "RFC 9113 §8.6",
    input: headers(1, head(101)),
    expect: [fault(1, "RFC 9113 §8.3.2")],
    owes: reset,
  },
  {
    name: "a pseudo field of requests",
    source: "RFC 9113 §8.3",
    input: headers(1, head(200, [":path", "/"]), end),
    expect: [fault(1, "RFC 9113 §8.3")],
    owes: reset,
  },
  {
    name: "a pseudo field after others",
    source: "RFC 9113 §8.3",
    input: headers(1, block(["x", "y"], [":status", "200"]), end),
    expect: [fault(1, "RFC 9113 §8.3")],
    owes: reset,
  },
  {
    name: "a field name with a capital letter",
    source: "RFC 9113 §8.2.1",
    input: headers(1, head(200, ["X", "y"]), end),
    expect: [fault(1, "RFC 9113 §8.2.1")],
    owes: reset,
  },
  {
    name: "a field value with a line break",
    source: "RFC 9113 §8.2.1",
    input: headers(1, head(200, ["x", "a\r\nb"]), end),
    expect: [fault(1, "RFC 9113 §8.2.1")],
    owes: reset,
  },
  {
    name: "a field of one connection only",
    source: "RFC 9113 §8.2.2",
    input: headers(1, head(200, ["transfer-encoding", "chunked"])),
    expect: [fault(1, "RFC 9113 §8.2.2")],
    owes: reset,
  },
  {
    name: "what is malformed breaks its stream alone",
    source: "RFC 9113 §8.1.1",
    requests: [{}, {}],
    input: headers(1, block(["x", "y"]), end) + headers(3, head(200), end),
    expect: [fault(1, "RFC 9113 §8.3.2"), response(3, 200, [], 0), complete(3)],
    owes: reset,
  },
];

export const interimRows: readonly Http2ClientRow[] = [
  {
    name: "100 and 103 before the response",
    source: "RFC 9110 §15.2",
    input: headers(1, head(100)) + headers(1, head(103, ["link", "</a>"])) + headers(1, head(200), end),
    expect: [
      informational(1, 100),
      informational(1, 103, [["link", "</a>"]]),
      response(1, 200, [], 0),
      complete(1),
    ],
  },
  {
    name: "an interim response that ends the stream",
    source: "RFC 9113 §8.1",
    input: headers(1, head(103), end),
    expect: [fault(1, "RFC 9113 §8.1.1")],
    owes: reset,
  },
  {
    name: "more interim responses than the limit",
    source: "RFC 9110 §15.2",
    limits: { interimResponses: 2 },
    input: headers(1, head(102)).repeat(3),
    expect: [informational(1, 102), informational(1, 102), fault(1, "RFC 9110 §15.2")],
    owes: ["RST_STREAM 1 ENHANCE_YOUR_CALM"],
    says: /more than 2 interim/,
  },
  {
    name: "content before the head",
    source: "RFC 9113 §8.1",
    input: data(1, "hi", end),
    expect: [fault(1, "RFC 9113 §8.1.1")],
    owes: reset,
  },
];

export const trailerRows: readonly Http2ClientRow[] = [
  {
    name: "trailers after content",
    source: "RFC 9113 §8.1",
    input: headers(1, head(200)) + data(1, "hi") + headers(1, block(["x", "y"]), end),
    expect: [response(1), content(1, "hi"), complete(1, ["x", "y"])],
  },
  {
    name: "trailers without content",
    source: "RFC 9113 §8.1",
    input: headers(1, head(200)) + headers(1, block(["x", "y"]), end),
    expect: [response(1), complete(1, ["x", "y"])],
  },
  {
    name: "trailers that do not end the stream",
    source: "RFC 9113 §8.1",
    input: headers(1, head(200)) + headers(1, block(["x", "y"])),
    expect: [response(1), fault(1, "RFC 9113 §8.1")],
    owes: reset,
  },
  {
    name: "trailers with a pseudo field",
    source: "RFC 9113 §8.1",
    input: headers(1, head(200)) + headers(1, head(200), end),
    expect: [response(1), fault(1, "RFC 9113 §8.1")],
    owes: reset,
  },
  {
    name: "trailers before the announced length has come",
    source: "RFC 9113 §8.1.1",
    input:
      headers(1, head(200, ["content-length", "3"])) + data(1, "hi") + headers(1, block(["x", "y"]), end),
    expect: [response(1, 200, [["content-length", "3"]], 3), content(1, "hi"), fault(1, "RFC 9113 §8.1.1")],
    owes: reset,
  },
];
