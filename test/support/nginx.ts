/** Debian's nginx as an upstream: one worker, everything it writes within its own directory. */
import { type ServerKind, startUpstream, type UpstreamServer } from "./upstream-servers.ts";

export interface NginxOptions {
  /** Files below `root`, the directory it serves. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Directives of the `server` block. */
  readonly server?: string;
  /** Directives of the `http` block. */
  readonly http?: string;
  readonly port?: number;
}

export function startNginx({
  files = {},
  server = "",
  http = "",
  port,
}: NginxOptions = {}): Promise<UpstreamServer> {
  const kind: ServerKind = {
    program: "nginx",
    files: (starting) => ({
      "nginx.conf": `user ${starting.user};
daemon off;
worker_processes 1;
pid nginx.pid;
error_log error.log;
events { worker_connections 1000; }
http {
  types { text/plain txt; text/html html; }
  access_log access.log;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  ${http}
  server {
    listen 127.0.0.1:${starting.port};
    root root;
    ${server}
  }
}
`,
      "root/index.html": "nginx's page\n",
      ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`root/${name}`, text])),
    }),
    args: ({ home }) => ["-p", home, "-e", "error.log", "-c", `${home}/nginx.conf`],
  };
  return startUpstream(kind, port);
}
