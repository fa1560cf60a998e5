/** The handler's way back: what becomes of an upstream's response, or of there being none. */
import { formatProxyStatus } from "../../fields/index.ts";
import {
  cancelContent,
  errorOf,
  type Fault,
  Fields,
  type HttpRequest,
  HttpResponse,
} from "../../message/index.ts";
import type { Exchange, Handler } from "../../pipeline/index.ts";
import {
  BackMapping,
  isMappedBack,
  type ResponseFieldRules,
  type ResponsePassage,
  responseFields,
} from "../../semantics/index.ts";
import { type Dispatch, UpstreamError } from "../../upstream/index.ts";
import type { Accel, Named } from "./accel.ts";
import type { FailureLines } from "./failure-lines.ts";
import { type Refusal, refusalLines, refusalOf, refusalPage } from "./failures.ts";
import type { Forwarding } from "./forwarding.ts";
import type { Intercept } from "./intercept.ts";
import type { ProxySettings } from "./settings.ts";
import type { Sticky } from "./sticky.ts";
import { acceptOf, changedTo } from "./tunnel.ts";

type Answer = HttpResponse | Promise<HttpResponse>;

/** A section as it went on, and under what. */
interface Onward {
  readonly rules: ResponseFieldRules;
  readonly passage: ResponsePassage;
  readonly fields: Fields;
}

/** Fields whose mapping back depends on what was asked for. */
const references: readonly string[] = ["location", "content-location", "refresh", "set-cookie"];

/** What answers are made with besides the settings; undefined: not asked for. */
export interface AnswerParts {
  readonly sticky: Sticky | undefined;
  readonly accel: Accel | undefined;
  readonly intercept: Intercept | undefined;
  readonly fallback: Handler | undefined;
  /** Where there is but one upstream. */
  readonly failures: FailureLines | undefined;
}

const upgradeFailed: Fault = { status: 502, scope: "message", source: "RFC 9110 §7.8" };
const noStatus: Fault = { status: 502, scope: "message", source: "RFC 9110 §15" };
const loop: Refusal = { status: 502, type: "proxy_loop_detected", retryAfter: undefined };

const plain11: ResponsePassage = {
  version: "1.1",
  keepsUpgrade: false,
  keepsBuffering: false,
};

export class Answers {
  readonly #parts: AnswerParts;
  readonly #settings: ProxySettings;

  constructor(parts: AnswerParts, settings: ProxySettings) {
    this.#parts = parts;
    this.#settings = settings;
  }

  async answer(dispatch: Dispatch, forwarding: Forwarding): Promise<HttpResponse> {
    const { accel, intercept } = this.#parts;
    let named: Named | undefined;
    try {
      await dispatch.answered;
      checkStatus(dispatch.response);
      named = accel?.named(dispatch.response);
    } catch (error) {
      return this.#failed(error, forwarding);
    }
    const { response } = dispatch;
    if (response.tunnel || forwarding.webSocketKey !== undefined) {
      return this.#changed(dispatch, forwarding);
    }
    if (accel !== undefined && named !== undefined) {
      return accel.send(named, response, this.#fields(dispatch, forwarding), forwarding);
    }
    const rule = intercept?.ruleFor(response.status);
    if (intercept !== undefined && rule !== undefined) {
      const page = await intercept.answer(rule, response.status, forwarding).catch((error: unknown) => {
        // Content that nobody reads would hold its connection for good.
        cancelContent(response.content, errorOf(error));
        throw error;
      });
      if (page !== undefined) {
        cancelContent(response.content, new Error("another answer takes the place of the upstream's"));
        return this.#intercepted(page, response, forwarding);
      }
    }
    return this.#forwarded(dispatch, forwarding);
  }

  /** A request that came by here too often. */
  looping(request: HttpRequest, exchange: Exchange): HttpResponse {
    exchange.failedBy(`the request passed here again and again: ${request.fields.get("via")}`);
    return refusalPage(loop, request, this.#settings.statusName);
  }

  #forwarded(dispatch: Dispatch, forwarding: Forwarding): HttpResponse {
    const { status, content } = dispatch.response;
    return new HttpResponse({ status, fields: this.#fields(dispatch, forwarding), content });
  }

  /** The response's fields as they go on. */
  #fields(dispatch: Dispatch, forwarding: Forwarding): Fields {
    const { statusAlways } = this.#settings;
    const { sticky } = this.#parts;
    let fields = this.#onward(dispatch, forwarding);
    const cookie = sticky?.cookie(dispatch.member.id, forwarding);
    if (cookie !== undefined) {
      fields = fields.adding("set-cookie", cookie);
    }
    return statusAlways ? this.#withStatus(fields, dispatch) : fields;
  }

  /** Without what this answer alone has: the same for a section that an upstream repeats. */
  #onward(dispatch: Dispatch, forwarding: Forwarding): Fields {
    const { response: rules } = this.#settings;
    const received = dispatch.response.fields;
    const passage = this.#passage(dispatch, forwarding);
    const kept = received.keptOnward as Onward | undefined;
    if (kept !== undefined && kept.rules === rules && kept.passage === passage) {
      return kept.fields;
    }
    const fields = responseFields(received, passage, rules, forwarding.request);
    if (rules.back === undefined || !references.some((name) => received.has(name))) {
      received.keptOnward = { rules, passage, fields } satisfies Onward;
    }
    return fields;
  }

  #withStatus(fields: Fields, { version, response }: Dispatch): Fields {
    const by = this.#settings.statusName as string;
    const nextProtocol = version === "2" ? "h2" : version === "3" ? "h3" : `http/${version}`;
    const receivedStatus = response.status;
    const member = formatProxyStatus({ by, nextHop: this.#settings.alias, nextProtocol, receivedStatus });
    return fields.adding("proxy-status", member);
  }

  /** The most common one is there already. */
  #passage({ response, version }: Dispatch, { request, exchange }: Forwarding): ResponsePassage {
    const { status, tunnel } = response;
    const keepsUpgrade = (tunnel || status === 426) && request.version === "1.1";
    const keepsBuffering = exchange.trustsPeer;
    return keepsUpgrade || keepsBuffering || version !== "1.1"
      ? { version, keepsUpgrade, keepsBuffering }
      : plain11;
  }

  /** Only a change of protocol to what was offered is one. */
  #changed(dispatch: Dispatch, forwarding: Forwarding): Answer {
    const { response } = dispatch;
    const { webSocketKey, upgrade } = forwarding;
    const { status, fields, content, tunnel } = response;
    if (!tunnel) {
      // To the client any 2xx would mean that the tunnel is open (RFC 9110 §9.3.6).
      return status < 300
        ? this.#refusedUpgrade(dispatch, forwarding, `status ${status} in place of 101`)
        : this.#forwarded(dispatch, forwarding);
    }
    if (upgrade === undefined || !changedTo(upgrade, fields)) {
      const detail = `it changed to ${fields.get("upgrade") ?? "nothing"}, wanted ${upgrade ?? "nothing"}`;
      return this.#refusedUpgrade(dispatch, forwarding, detail);
    }
    if (webSocketKey === undefined) {
      return new HttpResponse({ status, fields: this.#fields(dispatch, forwarding), content, tunnel });
    }
    if (fields.get("sec-websocket-accept") !== acceptOf(webSocketKey)) {
      return this.#refusedUpgrade(dispatch, forwarding, "its Sec-WebSocket-Accept answers another key");
    }
    const open = this.#fields(dispatch, forwarding).without("sec-websocket-accept");
    return new HttpResponse({ status: 200, fields: open, content, tunnel });
  }

  #refusedUpgrade(dispatch: Dispatch, forwarding: Forwarding, detail: string): Answer {
    const error = new UpstreamError(upgradeFailed, detail, {
      type: "http_upgrade_failed",
      unsent: false,
      reasons: [{ member: dispatch.member.id, detail }],
    });
    cancelContent(dispatch.response.content, error);
    return this.#failed(error, forwarding);
  }

  // ---- Where nobody answered

  #failed(error: unknown, forwarding: Forwarding): Answer {
    if (!(error instanceof UpstreamError)) {
      throw error;
    }
    const { request, exchange } = forwarding;
    const words = inWords(error);
    exchange.failedBy(words);
    const { fallback, failures, intercept } = this.#parts;
    if (error.by !== "client") {
      failures?.tell(request.method, request.rawTarget, words);
    }
    if (fallback !== undefined && error.by !== "client") {
      const left = leftOf(forwarding, error);
      if (left !== undefined) {
        return fallback(left, exchange);
      }
    }
    const refusal = refusalOf(error);
    const rule = intercept?.ruleFor(refusal.status);
    return intercept === undefined || rule === undefined
      ? refusalPage(refusal, request, this.#settings.statusName)
      : this.#interceptedRefusal(intercept.answer(rule, refusal.status, forwarding), refusal, request);
  }

  async #interceptedRefusal(
    page: Promise<HttpResponse | undefined>,
    refusal: Refusal,
    request: HttpRequest,
  ): Promise<HttpResponse> {
    const { statusName } = this.#settings;
    const answer = await page;
    return answer === undefined
      ? refusalPage(refusal, request, statusName)
      : answer.with({
          fields: answer.fields.patched({ remove: [], set: refusalLines(refusal, statusName), add: [] }),
        });
  }

  /** What a status cannot do without is the upstream's (RFC 9110 §15.5.2, §15.5.6, §10.2). */
  #intercepted(page: HttpResponse, { status, fields }: HttpResponse, { request }: Forwarding): HttpResponse {
    const { statusName, response } = this.#settings;
    const { back } = response;
    const mapping = back === undefined ? undefined : new BackMapping(back, request);
    const flat = [...page.fields.flat];
    for (const name of page.status === status ? needed : []) {
      for (const value of page.fields.has(name) ? [] : fields.all(name)) {
        flat.push(name, mapping === undefined || !isMappedBack(name) ? value : mapping.value(name, value));
      }
    }
    if (statusName !== undefined) {
      flat.push("proxy-status", formatProxyStatus({ by: statusName, receivedStatus: status }));
    }
    return page.with({ fields: Fields.fromFlat(flat) });
  }
}

const needed: readonly string[] = ["allow", "location", "retry-after", "www-authenticate"];

/** @throws UpstreamError - No client knows what the status means; its content is given up. */
function checkStatus({ status, content }: HttpResponse): void {
  if (status > 599) {
    const detail = `status ${status}, wanted one up to 599`;
    const error = new UpstreamError(noStatus, detail, { type: "http_protocol_error", unsent: false });
    cancelContent(content, error);
    throw error;
  }
}

/** Why, and how each upstream failed: for the log, where addresses may stand. */
function inWords({ detail, reasons }: UpstreamError): string {
  const [only] = reasons;
  return only === undefined || (reasons.length === 1 && only.detail === detail)
    ? detail
    : `${detail} (${reasons.map((reason) => `${reason.member}: ${reason.detail}`).join("; ")})`;
}

/** The request for another handler; undefined: its content is gone. */
function leftOf({ request, again }: Forwarding, { unsent }: UpstreamError): HttpRequest | undefined {
  if (again !== undefined) {
    return request.with({ content: again() });
  }
  return unsent || request.content.type !== "pulled" || request.content.length === 0 ? request : undefined;
}
