/** The pages of the manual, in the order they are read. */

export interface ManualPage {
  /** Of the file in `docs/`, without `.md`. */
  readonly name: string;
  /** As the navigation calls it. */
  readonly title: string;
  /** One sentence for search engines and for the cards on the first page. */
  readonly about: string;
}

export interface ManualPart {
  readonly title: string;
  readonly pages: readonly ManualPage[];
}

export const manual: readonly ManualPart[] = [
  {
    title: "Start",
    pages: [
      { name: "index", title: "What Sluice is", about: "A web server you configure in TypeScript." },
      {
        name: "getting-started",
        title: "Getting started",
        about: "From an empty directory to a site with its own configuration, in five minutes.",
      },
    ],
  },
  {
    title: "Serve",
    pages: [
      {
        name: "files",
        title: "Files",
        about: "Every option of files(), and what it does about ranges, caches, languages and odd paths.",
      },
      {
        name: "configuration",
        title: "Configuration",
        about: "Sites, routes, filters and handlers, and how mistakes in them are told.",
      },
      {
        name: "routes",
        title: "Sites and routes",
        about: "Which site and which route answers: hosts, paths, parameters, conditions and groups.",
      },
      {
        name: "redirects",
        title: "Redirects and rewrites",
        about: "Redirects, one scheme and host, maps of moved paths, rewrites, and splits by weight.",
      },
      {
        name: "security-fields",
        title: "Security fields",
        about: "HSTS, Content-Security-Policy with nonces and their like, and any other field.",
      },
      {
        name: "limits",
        title: "Limits and timeouts",
        about: "Everything a client can make grow or wait, by name, with its default.",
      },
      {
        name: "cli",
        title: "Command line",
        about: "Commands, flags, environment, signals and exit codes.",
      },
      {
        name: "tls",
        title: "TLS and certificates",
        about:
          "HTTPS on your machine without preparation, your own certificates, and what is wrong with one.",
      },
      { name: "logs", title: "Logs", about: "The four formats of the access log, and rotating it." },
    ],
  },
  {
    title: "Forward",
    pages: [
      {
        name: "reverse-proxy",
        title: "Reverse proxy",
        about:
          "Every option of proxy(): what the application sees, what the client sees, and when none answers.",
      },
      {
        name: "load-balancing",
        title: "Load balancing",
        about:
          "Who answers next: policies, weights, backups, sticky sessions, retries, and replacing servers.",
      },
      {
        name: "health",
        title: "Health",
        about: "How failing upstreams are found and left out: probes, ejection, circuit breakers, panic.",
      },
      {
        name: "websockets-and-streaming",
        title: "WebSockets and streaming",
        about:
          "WebSockets over both versions, server-sent events, gRPC, large content, and the times that matter.",
      },
      {
        name: "streams",
        title: "TCP and UDP streams",
        about: "What is not HTTP passed on as it comes: balancing, health, TLS and PROXY protocol for it.",
      },
      {
        name: "trusted-proxies",
        title: "Trusted proxies",
        about: "Who the client is behind other proxies, and what upstreams are told of it.",
      },
      {
        name: "from-nginx",
        title: "Moving from nginx",
        about: "What people have around proxy_pass, side by side, and run by a test.",
      },
    ],
  },
  {
    title: "Program",
    pages: [
      {
        name: "embedding",
        title: "Embedding and testing",
        about: "A server inside your program, and requests without a socket.",
      },
      {
        name: "http1",
        title: "HTTP/1.1",
        about: "What the protocol engine accepts, what it refuses, and why.",
      },
      {
        name: "http2",
        title: "HTTP/2",
        about:
          "Many requests at once: priorities, flow control, early hints and push, and limits against attacks.",
      },
    ],
  },
  {
    title: "Compare",
    pages: [
      {
        name: "performance",
        title: "Performance",
        about: "How fast it is beside nginx, h2o and node:http, and how to measure it yourself.",
      },
      {
        name: "comparison",
        title: "Comparison",
        about: "What well-known static servers answer to the same requests.",
      },
    ],
  },
  {
    title: "Inside",
    pages: [
      {
        name: "architecture",
        title: "How it is built",
        about: "Rooms, floors and the promises between them, for those who read or change the code.",
      },
      {
        name: "dependencies",
        title: "Dependencies",
        about: "What Sluice depends on, and why each was chosen.",
      },
    ],
  },
];

export const manualPages: readonly ManualPage[] = manual.flatMap(({ pages }) => pages);

/** The path a page has on the site. */
export function pathOf(name: string): string {
  return name === "index" ? "/" : `/${name}`;
}
