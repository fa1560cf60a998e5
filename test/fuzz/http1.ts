/** Fuzz target: the HTTP/1 machines must neither throw, nor hoard, nor depend on how octets arrive. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Fields, HttpResponse, type RequestHead, textContent } from "../../src/message/index.ts";
import type { Http1ClientLimits, Http1Limits } from "../../src/protocol/http1/index.ts";
import { cutAt } from "../support/http1-arrivals.ts";
import {
  type Answering,
  driveServer,
  type ServerDriveOptions,
  type ServerRun,
} from "../support/http1-drive.ts";
import { driveClient } from "../support/http1-drive-client.ts";
import { Random } from "../support/random.ts";
import type { FuzzTarget } from "./target.ts";

const corpus = JSON.parse(readFileSync(new URL("corpus/http1.json", import.meta.url), "utf8")) as {
  readonly requests: readonly string[];
  readonly responses: readonly string[];
};

/** Small, so that mutants reach every limit. */
const limits: Partial<Http1Limits> = {
  requestLine: 128,
  fieldLine: 128,
  fieldSection: 512,
  fieldCount: 12,
  content: 600,
  chunkExtension: 24,
  trailerSection: 128,
  pipelined: 3,
  unreadContent: 32,
  drainedContent: 64,
};

const clientLimits: Partial<Http1ClientLimits> = {
  statusLine: 128,
  fieldLine: 128,
  fieldSection: 512,
  fieldCount: 12,
  content: 600,
  chunkExtension: 24,
  trailerSection: 128,
  interimResponses: 3,
};

/** Octets enough to pass every limit above: after them no connection can still be waiting for more. */
const filler = "a".repeat(2_000);

export const http1Targets: readonly FuzzTarget[] = [
  { name: "http1-server", seeds: corpus.requests, examine: examineServer },
  { name: "http1-client", seeds: corpus.responses, examine: examineClient },
];

function examineServer(input: string, seed: number): void {
  const random = new Random(seed);
  const options: ServerDriveOptions = {
    limits,
    answering: random.pick(["at once", "later", "early", byMethod]),
    answer: random.pick(["empty", "tunnel"] as const),
    respond: (head) => responseTo(head),
  };
  const end = random.once(2);
  const whole = driveServer([input], end, options);
  const cut = driveServer(randomCuts(random, input), end, options);
  deepStrictEqual(cut.events, whole.events);
  strictEqual(cut.output, whole.output);
  strictEqual(cut.fate, whole.fate);
  if (options.answer !== "tunnel") {
    checkOutput(whole);
    const filled = driveServer([input, ...randomCuts(random, filler)], false, options);
    ok(
      filled.fate === "end",
      `${filled.fate} after ${filler.length} more octets: something grows without a limit`,
    );
  }
}

/** What the server wrote is one response after another, as a strict client reads them. */
function checkOutput(run: ServerRun): void {
  const methods = run.events.flatMap((event) => (event.type === "request" ? [event.method] : []));
  const faulty = run.events.at(-1)?.type === "fault";
  const { events } = driveClient(faulty ? [...methods, "GET"] : methods, [run.output], true);
  const responses = events.filter(({ type }) => type === "response").length;
  const faults = events.filter(({ type }) => type === "fault").length;
  const unanswered = methods.length + (faulty ? 1 : 0) - responses;
  // The last request may be incomplete, or answered before its content broke.
  ok(unanswered === 0 || unanswered === 1, `${responses} responses to ${methods.length} requests`);
  strictEqual(faults, unanswered, "a response that a client refuses");
}

/** Requests outstanding when a response arrives: each changes how it is framed. */
const outstanding: readonly (readonly string[])[] = [
  ["GET"],
  ["HEAD"],
  ["GET", "GET"],
  ["GET upgrade"],
  ["CONNECT"],
];

function examineClient(input: string, seed: number): void {
  const random = new Random(seed);
  const methods = random.pick(outstanding);
  const end = random.once(2);
  const options = { limits: clientLimits };
  const whole = driveClient(methods, [input], end, options);
  const cut = driveClient(methods, randomCuts(random, input), end, options);
  deepStrictEqual(cut.events, whole.events);
  strictEqual(cut.over, whole.over);
  const tunnels = methods[0] === "CONNECT" || methods[0] === "GET upgrade";
  if (!tunnels) {
    const filled = driveClient(methods, [input, ...randomCuts(random, filler)], false, options);
    ok(filled.over, `not over after ${filler.length} more octets: something grows without a limit`);
  }
}

/** Answers that overtake each other within a pipeline. */
function byMethod(head: RequestHead): Answering {
  return head.contentLength === 0 ? "later" : "early";
}

/** One response for many requests, as a hot file's is. */
const lasting: HttpResponse = HttpResponse.lasting({
  status: 200,
  fields: Fields.of(["x", "lasting"]),
  content: textContent("kept"),
});

/** Depends on the request alone, so that every arrival is answered alike. */
function responseTo(head: RequestHead): HttpResponse {
  switch (head.rawTarget.length % 4) {
    case 0:
      return HttpResponse.empty(204);
    case 1:
      return lasting;
    case 2:
      return HttpResponse.text(200, `${head.method} ${head.rawTarget}`);
    default:
      return HttpResponse.empty(304);
  }
}

/** Octet by octet once in four, else up to eight cuts. */
function randomCuts(random: Random, input: string): string[] {
  if (random.once(4)) {
    return [...input];
  }
  return cutAt(
    input,
    Array.from({ length: 1 + random.below(8) }, () => random.below(input.length + 1)),
  );
}
