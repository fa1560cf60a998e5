/** Connections (RFC 9112 §9): persistence, pipelining, Expect, Upgrade and CONNECT. */
import type { FieldLine } from "../../src/message/index.ts";
import {
  chunkedPost,
  chunkedRequest,
  complete,
  content,
  fault,
  get,
  lines,
  post,
  refused,
  request,
  type ServerRow,
  sizedRequest,
  whole,
} from "../support/http1-cases.ts";

const persistence = "RFC 9112 §9.3";
const pipelining = "RFC 9112 §9.3.2";
const expectation = "RFC 9110 §10.1.1";
const upgrade = "RFC 9110 §7.8";
const connect = "RFC 9110 §9.3.6";

/** A GET with Connection lines, after which the connection ends or goes on. */
function connection(name: string, closes: boolean, ...values: readonly string[]): ServerRow {
  const row: ServerRow = {
    name,
    source: persistence,
    input: get(...values.map((value) => `Connection: ${value}`)),
    expect: whole({ more: values.map((value): FieldLine => ["connection", value]) }),
  };
  return closes ? { ...row, closes } : row;
}

function connection10(name: string, closes: boolean, value: string): ServerRow {
  const row: ServerRow = {
    name,
    source: persistence,
    input: lines("GET / HTTP/1.0", "Host: a", `Connection: ${value}`),
    expect: whole({ version: "1.0", more: [["connection", value]] }),
  };
  return closes ? { ...row, closes } : row;
}

const upgradeFields: readonly FieldLine[] = [
  ["connection", "Upgrade"],
  ["upgrade", "websocket"],
];

export const connectionRows: readonly ServerRow[] = [
  connection("close", true, "close"),
  connection("Close in odd case", true, "cLoSe"),
  connection("close in a list", true, "keep-alive, close"),
  connection("close before keep-alive", true, "close, keep-alive"),
  connection("close after an empty element", true, ", close"),
  connection("close without spaces", true, "x,close,y"),
  connection("close on a second line", true, "keep-alive", "close"),
  connection("keep-alive in HTTP/1.1", false, "keep-alive"),
  connection("a token that ends in close", false, "x-close"),
  connection("a token that begins with close", false, "closed"),
  connection("an empty Connection", false, ""),
  connection("an unknown option", false, "foo"),
  connection10("HTTP/1.0 with keep-alive", false, "keep-alive"),
  connection10("HTTP/1.0 with Keep-Alive in capitals", false, "Keep-Alive"),
  connection10("HTTP/1.0 with keep-alive in a list", false, "x, keep-alive"),
  connection10("HTTP/1.0 with keep-alive and close", true, "keep-alive, close"),
  connection10("HTTP/1.0 with something else", true, "foo"),
  connection10("HTTP/1.0 with a longer token", true, "keep-alives"),
  {
    name: "Keep-Alive alone does not keep HTTP/1.0 open",
    source: persistence,
    input: lines("GET / HTTP/1.0", "Host: a", "Keep-Alive: timeout=5"),
    expect: whole({ version: "1.0", more: [["keep-alive", "timeout=5"]] }),
    closes: true,
  },
  {
    name: "close in Proxy-Connection means nothing",
    source: "RFC 9112 §C.2.2",
    input: get("Proxy-Connection: close"),
    expect: whole({ more: [["proxy-connection", "close"]] }),
  },

  { name: "two requests", source: pipelining, input: get() + get(), expect: [...whole(), ...whole()] },
  {
    name: "five requests of several kinds",
    source: pipelining,
    input: `${get()}${post("Content-Length: 2")}hi${chunkedPost("2\r\nho\r\n0\r\n\r\n")}${post("Content-Length: 0")}${get()}`,
    expect: [
      ...whole(),
      sizedRequest(2),
      content("hi"),
      complete(),
      chunkedRequest(),
      content("ho"),
      complete(),
      sizedRequest(0),
      complete(),
      ...whole(),
    ],
  },
  {
    name: "what follows a close is ignored",
    source: "RFC 9112 §9.6",
    input: get() + get("Connection: close") + get(),
    expect: [...whole(), ...whole({ more: [["connection", "close"]] })],
    closes: true,
  },
  {
    name: "garbage after a close is ignored",
    source: "RFC 9112 §9.6",
    input: `${get("Connection: close")}\0\xff garbage`,
    expect: whole({ more: [["connection", "close"]] }),
    closes: true,
  },
  {
    name: "what follows a fault is ignored",
    source: "RFC 9112 §9.6",
    input: get() + get("X : y") + get() + get(),
    expect: [...whole(), fault(400, "RFC 9112 §5.1")],
  },
  {
    name: "garbage after content",
    source: "RFC 9112 §3.1",
    input: `${post("Content-Length: 2")}hi{"a": 1}`,
    expect: [sizedRequest(2), content("hi"), complete(), fault(400, "RFC 9112 §3.1")],
  },
  {
    name: "more requests than may be in flight",
    source: pipelining,
    input: get().repeat(100),
    expect: Array.from({ length: 100 }, () => whole()).flat(),
  },
  {
    name: "more requests than a small limit",
    source: pipelining,
    input: get().repeat(5),
    expect: Array.from({ length: 5 }, () => whole()).flat(),
    limits: { pipelined: 1 },
  },

  {
    name: "100-continue before content",
    source: expectation,
    input: `${post("Content-Length: 2", "Expect: 100-continue")}hi`,
    expect: [
      request({
        method: "POST",
        contentLength: 2,
        expectsContinue: true,
        more: [
          ["content-length", "2"],
          ["expect", "100-continue"],
        ],
      }),
      content("hi"),
      complete(),
    ],
  },
  {
    name: "100-Continue in odd case, before chunks",
    source: expectation,
    input: `${post("Transfer-Encoding: chunked", "Expect: 100-CONTINUE")}2\r\nhi\r\n0\r\n\r\n`,
    expect: [
      request({
        method: "POST",
        contentLength: undefined,
        expectsContinue: true,
        more: [
          ["transfer-encoding", "chunked"],
          ["expect", "100-CONTINUE"],
        ],
      }),
      content("hi"),
      complete(),
    ],
  },
  {
    name: "100-continue in HTTP/1.0 is ignored",
    source: expectation,
    input: `${lines("POST / HTTP/1.0", "Host: a", "Content-Length: 2", "Expect: 100-continue")}hi`,
    expect: [
      request({
        method: "POST",
        version: "1.0",
        contentLength: 2,
        more: [
          ["content-length", "2"],
          ["expect", "100-continue"],
        ],
      }),
      content("hi"),
      complete(),
    ],
    closes: true,
  },
  {
    name: "100-continue without content waits for nothing",
    source: expectation,
    input: get("Expect: 100-continue"),
    expect: whole({ more: [["expect", "100-continue"]] }),
  },
  refused("an unknown expectation", "RFC 9110 §15.5.18", get("Expect: miracles"), 417),
  refused("an unknown expectation in a list", "RFC 9110 §15.5.18", get("Expect: 100-continue, x"), 417),
  refused(
    "an expectation that begins like 100-continue",
    "RFC 9110 §15.5.18",
    get("Expect: 100-continued"),
    417,
  ),

  {
    name: "an upgrade that the server declines",
    source: upgrade,
    input: get("Connection: Upgrade", "Upgrade: websocket"),
    expect: whole({ more: upgradeFields }),
  },
  // What follows the answer is the tunnel's content, and its end completes the request.
  {
    name: "an upgrade that the server takes",
    source: upgrade,
    input: `${get("Connection: Upgrade", "Upgrade: websocket")}\x81\x85any\0octets`,
    expect: [request({ more: upgradeFields }), content("\x81\x85any\0octets"), complete()],
    answer: "tunnel",
    end: true,
  },
  {
    name: "a tunnel opened by CONNECT",
    source: connect,
    input: `${lines("CONNECT b:443 HTTP/1.1", "Host: b:443")}${get()}`,
    expect: [
      request({
        method: "CONNECT",
        target: "b:443",
        form: "authority",
        authority: "b:443",
        host: "b",
        port: 443,
      }),
      content(get()),
      complete(),
    ],
    answer: "tunnel",
    end: true,
  },
  {
    name: "a tunnel after another request",
    source: connect,
    input: `${get()}${get("Connection: Upgrade", "Upgrade: websocket")}raw`,
    expect: [...whole(), request({ more: upgradeFields }), content("raw"), complete()],
    answer: "tunnel",
    end: true,
  },
];
