/** Debian's apache2 as an upstream, with the event MPM and the few modules it needs to serve files. */
import { type ServerKind, startUpstream, type UpstreamServer } from "./upstream-servers.ts";

const modules = ["mpm_event", "authz_core", "dir", "mime", "headers", "alias", "rewrite"];

export interface ApacheOptions {
  /** Files below `root`, the directory it serves. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Further directives of the server. */
  readonly server?: string;
}

export function startApache({ files = {}, server = "" }: ApacheOptions = {}): Promise<UpstreamServer> {
  const kind: ServerKind = {
    program: "apache2",
    files: ({ home, port, user }) => ({
      "apache.conf": `ServerRoot ${home}
ServerName localhost
Listen 127.0.0.1:${port}
PidFile apache.pid
DefaultRuntimeDir ${home}
ErrorLog error.log
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join("\n")}
${user === "root" ? "User www-data\nGroup www-data\n" : ""}
StartServers 1
DocumentRoot root
TypesConfig /etc/mime.types
DirectoryIndex index.html
KeepAliveTimeout 2
${server}
`,
      "root/index.html": "Apache's page\n",
      ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`root/${name}`, text])),
    }),
    args: ({ home }) => ["-d", home, "-f", `${home}/apache.conf`, "-D", "FOREGROUND"],
  };
  return startUpstream(kind);
}
