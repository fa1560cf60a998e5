/** One answer over HTTP/2, asked with Node's own client, which negotiates h2 or fails. */
import { connect } from "node:http2";
import type { Answer } from "./verify.ts";

/** @throws Error when there is no complete answer after 5 s. */
export function askHttp2(address: string, authority: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { origin, pathname } = new URL(address);
    const session = connect(origin, { ca: authority });
    const chunks: Buffer[] = [];
    const fields = new Map<string, string>();
    const fail = (fault: Error): void => {
      session.destroy();
      reject(fault);
    };
    session.on("error", fail);
    session.setTimeout(5000, () => fail(new Error("no complete answer after 5 s")));
    const stream = session.request({ ":path": pathname });
    stream.on("response", (head) => {
      for (const [name, value] of Object.entries(head)) {
        fields.set(name, String(value));
      }
    });
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("error", fail);
    stream.on("end", () => {
      const content = Buffer.concat(chunks);
      session.close();
      resolve({ status: Number(fields.get(":status")), fields, content, length: content.length });
    });
  });
}
