/**
 * The same upstream for a client again: a cookie names it by a seal that only we can make (RFC 6265 §4.1).
 *
 * Nothing is said to caches: a response with the cookie is as private as the application says. A shared cache
 * that stored it would hand one client's upstream to others, which is no secret and does no harm.
 */
import { MemberSeals } from "../../balance/index.ts";
import { cookieValue } from "../../fields/index.ts";
import type { HttpRequest } from "../../message/index.ts";
import type { Forwarding } from "./forwarding.ts";
import type { StickySettings } from "./settings.ts";

/** Who can be chosen. */
export interface Members {
  readonly ids: readonly string[];
}

export class Sticky {
  readonly #members: Members;
  readonly #seals: MemberSeals;
  readonly #name: string;
  readonly #attributes: string;
  readonly #needsTls: boolean;
  /** Whom seals were made for. */
  #sealed: readonly string[] = [];

  /** @param secrets - One at least. */
  constructor(members: Members, settings: StickySettings, secrets: readonly string[]) {
    const { cookie, maxAge, sameSite } = settings;
    this.#members = members;
    this.#seals = new MemberSeals(secrets);
    this.#renew();
    this.#name = cookie;
    const age = maxAge === undefined ? "" : `; Max-Age=${Math.floor(maxAge / 1_000)}`;
    this.#attributes = `; Path=/${age}; HttpOnly; SameSite=${sameSite}`;
    // Browsers throw away the others (RFC 6265bis §5.7).
    this.#needsTls = sameSite === "None" || /^__(?:Host|Secure)-/i.test(cookie);
  }

  /** The member that the request's cookie names. */
  pinned(request: HttpRequest): string | undefined {
    const value = cookieValue(request.fields, this.#name);
    if (value === undefined) {
      return undefined;
    }
    // A member that is new here may have been named elsewhere: by another process, or before a restart.
    return this.#seals.memberOf(value) ?? (this.#renew() ? this.#seals.memberOf(value) : undefined);
  }

  /** Set-Cookie, where the request's cookie names another member than answered, or by an old secret. */
  cookie(member: string, { pinned, request }: Forwarding): string | undefined {
    const seal = this.#seals.seal(member) ?? (this.#renew() ? this.#seals.seal(member) : undefined);
    if (seal === undefined || (pinned === member && cookieValue(request.fields, this.#name) === seal)) {
      return undefined;
    }
    const secure = this.#needsTls || request.scheme === "https" ? "; Secure" : "";
    return `${this.#name}=${seal}${this.#attributes}${secure}`;
  }

  /** Makes seals anew, where members came or went. @returns Whether they did. */
  #renew(): boolean {
    const { ids } = this.#members;
    if (ids.length === this.#sealed.length && ids.every((id, at) => id === this.#sealed[at])) {
      return false;
    }
    this.#sealed = [...ids];
    this.#seals.assign(this.#sealed);
    return true;
  }
}
