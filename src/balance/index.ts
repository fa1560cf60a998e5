/** Which upstream answers, and the arithmetic of health. */
export type { Ask, Member, Policy, ProbeResult, Random } from "./contract.ts";
export * from "./health/rules.ts";
export { keyOf } from "./policies/key-of.ts";
export { observeLatency } from "./policies/latency.ts";
export { makePolicy, type PolicyChoice } from "./policies/make-policy.ts";
export { RetryBudget } from "./retry-budget.ts";
export { Roster } from "./roster.ts";
export type { Refusal } from "./roster-refusal.ts";
export type { RosterRules } from "./roster-rules.ts";
export type { MemberSpec } from "./roster-seat.ts";
export type { MemberState, PanicChange, StateChange, StateName } from "./roster-state.ts";
export { MemberSeals } from "./sticky.ts";
