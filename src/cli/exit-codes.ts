/** Exit codes; those of Caddy, so that supervisors' rules carry over. */
export const exitCodes: Readonly<Record<"done" | "failedStart" | "forced" | "uncleanStop", number>> = {
  done: 0,
  /** Trying again will not help. Also: `check` found something, or the command line is wrong. */
  failedStart: 1,
  /** A second signal came while stopping. */
  forced: 2,
  /** The server ran, and something failed while it stopped. */
  uncleanStop: 3,
};
