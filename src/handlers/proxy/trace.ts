/** What a TRACE brought back where it ends here (RFC 9110 §9.3.8, §7.6.2). */
import { Fields, type HttpRequest, HttpResponse, textContent } from "../../message/index.ts";

/** Nobody who can make a browser send a TRACE may read these of it (RFC 9110 §9.3.8). */
const secret: ReadonlySet<string> = new Set(["authorization", "cookie", "proxy-authorization"]);

/** The request as it was received, less what is secret in it. */
export function echo({ method, rawTarget, version, fields }: HttpRequest): HttpResponse {
  let text = `${method} ${rawTarget} HTTP/${version}\r\n`;
  for (const [name, value] of fields) {
    if (!secret.has(name)) {
      text += `${name}: ${value}\r\n`;
    }
  }
  return new HttpResponse({
    status: 200,
    fields: Fields.of(["content-type", "message/http"], ["x-content-type-options", "nosniff"]),
    content: textContent(`${text}\r\n`),
  });
}
