/** HAProxy's configuration: one thread, and every request on whatever connection is idle; the logged variant with a JSON log. */
import type { Setting } from "../peers.ts";
import { addedFields, otherPrefixes } from "../variant.ts";

/** Looked up as a tree, where a rule for each prefix would be tried one by one. */
export const otherPrefixMap: { readonly name: string; readonly text: string } = {
  name: "prefixes.map",
  text: otherPrefixes.map((prefix) => `${prefix} other\n`).join(""),
};

const logFormat =
  '{"time":"%[date,ltime(%Y-%m-%dT%H:%M:%S)]","client":"%ci","method":"%HM","target":"%HU","status":%ST,' +
  '"octets":%B,"duration":%Ta,"agent":"%[capture.req.hdr(0),json(utf8s)]"}';

/** The whole configuration file. Each line of its log is a write to its standard output. */
export function haproxyConfig(setting: Setting): string {
  const logged = setting.variant === "logged";
  const added = Object.entries(addedFields).map(
    ([name, value]) => `http-response set-header ${name} "${value}"`,
  );
  const extra = logged
    ? [
        "log stdout format raw local0 info",
        "http-request capture req.hdr(User-Agent) len 64",
        `log-format '${logFormat}'`,
        ...added,
        `use_backend %[path,map_beg(${setting.home}/${otherPrefixMap.name},origin)]`,
      ]
    : [];
  const server = `server origin 127.0.0.1:${setting.upstream}`;
  return `global
  nbthread 1
  maxconn ${setting.connections + 500}
defaults
  mode http
  http-reuse always
  timeout connect 5s
  timeout client 75s
  timeout server 75s
  timeout http-keep-alive 75s
  timeout tunnel 75s
frontend clients
  bind 127.0.0.1:${setting.port} backlog 4096
  ${[...extra, "default_backend origin"].join("\n  ")}
backend origin
  ${server}
backend other
  ${server}
`;
}
