/** What a roster goes by, and whom it tells. */
import type { Millis } from "../message/index.ts";
import type { Member, Policy } from "./contract.ts";
import type { HealthRules } from "./health/rules.ts";
import type { PanicChange, StateChange } from "./roster-state.ts";

export interface RosterRules {
  /** Makes a policy; one for each tier. */
  readonly policy: () => Policy;
  readonly health: HealthRules;
  /** How long a member that comes new, or back, takes to grow from a tenth of its weight to all of it; 0: none. */
  readonly slowStart: Millis;
  /** Where the share of members that are well is below this, all are asked, whatever their health; 0: never. */
  readonly panic: number;
}

/** One call for each change, after the roster has carried it out. They must not call the roster's methods that change it. */
export interface RosterEvents {
  changed(member: Member, change: StateChange): void;
  panicked(change: PanicChange): void;
}
