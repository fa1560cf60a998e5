/** What streams ask of a group of upstreams. */
import type { Held, Opened, Opening, OpeningOptions } from "../../upstream/index.ts";

export interface Outlet {
  readonly name: string;
  /** A connection to some member. */
  open(options: OpeningOptions): Opening<Opened>;
  /** Some member, for datagrams. */
  hold(options: Pick<OpeningOptions, "key">): Opening<Held>;
}
