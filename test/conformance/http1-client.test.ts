/** The HTTP/1 client machine against its case tables, each row in every arrival. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { type ClientSink, Fields } from "../../src/message/index.ts";
import {
  defaultHttp1ClientLimits,
  Http1Client,
  type OutgoingRequest,
} from "../../src/protocol/http1/index.ts";
import { cuts, octets } from "../support/http1-arrivals.ts";
import {
  type ClientRow,
  comparable,
  complete,
  content,
  fault,
  type Http1Event,
  lines,
  response,
} from "../support/http1-cases.ts";
import {
  ClientDrive,
  type ClientDriveOptions,
  driveClient,
  plainRequest,
} from "../support/http1-drive-client.ts";
import { responseBodyRows } from "./http1-response-body.ts";
import { interimRows, responseFieldRows, statusLineRows } from "./http1-response-head.ts";

const tables: Readonly<Record<string, readonly ClientRow[]>> = {
  "status line": statusLineRows,
  "field section": responseFieldRows,
  "interim responses": interimRows,
  content: responseBodyRows,
};

/** What trails a row: a whole response that nobody asked for and, apart, octets that are no HTTP. */
const trailing = [lines("HTTP/1.1 200 OK", "Content-Length: 0"), "\0\xff"] as const;

for (const [table, rows] of Object.entries(tables)) {
  describe(`HTTP/1 client, ${table}`, () => {
    for (const row of rows) {
      it(`${row.name} (${row.source})`, () => {
        check("whole", row, row.input === "" ? [] : [row.input]);
        check("octet by octet", row, octets(row.input));
        for (const cut of cuts(row.input)) {
          check(`cut after ${cut[0].length} octets`, row, cut);
        }
        checkTrailing(row);
      });
    }
  });
}

describe("HTTP/1 client with a request waiting", () => {
  const input = `${lines("HTTP/1.1 200 OK", "Content-Length: 2")}hi`;
  const first: readonly Http1Event[] = [
    response({ contentLength: 2, fields: [["content-length", "2"]] }),
    content("hi"),
    complete(),
  ];

  it("octets that came before a request was sent never answer it (RFC 9112 §6.3)", () => {
    const run = driveClient(["GET"], [input + input], false, { next: plainRequest("GET") });
    deepStrictEqual(comparable(run.events), comparable([...first, fault(502, "RFC 9112 §9.2")]));
    strictEqual(run.over, true);
  });

  it("octets that come after it was sent do", () => {
    const run = driveClient(["GET"], [input, input], false, { next: plainRequest("GET") });
    deepStrictEqual(run.events, [...first, ...first]);
    strictEqual(run.over, false);
  });
});

describe("HTTP/1 client in a tunnel (RFC 9110 §7.8)", () => {
  const switching = lines("HTTP/1.1 101 Switching Protocols", "Connection: Upgrade", "Upgrade: x");

  function opened(): { readonly drive: ClientDrive; readonly id: number } {
    const drive = new ClientDrive();
    const id = drive.request(plainRequest("GET upgrade"));
    drive.take();
    drive.receive(switching);
    return { drive, id };
  }

  it("our half goes on when the origin server's has ended, and the connection is over after both", () => {
    const { drive, id } = opened();
    drive.end();
    strictEqual(drive.machine.sendable(id), Number.MAX_SAFE_INTEGER);
    drive.machine.content(id, Buffer.from("more"));
    strictEqual(drive.take(), "more");
    strictEqual(drive.machine.over, false);
    drive.machine.complete(id, Fields.empty, 1);
    strictEqual(drive.machine.over, true);
  });

  it("the origin server's half goes on when ours has ended", () => {
    const { drive, id } = opened();
    drive.machine.complete(id, Fields.empty, 1);
    drive.receive("late");
    strictEqual(drive.machine.over, false);
    drive.end();
    strictEqual(drive.machine.over, true);
    deepStrictEqual(drive.events.slice(1), [content("late"), complete()]);
  });

  it("no tunnel opens before the request is whole (RFC 9110 §7.8)", () => {
    const drive = new ClientDrive();
    drive.request({ ...plainRequest("POST upgrade"), contentLength: 3 });
    drive.receive(switching);
    deepStrictEqual(drive.events, [fault(502, "RFC 9112 §9.2")]);
  });
});

describe("HTTP/1 client, how long it waits", () => {
  const limits = { ...defaultHttp1ClientLimits, responseHead: 100, contentProgress: 50 };
  const post = { ...plainRequest("POST"), contentLength: 3 };
  const deaf: ClientSink = {
    informational() {},
    response() {},
    content() {},
    complete() {},
    writable() {},
    fault() {},
  };
  const head = lines("HTTP/1.1 200 OK", "Content-Length: 2");

  function waiting(request: OutgoingRequest): { readonly machine: Http1Client; readonly id: number } {
    const machine = new Http1Client(deaf, { limits }, 0);
    return { machine, id: machine.request(request, 10) };
  }

  it("for a head, from the request on; anew from an interim response", () => {
    const { machine } = waiting(plainRequest("GET"));
    strictEqual(machine.deadline, 110);
    machine.receive(Buffer.from(lines("HTTP/1.1 100 Continue")), 60);
    strictEqual(machine.deadline, 160);
  });

  it("not while the request is not whole; then from its last octet on", () => {
    const { machine, id } = waiting(post);
    strictEqual(machine.deadline, undefined);
    machine.content(id, Buffer.from("abc"));
    machine.complete(id, Fields.empty, 500);
    strictEqual(machine.deadline, 600);
    machine.left(700);
    strictEqual(machine.deadline, 800);
  });

  it("not for the content of a response that came before its request was whole", () => {
    const { machine } = waiting(post);
    machine.receive(Buffer.from(head), 20);
    strictEqual(machine.deadline, undefined);
  });

  it("for content, from the last arrival on, and not while its reader stalls", () => {
    const { machine } = waiting(plainRequest("GET"));
    machine.receive(Buffer.from(head), 20);
    strictEqual(machine.deadline, 70);
    machine.receive(Buffer.from("h"), 30);
    strictEqual(machine.deadline, 80);
  });
});

function check(arrival: string, row: ClientRow, arrivals: readonly string[]): void {
  const run = driveClient(row.methods ?? ["GET"], arrivals, row.end === true, optionsOf(row));
  deepStrictEqual([arrival, ...comparable(run.events)], [arrival, ...comparable(row.expect)]);
  const faulty = row.expect.at(-1)?.type === "fault";
  const over = faulty || row.closes === true || (row.end === true && row.opens !== true);
  strictEqual(run.over, over, `${arrival}: whether it is over`);
}

function optionsOf(row: ClientRow): ClientDriveOptions {
  return row.limits === undefined ? {} : { limits: row.limits };
}

/** A row about the peer's end has nothing trailing. */
function checkTrailing(row: ClientRow): void {
  if (row.end !== undefined) {
    return;
  }
  const over = row.closes === true || row.expect.at(-1)?.type === "fault";
  const expected = [...row.expect, ...(over ? [] : [fault(502, "RFC 9112 §9.2")])];
  for (const after of trailing) {
    const { input, methods = ["GET"] } = row;
    for (const arrivals of [[input + after], [input, after], octets(input + after)]) {
      const { events } = driveClient(methods, arrivals, false, optionsOf(row));
      const arrival = `with octets trailing, ${arrivals.length} arrivals`;
      deepStrictEqual([arrival, ...comparable(events)], [arrival, ...comparable(expected)]);
    }
  }
}
