/** Sends the same octets to a server over a real socket and reads what it understood. */
import { connect } from "node:net";

/** One request as a server understood it: what the echoing handler saw. */
export interface Seen {
  readonly method: string;
  readonly target: string;
  /** Number of field lines. */
  readonly fields: number;
  /** latin1. */
  readonly content: string;
}

export interface Outcome {
  readonly seen: readonly Seen[];
  /** Status of the response that refused what came next; undefined where nothing was refused. */
  readonly refused: number | undefined;
}

/** The field in which an echoing handler tells what it saw: base64url of JSON. */
export const seenField = "X-Seen";

export function encodeSeen(seen: Seen): string {
  return Buffer.from(JSON.stringify(seen), "utf8").toString("base64url");
}

/**
 * Sends `input`, ends our side, and reads to the server's end.
 *
 * @param input - latin1.
 * @throws Error when the server neither answers nor closes within five seconds.
 */
export function exchange(port: number, input: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
    const received: Buffer[] = [];
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no end after ${JSON.stringify(input.slice(0, 200))}`));
    }, 5_000);
    socket.on("data", (bytes) => received.push(bytes));
    // A reset after the answer is an end as well: the server did not read what was in flight.
    socket.on("error", () => socket.destroy());
    socket.on("end", () => socket.destroy());
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(readOutcome(Buffer.concat(received).toString("latin1")));
    });
    socket.end(Buffer.from(input, "latin1"));
  });
}

/** Echoed responses have no content, so the first that does not echo is a refusal and the last. */
function readOutcome(output: string): Outcome {
  const seen: Seen[] = [];
  for (const head of output.split(/(?=^HTTP\/1\.1 \d{3} )/m)) {
    const status = Number(head.slice(9, 12));
    const echoed = /^X-Seen: (\S+)\r$/im.exec(head)?.[1];
    if (echoed !== undefined) {
      seen.push(JSON.parse(Buffer.from(echoed, "base64url").toString("utf8")) as Seen);
    } else if (status >= 200) {
      return { seen, refused: status };
    }
  }
  return { seen, refused: undefined };
}
