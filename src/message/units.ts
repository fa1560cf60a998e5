/** Units that the types carry, so that a number says what it counts. */

/** A count of octets: whole, 0 or more. */
export type Octets = number;

/** Milliseconds on the caller's monotonic clock. */
export type Millis = number;
