/** Upstreams that a test plays: what is sent to them is kept, and answered as the test says. */
import type { Member } from "../../src/balance/index.ts";
import {
  type Content,
  emptyContent,
  type FieldLine,
  Fields,
  HttpResponse,
  type ResponseHead,
} from "../../src/message/index.ts";
import { type Dispatch, type Outbound, type SendOptions, UpstreamError } from "../../src/upstream/index.ts";

export interface FakeAnswer {
  readonly status?: number;
  readonly fields?: readonly FieldLine[];
  readonly content?: Content;
  readonly tunnel?: boolean;
  readonly version?: ResponseHead["version"];
  /** Of the member. */
  readonly id?: string;
}

export interface Sent {
  readonly outbound: Outbound;
  readonly options: SendOptions;
  readonly dispatch: FakeDispatch;
}

export type Answering = (sent: Sent) => FakeAnswer | UpstreamError | undefined;

export class FakeUpstreams {
  readonly ids: readonly string[];
  readonly sent: Sent[] = [];
  readonly #answer: Answering;

  /** @param answer - undefined: none comes unless the test gives one. */
  constructor(answer: Answering = () => ({}), ids: readonly string[] = ["http://a"]) {
    this.#answer = answer;
    this.ids = ids;
  }

  send(outbound: Outbound, options: SendOptions): Dispatch {
    const dispatch = new FakeDispatch();
    const sent = { outbound, options, dispatch };
    this.sent.push(sent);
    const answer = this.#answer(sent);
    if (answer !== undefined) {
      dispatch.settle(answer);
    }
    return dispatch;
  }
}

export class FakeDispatch implements Dispatch {
  readonly answered: Promise<Dispatch>;
  attempts: number = 1;
  cancelled: Error | undefined = undefined;
  member: Member = memberOf("http://a");
  version: ResponseHead["version"] = "1.1";
  response: HttpResponse = HttpResponse.empty(200);
  #resolve: (dispatch: Dispatch) => void = () => {};
  #reject: (error: Error) => void = () => {};

  constructor() {
    this.answered = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  settle(answer: FakeAnswer | UpstreamError): void {
    if (answer instanceof UpstreamError) {
      this.#reject(answer);
      return;
    }
    const { status = 200, fields = [], content = emptyContent, tunnel = false } = answer;
    this.member = memberOf(answer.id ?? "http://a");
    this.version = answer.version ?? "1.1";
    this.response = new HttpResponse({ status, fields: Fields.of(...fields), content, tunnel });
    this.#resolve(this);
  }

  cancel(reason: Error): void {
    this.cancelled = reason;
  }
}

function memberOf(id: string): Member {
  return { id, tier: 0, weight: 1, share: 1, active: 0, capacity: 1, latency: 0, latencyAt: 0 };
}

/** Refused by every upstream. */
export function refusedByAll(
  change: Partial<UpstreamError> & { readonly status?: number } = {},
): UpstreamError {
  const { status = 502, type = "connection_refused", unsent = true, retryAfter, by = "origin" } = change;
  return new UpstreamError(
    { status, scope: "message", source: "RFC 9110 §15.6.3" },
    "10.0.0.1:80 refused the connection",
    {
      type,
      unsent,
      retryAfter,
      by,
      reasons: [{ member: "http://a", detail: "refused" }],
    },
  );
}
