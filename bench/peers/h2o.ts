/** h2o's configuration: one thread, files from a directory, or a reverse proxy as it is by itself; the logged variant with a JSON log (2.2 cannot buffer it). */
import type { Setting } from "../peers.ts";
import { addedFields, otherPrefixes } from "../variant.ts";

const logFormat =
  '{"time":"%{%Y-%m-%dT%H:%M:%S%z}t","client":"%h","method":"%m","target":"%U%q","status":%s,"octets":%b,' +
  '"duration":%{duration}x,"agent":"%{user-agent}i"}';

/** The whole configuration file. Its crash reporter, a Perl process, would count as the server's memory and is left out. */
export function h2oConfig(setting: Setting): string {
  const logged = setting.variant === "logged";
  const added = Object.entries(addedFields).map(([name, value]) => `header.set: "${name}: ${value}"`);
  const extra = logged ? [`access-log:`, `  path: ${setting.log}`, `  format: '${logFormat}'`, ...added] : [];
  const { cert, key } = setting.certificate;
  const secure =
    setting.over === "http"
      ? ""
      : `, ssl: { certificate-file: ${cert}, key-file: ${key}, ocsp-update-interval: 0 }`;
  const answer =
    setting.upstream === undefined
      ? `{ file.dir: ${setting.root} }`
      : `{ proxy.reverse.url: "http://127.0.0.1:${setting.upstream}/", proxy.websocket: ${setting.tunnels ? "ON" : "OFF"} }`;
  const prefixes = logged ? [...otherPrefixes, "/"] : ["/"];
  return `user: ${setting.user}
num-threads: 1
max-connections: ${setting.connections + 500}
http1-request-timeout: 75
crash-handler: /bin/true
file.etag: ON
listen: { host: 127.0.0.1, port: ${setting.port}${secure} }
${extra.join("\n")}
hosts:
  default:
    paths:
${prefixes.map((prefix) => `      "${prefix}": ${answer}`).join("\n")}
`;
}
