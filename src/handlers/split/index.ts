/** `split()`: some clients get this, others that, each always the same (A/B tests, canaries). */
import { type FieldLine, type FieldsPatch, type HttpResponse, parseDuration } from "../../message/index.ts";
import {
  compose,
  type Exchange,
  type Handler,
  type HandlerDescription,
  type HandlerKind,
  type Runtime,
  then,
} from "../../pipeline/index.ts";
import { rememberedChoice, shareOf, type Weighed, weighedChoice } from "./choose.ts";
import { childrenOf, nameOf, type SplitCookie, type SplitOptions, splitSchema } from "./options.ts";
import { SharingPatches } from "./sharing.ts";

export type { SplitChoice, SplitCookie, SplitOptions } from "./options.ts";

/** Answers by one of several handlers, chosen by weight and remembered by a cookie. */
export function split(options: SplitOptions): HandlerDescription<"split", SplitOptions> {
  return { role: "handler", kind: "split", options };
}

export const splitKind: HandlerKind<SplitOptions> = {
  kind: "split",
  schema: splitSchema,
  children: childrenOf,
  compile,
};

interface Choice extends Weighed {
  readonly handler: Handler;
}

function compile(options: SplitOptions, runtime: Runtime): Handler {
  const { name: split = "split", by, cookie = by === "client" ? false : {} } = options;
  const choices = options.choices.map((choice, index): Choice => {
    const filters = (choice.filters ?? []).map((filter) => runtime.filter(filter));
    const handler = compose(filters, runtime.handler(choice.handler));
    return { name: nameOf(choice, index), weight: choice.weight, handler };
  });
  const draw = ({ client }: Exchange): number =>
    weighedChoice(choices, by === "client" ? shareOf(client.address, split) : Math.random());
  const patches = new SharingPatches(cookie !== false);
  if (cookie === false) {
    return (request, exchange) => {
      const { handler } = choices[draw(exchange)] as Choice;
      return then(handler(request, exchange), personal, patches, undefined);
    };
  }
  const line = cookieLines(choices, cookie, cookie.name ?? split);
  return (request, exchange) => {
    const remembered = rememberedChoice(choices, cookie.name ?? split, request);
    const index = remembered ?? draw(exchange);
    const { handler } = choices[index] as Choice;
    const set = remembered === undefined ? line(index, exchange.tls !== undefined) : undefined;
    return then(handler(request, exchange), personal, patches, set);
  };
}

/** Nobody else may be given this answer from a cache. */
function personal(
  response: HttpResponse,
  patches: SharingPatches,
  setCookie: FieldLine | undefined,
): HttpResponse {
  const patch: FieldsPatch = patches.for(response.fields);
  return setCookie === undefined
    ? response.patched(patch)
    : response.with({ fields: response.fields.patched({ ...patch, add: [...patch.add, setCookie] }) });
}

/** Set-Cookie for each choice, made once (RFC 6265 §4.1). */
function cookieLines(
  choices: readonly Choice[],
  { maxAge = "30d", path = "/", domain }: SplitCookie,
  cookie: string,
): (index: number, isSecure: boolean) => FieldLine {
  const seconds = Math.floor(parseDuration(maxAge) / 1_000);
  const shared = domain === undefined ? "" : `; Domain=${domain}`;
  const values = choices.map(
    ({ name }) => `${cookie}=${name}; Path=${path}${shared}; Max-Age=${seconds}; SameSite=Lax; HttpOnly`,
  );
  return (index, isSecure) => ["set-cookie", `${values[index]}${isSecure ? "; Secure" : ""}`];
}
