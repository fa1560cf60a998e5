/** What the control socket answers: a table of resources, each with what may be done to it. */
import { z } from "zod";
import {
  collect,
  type Duration,
  Fields,
  type HttpRequest,
  HttpResponse,
  type Millis,
  type Octets,
  parseDuration,
  textContent,
} from "../../message/index.ts";
import type { GroupStatus, MemberStatus } from "../../upstream/index.ts";
import type { MemberOrder, RefusalFacts, StatusFacts } from "./facts.ts";

/** A group of upstreams as an operator handles it. Members are called by their ids. */
export interface ControlledGroup {
  readonly name: string;
  status(): GroupStatus;
  weigh(member: string, weight: number): void;
  drain(member: string): void;
  /** @param time - undefined: until it is restored. */
  eject(member: string, time: Millis | undefined): void;
  restore(member: string): void;
}

/** What is controlled. */
export interface Controlled {
  status(): StatusFacts;
  readonly groups: readonly ControlledGroup[];
}

/** Octets of an order; all there are have fewer than fifty. */
const mostContent: Octets = 4_096;

/** Weights beyond this are typing errors, and would cost policies that count by weight. */
const greatestWeight = 1_000_000;

const order = z.union([
  z.strictObject({ weight: z.number().min(0).max(greatestWeight) }),
  z.strictObject({ drain: z.literal(true) }),
  z.strictObject({ eject: z.union([z.literal(true), z.string().refine(isDuration)]) }),
  z.strictObject({ restore: z.literal(true) }),
]);

const orderForms = `{"weight": 0 to ${greatestWeight}}, {"drain": true}, {"eject": "30s" or true} or {"restore": true}`;

class Refusal extends Error {
  readonly status: number;
  readonly fields: Fields;

  constructor(status: number, message: string, fields: Fields = Fields.empty) {
    super(message);
    this.status = status;
    this.fields = fields;
  }
}

/** Answers a request on the control socket; refusals say what there is instead. */
export function answerControl(
  request: HttpRequest,
  controlled: Controlled,
): HttpResponse | Promise<HttpResponse> {
  try {
    const answer = answerTo(request, controlled);
    return answer instanceof Promise ? answer.then((value) => json(value), refuse) : json(answer);
  } catch (error) {
    return refuse(error);
  }
}

function answerTo(request: HttpRequest, controlled: Controlled): object | Promise<object> {
  const [resource, group, member, ...rest] = segmentsOf(request.path);
  if (resource === "status" && group === undefined) {
    return only("GET", request, () => controlled.status());
  }
  if (resource === "upstreams" && group === undefined) {
    return only("GET", request, () => ({ groups: controlled.groups.map((one) => one.status()) }));
  }
  if (resource === "upstreams" && group !== undefined && member !== undefined && rest.length === 0) {
    return only("POST", request, () => change(request, groupsCalled(group, controlled), member));
  }
  throw new Refusal(
    404,
    `nothing is called ${request.path}: /status, /upstreams, /upstreams/{group}/{member}`,
  );
}

function segmentsOf(path: string): readonly string[] {
  try {
    return path.slice(1).split("/").map(decodeURIComponent);
  } catch {
    throw new Refusal(400, `${path} is not percent-encoded well`);
  }
}

function only<T>(method: "GET" | "POST", request: HttpRequest, answer: () => T): T {
  if (request.method !== method) {
    throw new Refusal(405, `${request.path} takes ${method} only`, Fields.of(["allow", method]));
  }
  return answer();
}

/** Several proxies may call their group by one name; whoever names it means them all. */
function groupsCalled(name: string, { groups }: Controlled): readonly ControlledGroup[] {
  const called = groups.filter((one) => one.name === name);
  if (called.length === 0) {
    throw new Refusal(404, `no group is called "${name}": ${listed(groups.map((one) => one.name))}`);
  }
  return called;
}

async function change(
  request: HttpRequest,
  groups: readonly ControlledGroup[],
  id: string,
): Promise<MemberStatus> {
  const given = await orderOf(request);
  const having = groups.filter((group) => memberOf(group, id) !== undefined);
  const [first] = having;
  if (first === undefined) {
    const known = groups.flatMap((group) => group.status().members.map((member) => member.id));
    throw new Refusal(404, `group "${groups[0]?.name}" has no member "${id}": ${listed(known)}`);
  }
  for (const group of having) {
    obey(group, id, given);
  }
  return memberOf(first, id) as MemberStatus;
}

function memberOf(group: ControlledGroup, id: string): MemberStatus | undefined {
  return group.status().members.find((member) => member.id === id);
}

function obey(group: ControlledGroup, member: string, given: MemberOrder): void {
  if ("weight" in given) {
    group.weigh(member, given.weight);
  } else if ("drain" in given) {
    group.drain(member);
  } else if ("eject" in given) {
    group.eject(member, given.eject === true ? undefined : parseDuration(given.eject as Duration));
  } else {
    group.restore(member);
  }
}

async function orderOf({ content }: HttpRequest): Promise<MemberOrder> {
  let value: unknown;
  try {
    value = JSON.parse((await collect(content, mostContent)).toString("utf8"));
  } catch (error) {
    throw new Refusal(400, `the content is no JSON (${(error as Error).message}): ${orderForms} is needed`);
  }
  const read = order.safeParse(value);
  if (!read.success) {
    throw new Refusal(400, `${JSON.stringify(value)} is no order: ${orderForms} is needed`);
  }
  return read.data;
}

function isDuration(text: string): boolean {
  try {
    return parseDuration(text as Duration) > 0;
  } catch {
    return false;
  }
}

function listed(names: readonly string[]): string {
  const distinct = [...new Set(names)];
  return distinct.length === 0
    ? "there is none"
    : `there is ${distinct.map((name) => `"${name}"`).join(", ")}`;
}

const jsonFields: Fields = Fields.of(["content-type", "application/json"], ["cache-control", "no-store"]);

function json(value: object, status = 200, fields: Fields = Fields.empty): HttpResponse {
  const content = textContent(`${JSON.stringify(value, null, 2)}\n`);
  return new HttpResponse({ status, fields: Fields.from([...jsonFields, ...fields]), content });
}

function refuse(error: unknown): HttpResponse {
  if (!(error instanceof Refusal)) {
    throw error;
  }
  const facts: RefusalFacts = { error: error.message };
  return json(facts, error.status, error.fields);
}
