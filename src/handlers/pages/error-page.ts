/** How Sluice says that something is wrong: its own answers, never the application's (RFC 9110 §15.5). */
import { reasonPhrase } from "../../fields/index.ts";
import { type FieldLine, Fields, HttpResponse, textContent } from "../../message/index.ts";
import { negotiateMediaType } from "../../semantics/index.ts";
import { escapeHtml, htmlPage, pagePolicy } from "./page.ts";

/**
 * A short page that names the status and its cause, as HTML or as plain text.
 *
 * @param status - 400 to 599.
 * @param cause - One sentence for people, plain text; it must tell nothing that is secret.
 * @param accept - The request's Accept; plain text unless it prefers HTML.
 * @param further - Field lines to add, such as Allow.
 * @returns A response used once; `HttpResponse.lasting` makes it lasting.
 * @throws Never.
 */
export function errorPage(
  status: number,
  cause: string,
  accept?: string,
  further: readonly FieldLine[] = [],
): HttpResponse {
  const html = prefersHtml(accept);
  const lines: FieldLine[] = [
    ["content-type", html ? "text/html; charset=utf-8" : "text/plain; charset=utf-8"],
    ["cache-control", "no-cache"],
    ["vary", "Accept"],
    ["x-content-type-options", "nosniff"],
  ];
  if (html) {
    lines.push(["content-security-policy", pagePolicy]);
  }
  const reason = reasonPhrase(status);
  const title = `${status} ${reason}`.trim();
  const text = html ? errorHtml(status, reason, cause) : `${title}\n\n${cause}\n`;
  return new HttpResponse({ status, fields: Fields.of(...lines, ...further), content: textContent(text) });
}

/** Whether the client would rather have HTML than plain text: browsers say so, tools do not. */
export function prefersHtml(accept: string | undefined): boolean {
  return negotiateMediaType(accept, ["text/plain", "text/html"]) === "text/html";
}

function errorHtml(status: number, reason: string, cause: string): string {
  const body = `<p class="status">${status}</p>
<h1>${escapeHtml(reason)}</h1>
<p>${escapeHtml(cause)}</p>
<footer>Answered by Sluice</footer>`;
  return htmlPage(`${status} ${reason}`, body);
}
