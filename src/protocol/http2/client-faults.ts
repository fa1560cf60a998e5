/** What an origin server can do wrong on an HTTP/2 connection, and which requests may be sent again. */
import { type Fault, HttpError } from "../../message/index.ts";
import { errorCode } from "./error-codes.ts";
import { faults, type Http2Fault, type Http2FaultName } from "./faults.ts";

type OriginFaultName =
  | "notHttp2"
  | "badServerSetting"
  | "tooManyInterim"
  | "responseTooLarge"
  | "goawayRaised"
  | "refusedRequest"
  | "notProcessed"
  | "resetByOrigin"
  | "incompleteResponse"
  | "originTimeout"
  | "silentOrigin";

/** Rows that only a client needs. Those with `unprocessed` tell that nothing was done with the request. */
const own: Readonly<Record<OriginFaultName, Http2Fault>> = {
  notHttp2: connection("RFC 9113 §3.4", errorCode.protocolError),
  badServerSetting: connection("RFC 9113 §6.5.2", errorCode.protocolError),
  tooManyInterim: stream("RFC 9110 §15.2", errorCode.enhanceYourCalm),
  responseTooLarge: stream("RFC 9110 §15.6.3", errorCode.cancel),
  goawayRaised: connection("RFC 9113 §6.8", errorCode.protocolError),
  refusedRequest: { ...stream("RFC 9113 §8.7", errorCode.refusedStream), unprocessed: true },
  notProcessed: { ...stream("RFC 9113 §6.8", errorCode.refusedStream), unprocessed: true },
  resetByOrigin: stream("RFC 9113 §6.4", errorCode.cancel),
  incompleteResponse: stream("RFC 9113 §8.1", errorCode.cancel),
  originTimeout: { status: 504, scope: "stream", source: "RFC 9110 §15.6.5", code: errorCode.cancel },
  silentOrigin: {
    status: 504,
    scope: "connection",
    source: "RFC 9113 §6.5.3",
    code: errorCode.settingsTimeout,
  },
};

/** What a client of ours would answer its own client: the fault is the origin server's (RFC 9110 §15.6.3). */
const shared: ReadonlyMap<string, Http2Fault> = new Map(
  Object.entries(faults).map(([name, fault]) => [name, ofOrigin(fault)]),
);

/** A fault of the origin server, whichever machine's table has the row. */
export function originFault(name: OriginFaultName | Http2FaultName, detail: string): HttpError {
  const fault = name in own ? own[name as OriginFaultName] : (shared.get(name) as Http2Fault);
  return new HttpError(fault, "origin", detail);
}

/** An error of another room as the origin server's fault: 502, and nobody answers a response. */
export function asOriginFault({ fault, detail }: HttpError): HttpError {
  return new HttpError(ofOrigin(fault), "origin", detail);
}

function ofOrigin<F extends Fault>(fault: F): F {
  return { ...fault, status: 502, scope: fault.scope === "message" ? "stream" : fault.scope };
}

function connection(source: Fault["source"], code: number): Http2Fault {
  return { status: 502, scope: "connection", source, code };
}

function stream(source: Fault["source"], code: number): Http2Fault {
  return { status: 502, scope: "stream", source, code };
}
