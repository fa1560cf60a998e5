/** Copies of requests for another group of upstreams: nobody waits for them, nobody sees what they answer. */
import {
  bytesContent,
  type Content,
  collect,
  type Fields,
  type Octets,
  type PulledContent,
} from "../../message/index.ts";
import { type Dispatch, UpstreamError } from "../../upstream/index.ts";
import type { Forwarding, Upstreams } from "./forwarding.ts";

export interface MirrorSettings {
  /** 0 to 1. */
  readonly share: number;
  /** Most content that is copied. */
  readonly content: Octets;
  /** Most copies under way. */
  readonly most: number;
}

/** An answer is read up to this, so that its connection serves again; of longer ones the rest is refused. */
const answerRead: Octets = 65_536;

/** One request's copy, before it is known what is sent. */
export interface Copy {
  /** What the upstream reads in place of the request's content. */
  readonly content: Content;
  /** Sends the copy, now or once its content was read by the upstream. */
  send(forwarding: Forwarding): void;
}

export class Mirror {
  readonly #upstreams: Upstreams;
  readonly #settings: MirrorSettings;
  readonly #random: () => number;
  #underWay = 0;

  constructor(upstreams: Upstreams, settings: MirrorSettings, random: () => number) {
    this.#upstreams = upstreams;
    this.#settings = settings;
    this.#random = random;
  }

  /**
   * @param again - The content anew, where it is kept.
   * @returns undefined: this request is not copied.
   */
  copy(content: Content, again: (() => Content) | undefined): Copy | undefined {
    const { share, content: most } = this.#settings;
    if (this.#underWay >= this.#settings.most || (share < 1 && this.#random() >= share)) {
      return undefined;
    }
    if (content.length !== undefined && content.length > most) {
      return undefined;
    }
    if (again !== undefined || content.type !== "pulled" || content.length === 0) {
      return { content, send: (forwarding) => this.#send(forwarding, again?.() ?? withoutPulled(content)) };
    }
    const recorded = new RecordedContent(content, most);
    return {
      content: recorded,
      send: (forwarding) => {
        recorded.onWhole = (bytes) => this.#send(forwarding, bytes);
      },
    };
  }

  #send(forwarding: Forwarding, content: Content): void {
    const { method, authority, target, fields, client, local } = forwarding;
    const outbound = {
      method,
      authority,
      target,
      // Nobody waits to be told to go on.
      fields: fields.without("expect"),
      content,
      upgrade: undefined,
      trailers: false,
    };
    const options = { key: forwarding.key, pinned: undefined, client, local, informed: undefined };
    this.#underWay += 1;
    this.#throwAway(this.#upstreams.send(outbound, options));
  }

  async #throwAway(dispatch: Dispatch): Promise<void> {
    try {
      await dispatch.answered;
      await collect(dispatch.response.content, answerRead);
    } catch (error) {
      if (!(error instanceof UpstreamError || error instanceof RangeError)) {
        dispatch.cancel(error as Error);
      }
    }
    this.#underWay -= 1;
  }
}

function withoutPulled(content: Content): Content {
  return content.type === "pulled" ? bytesContent(new Uint8Array(0)) : content;
}

/** Content that keeps what is read of it, until it is whole or too much. */
class RecordedContent implements PulledContent {
  readonly type = "pulled";
  readonly length: Octets | undefined;
  /** Told of all octets once the end was read. */
  onWhole: ((content: Content) => void) | undefined = undefined;
  readonly #content: PulledContent;
  readonly #most: Octets;
  #parts: Buffer[] | undefined = [];
  #octets: Octets = 0;

  constructor(content: PulledContent, most: Octets) {
    this.length = content.length;
    this.#content = content;
    this.#most = most;
  }

  get onReadable(): (() => void) | undefined {
    return this.#content.onReadable;
  }

  set onReadable(told: (() => void) | undefined) {
    this.#content.onReadable = told;
  }

  get trailers(): Fields {
    return this.#content.trailers;
  }

  read(): Uint8Array | "pending" | "end" {
    const piece = this.#content.read();
    if (piece === "end") {
      this.#tell();
    } else if (piece !== "pending" && this.#parts !== undefined) {
      this.#octets += piece.length;
      if (this.#octets > this.#most) {
        this.#parts = undefined;
      } else {
        this.#parts.push(Buffer.from(piece));
      }
    }
    return piece;
  }

  cancel(reason: Error): void {
    this.#parts = undefined;
    this.#content.cancel(reason);
  }

  #tell(): void {
    const parts = this.#parts;
    this.#parts = undefined;
    if (parts !== undefined) {
      this.onWhole?.(bytesContent(Buffer.concat(parts, this.#octets)));
    }
  }
}
