/** Nonces: one for each response that asks for one (CSP Level 3 §7.1). */
import { randomBytes } from "node:crypto";
import type { Exchange } from "../../pipeline/index.ts";

/** A response's nonce, made when somebody first wants it. */
export class NonceSlot {
  #nonce: string | undefined;

  get taken(): boolean {
    return this.#nonce !== undefined;
  }

  /** 128 random bits in base64. */
  take(): string {
    this.#nonce ??= randomBytes(16).toString("base64");
    return this.#nonce;
  }
}

const slots = new WeakMap<Exchange, NonceSlot>();

/** The slot of an exchange: one, however many filters are around its handler. */
export function slotOf(exchange: Exchange): NonceSlot {
  let slot = slots.get(exchange);
  if (slot === undefined) {
    slot = new NonceSlot();
    slots.set(exchange, slot);
  }
  return slot;
}

/**
 * The nonce that the Content-Security-Policy of this response will allow scripts and styles by.
 *
 * @returns undefined where no `security({ nonce: true })` is around the handler.
 */
export function nonceOf(exchange: Exchange): string | undefined {
  return slots.get(exchange)?.take();
}
