/** Which requests ask for a page that a browser will show (W3C Fetch Metadata §2.2). */
import type { HttpRequest } from "../message/index.ts";

/** A GET by a browser that goes to a page; where it does not say so, one that asks for HTML. */
export function isNavigation({ method, fields }: HttpRequest): boolean {
  if (method !== "GET") {
    return false;
  }
  const mode = fields.get("sec-fetch-mode");
  return mode === undefined ? (fields.get("accept") ?? "").includes("text/html") : mode === "navigate";
}
