/** Exchanges and runtimes for tests of handlers and filters that look at more than the request. */
import { deepStrictEqual } from "node:assert/strict";
import { filterKinds } from "../../src/filters/index.ts";
import { handlerKinds } from "../../src/handlers/index.ts";
import type { FieldLine, TlsFacts } from "../../src/message/index.ts";
import type {
  Description,
  Exchange,
  Filter,
  FilterDescription,
  Handler,
  HandlerDescription,
  Runtime,
} from "../../src/pipeline/index.ts";
import { fakeExchange, fakeRuntime, manualClock } from "./files.ts";

const clock = manualClock();

/** A handshake, for those who only look whether there was one. */
export const someTls: TlsFacts = {
  version: "TLSv1.3",
  cipher: "TLS_AES_128_GCM_SHA256",
  serverName: "example.com",
  alpn: "h2",
  resumed: false,
  clientCertificate: undefined,
};

export interface TestExchange extends Exchange {
  /** Interim responses sent, as status and lines. */
  readonly informed: (readonly [status: number, ...lines: FieldLine[]])[];
  /** What was pushed, each with its lines. */
  readonly pushed: (readonly [target: string, ...lines: FieldLine[]])[];
}

/** @param refuses - Targets that the client will not have pushed. */
export function testExchange(change: Partial<Exchange> = {}, refuses: readonly string[] = []): TestExchange {
  const informed: TestExchange["informed"] = [];
  const pushed: TestExchange["pushed"] = [];
  return {
    ...fakeExchange(clock),
    informed,
    pushed,
    inform: (status, fields) => void informed.push([status, ...fields]),
    push: (target, fields) => {
      if (refuses.includes(target)) {
        return false;
      }
      pushed.push([target, ...fields]);
      return true;
    },
    ...change,
  };
}

export interface TestRuntime extends Runtime {
  readonly warnings: readonly string[];
}

/** Compiles what stands within options, as the server does. */
export function testRuntime(change: Partial<Runtime> = {}): TestRuntime {
  const runtime: TestRuntime = {
    ...fakeRuntime(clock),
    handler: (description) => handlerOf(description, runtime),
    filter: (description) => filterOf(description, runtime),
    ...change,
  };
  return runtime;
}

/** @throws Error for options that the kind's schema refuses or changes. */
export function handlerOf(description: HandlerDescription, runtime: Runtime = testRuntime()): Handler {
  return checked(handlerKinds, description).compile(description.options as never, runtime);
}

/** @throws Error for options that the kind's schema refuses or changes. */
export function filterOf(description: FilterDescription, runtime: Runtime = testRuntime()): Filter {
  return checked(filterKinds, description).compile(description.options as never, runtime);
}

/** What the schema of a description's kind says of its options, each with its path. */
export function faultsOf({ role, kind, options }: Description): readonly string[] {
  const found = [...handlerKinds, ...filterKinds].find((one) => one.kind === kind);
  const result = found?.schema.safeParse(options);
  if (result === undefined) {
    throw new Error(`no ${role} kind ${kind}`);
  }
  return result.success
    ? []
    : result.error.issues.map(({ path, message }) =>
        path.length === 0 ? message : `${path.join(".")}: ${message}`,
      );
}

function checked<K extends (typeof handlerKinds | typeof filterKinds)[number]>(
  kinds: readonly K[],
  { kind, options }: Description,
): K {
  const found = kinds.find((one) => one.kind === kind);
  if (found === undefined) {
    throw new Error(`no kind ${kind}`);
  }
  deepStrictEqual(found.schema.parse(options), options);
  return found;
}
