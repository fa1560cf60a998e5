/** Watches both ends of a connection from outside: nobody may send more than the other's windows let him (RFC 9113 §5.2). */
import { strict as assert } from "node:assert";

const firstWindow = 65_535;
const mostWindow = 2 ** 31 - 1;

/** Cuts octets into frames as they pass, whole ones only. */
export class FrameTap {
  #held: Buffer = Buffer.alloc(0);
  readonly #seen: (type: number, flags: number, stream: number, payload: Buffer) => void;

  /** @param skipped - Octets before the first frame. */
  constructor(skipped: number, seen: (type: number, flags: number, stream: number, payload: Buffer) => void) {
    this.#seen = seen;
    this.#skipped = skipped;
  }

  #skipped: number;

  pass(octets: Uint8Array): void {
    const skip = Math.min(this.#skipped, octets.length);
    this.#skipped -= skip;
    this.#held = Buffer.concat([this.#held, octets.subarray(skip)]);
    while (this.#held.length >= 9) {
      const end = 9 + this.#held.readUIntBE(0, 3);
      if (this.#held.length < end) {
        return;
      }
      const stream = this.#held.readUInt32BE(5) & 0x7fffffff;
      this.#seen(
        this.#held[3] as number,
        this.#held[4] as number,
        stream,
        Buffer.from(this.#held.subarray(9, end)),
      );
      this.#held = this.#held.subarray(end);
    }
  }
}

/** What one sender may send, as far as it knows: `sent` when it hands octets over, `told` when octets reach it. */
export class SenderWatch {
  readonly sent: FrameTap;
  readonly told: FrameTap;
  /** DATA frames by stream, in the order they left. */
  readonly order: number[] = [];
  #connection = firstWindow;
  #initial = firstWindow;
  readonly #streams = new Map<number, number>();

  constructor(sentPreface: number, toldPreface: number) {
    this.sent = new FrameTap(sentPreface, (type, _flags, stream, payload) => {
      if (type === 0) {
        this.#data(stream, payload.length);
      }
    });
    this.told = new FrameTap(toldPreface, (type, flags, stream, payload) => {
      if (type === 8) {
        this.#open(stream, payload.readUInt32BE(0));
      } else if (type === 4 && (flags & 1) === 0) {
        this.#settings(payload);
      }
    });
  }

  #data(stream: number, octets: number): void {
    const window = this.#streams.get(stream) ?? this.#initial;
    assert.ok(
      octets === 0 || octets <= window,
      `${octets} octets on stream ${stream}, whose window is ${window}`,
    );
    assert.ok(
      octets === 0 || octets <= this.#connection,
      `${octets} octets, the connection's window is ${this.#connection}`,
    );
    assert.ok(octets <= 16_384, `a frame of ${octets} octets`);
    this.#streams.set(stream, window - octets);
    this.#connection -= octets;
    this.order.push(stream);
  }

  #open(stream: number, octets: number): void {
    assert.ok(octets > 0, "a WINDOW_UPDATE of 0 octets");
    if (stream === 0) {
      this.#connection += octets;
      assert.ok(this.#connection <= mostWindow);
    } else {
      this.#streams.set(stream, (this.#streams.get(stream) ?? this.#initial) + octets);
    }
  }

  #settings(payload: Buffer): void {
    for (let at = 0; at < payload.length; at += 6) {
      if (payload.readUInt16BE(at) === 4) {
        const initial = payload.readUInt32BE(at + 2);
        for (const [stream, window] of this.#streams) {
          this.#streams.set(stream, window + initial - this.#initial);
        }
        this.#initial = initial;
      }
    }
  }
}
