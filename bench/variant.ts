/** What the "logged" variant adds to every peer alike: five response fields, and 99 routes before the one that answers. */

/** The shipped defaults without access log, or with JSON access log, five added fields and 100 routes. */
export type Variant = "plain" | "logged";

export const addedFields: Readonly<Record<string, string>> = {
  "x-frame-options": "DENY",
  "referrer-policy": "same-origin",
  "permissions-policy": "camera=()",
  "cross-origin-opener-policy": "same-origin",
  "x-permitted-cross-domain-policies": "none",
};

/** Path prefixes that match no request of the bench. */
export const otherPrefixes: readonly string[] = Array.from(
  { length: 99 },
  (_, index) => `/section-${String(index + 1).padStart(2, "0")}/`,
);
