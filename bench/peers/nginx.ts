/**
 * nginx's configuration: one worker, open_file_cache, sendfile; the logged variant with a buffered JSON log.
 * As a proxy it keeps connections to its upstream, which takes three directives.
 * TLS 1.3 has to be named, since 1.22 leaves it out by itself.
 */
import type { Setting } from "../peers.ts";
import { addedFields, otherPrefixes } from "../variant.ts";

const logFormat = `log_format json escape=json '{"time":"$time_iso8601","client":"$remote_addr",'
    '"method":"$request_method","target":"$request_uri","status":$status,"octets":$body_bytes_sent,'
    '"duration":$request_time,"agent":"$http_user_agent"}';`;

/** The whole configuration file; relative paths in it lie in the prefix given on the command line. */
export function nginxConfig(setting: Setting): string {
  // With less than a sixteenth of them free, nginx begins to close idle connections. A proxy has two a client.
  const room = Math.ceil(setting.connections * 1.2) * 2 + 100;
  const logged = setting.variant === "logged";
  const log = logged
    ? `${logFormat}\n  access_log ${setting.log} json buffer=64k flush=1s;`
    : "access_log off;";
  const added = logged
    ? Object.entries(addedFields).map(([name, value]) => `add_header ${name} "${value}" always;`)
    : [];
  const { cert, key } = setting.certificate;
  const secure =
    setting.over === "http"
      ? []
      : [`ssl_certificate ${cert};`, `ssl_certificate_key ${key};`, "ssl_protocols TLSv1.2 TLSv1.3;"];
  const kind = setting.over === "http" ? "" : " ssl http2";
  const locations = logged ? otherPrefixes.map((prefix) => `location ${prefix} { }`) : [];
  const { group, answer } = setting.upstream === undefined ? files : forwarding(setting.upstream, setting);
  return `user ${setting.user};
daemon off;
worker_processes 1;
pid nginx.pid;
error_log error.log;
events { worker_connections ${room}; }
http {
  types { text/plain txt; }
  sendfile on;
  tcp_nopush on;
  etag on;
  keepalive_timeout 75s;
  keepalive_requests 1000000000;
  open_file_cache max=1000 inactive=1h;
  open_file_cache_valid 60s;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  ${log}
  ${group}
  server {
    listen 127.0.0.1:${setting.port}${kind} backlog=4096;
    root ${setting.root};
    ${[...secure, ...added, ...locations, `location / { ${answer} }`].join("\n    ")}
  }
}
`;
}

const files = { group: "", answer: "" };

function forwarding(upstream: number, { tunnels }: Setting): typeof files {
  const connection = tunnels
    ? 'proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";'
    : 'proxy_set_header Connection "";';
  return {
    group: `upstream origin { server 127.0.0.1:${upstream}; keepalive 64; keepalive_requests 1000000000; }`,
    answer: `proxy_pass http://origin; proxy_http_version 1.1; ${connection}`,
  };
}
