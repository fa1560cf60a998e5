/** How far OPTIONS and TRACE go (RFC 9110 §7.6.2). */
import type { Fields } from "../../message/index.ts";

/**
 * @returns "answer": this server is where the request ends; a number: what Max-Forwards says further on;
 *   undefined: it says nothing, or nothing that counts for this method.
 */
export function maxForwards(method: string, fields: Fields): "answer" | number | undefined {
  if (method !== "OPTIONS" && method !== "TRACE") {
    return undefined;
  }
  const text = fields.get("max-forwards");
  if (text === undefined || !/^\d+$/.test(text)) {
    return undefined;
  }
  const left = Number(text);
  return left === 0 ? "answer" : Math.min(left, Number.MAX_SAFE_INTEGER) - 1;
}
