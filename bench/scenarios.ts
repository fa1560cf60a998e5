/** What is measured: each scenario is one request, sent by so many connections, and the answer it must get. */
import type { Variant } from "./variant.ts";

/** Whether a server has the files itself, or forwards to an origin server that it shares with all peers. */
export const works = ["files", "proxy"] as const;
export type Work = (typeof works)[number];

/** HTTP/1.1 in the clear, HTTP/1.1 over TLS, HTTP/2 over TLS. */
export const carriers = ["http", "https", "h2"] as const;
export type Carrier = (typeof carriers)[number];

interface Common {
  readonly name: string;
  /** The whole truth, for the table; `label` is short, for the chart. */
  readonly title: string;
  readonly label: string;
  readonly work: Work;
  readonly over: Carrier;
  readonly variant: Variant;
  readonly path: string;
  /** Field lines besides Host. */
  readonly fields: readonly string[];
  readonly status: 101 | 200 | 304 | 404;
  readonly connections: number;
}

/** Connections that send without pause. */
export interface LoadScenario extends Common {
  readonly kind: "load";
  /** Requests under way at once on a connection: pipelined with HTTP/1.1, streams with HTTP/2. */
  readonly depth: number;
  /** What is counted: requests, or 10^6 octets as wrk reads them. */
  readonly unit: "request" | "megabyte";
}

/** Connections that send one request and then stay open. */
export interface IdleScenario extends Common {
  readonly kind: "idle";
}

/** Connections that end as soon as their TLS handshake is through; `connections` at once. */
export interface HandshakeScenario extends Common {
  readonly kind: "handshake";
  /** Whether each goes on with the session of the one before (RFC 8446 §2.2). */
  readonly resumed: boolean;
}

/** Connections that became tunnels by Upgrade to WebSocket, and whose messages the origin server sends back. */
export interface TunnelScenario extends Common {
  readonly kind: "tunnel";
  /** Octets of a message, its frame's head included. */
  readonly message: number;
  /** Messages under way at once in each tunnel. */
  readonly depth: number;
}

/** Connections that send at a fixed rate, which no server finds hard. */
export interface LatencyScenario extends Common {
  readonly kind: "latency";
  /** Requests per second on each connection. */
  readonly rate: number;
}

export type Scenario = LoadScenario | IdleScenario | HandshakeScenario | TunnelScenario | LatencyScenario;

/** The served files: name and length in octets. */
export const servedFiles: Readonly<Record<string, number>> = {
  "1k.txt": 1024,
  "64k.txt": 64 * 1024,
  "1m.txt": 1024 * 1024,
  "10m.txt": 10 * 1024 * 1024,
};

/** The fields Chromium sends for a script of a site where one has logged in: with request line and Host 600 octets, about. */
const browserFields: readonly string[] = [
  "Connection: keep-alive",
  'sec-ch-ua: "Chromium";v="128", "Not;A=Brand";v="24"',
  "sec-ch-ua-mobile: ?0",
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36",
  'sec-ch-ua-platform: "Linux"',
  "Accept: */*",
  "Sec-Fetch-Site: same-origin",
  "Sec-Fetch-Mode: no-cors",
  "Sec-Fetch-Dest: script",
  "Referer: http://127.0.0.1/products/overview",
  "Accept-Encoding: gzip, deflate, br, zstd",
  "Accept-Language: en-GB,en;q=0.9,de;q=0.8",
  "Cookie: session=6f1c0a52be9d4471a3c8; theme=dark; consent=necessary",
];

const small: LoadScenario = {
  kind: "load",
  name: "1k",
  label: "1 KB, bare request",
  title: "1 KB file, wrk's bare request, 64 connections",
  work: "files",
  over: "http",
  variant: "plain",
  path: "/1k.txt",
  fields: [],
  status: 200,
  connections: 64,
  depth: 1,
  unit: "request",
};

const streams: LoadScenario = {
  ...small,
  name: "h2-1k",
  label: "HTTP/2 over TLS, 8 × 32 streams, 1 KB",
  title: "HTTP/2 over TLS, 1 KB file, 8 connections × 32 streams",
  over: "h2",
  connections: 8,
  depth: 32,
};

const handshake: HandshakeScenario = {
  kind: "handshake",
  name: "handshake",
  label: "TLS 1.3 handshakes",
  title: "TLS 1.3 handshakes, 8 at once",
  work: "files",
  over: "https",
  variant: "plain",
  path: "/1k.txt",
  fields: [],
  status: 200,
  connections: 8,
  resumed: false,
};

const idle: IdleScenario = {
  kind: "idle",
  name: "idle",
  label: "10,000 idle connections",
  title: "10,000 idle keep-alive connections after one request each",
  work: "files",
  over: "http",
  variant: "plain",
  path: "/1k.txt",
  fields: [],
  status: 200,
  connections: 10_000,
};

const proxied: LoadScenario = {
  ...small,
  name: "proxy-1k",
  label: "Proxy, 1 KB",
  title: "1 KB, 64 connections",
  work: "proxy",
};

export const scenarios: readonly Scenario[] = [
  small,
  {
    ...small,
    name: "1k-browser",
    label: "1 KB, a browser's fields",
    title: "1 KB file, a browser's fields, 64 connections",
    fields: browserFields,
  },
  {
    ...small,
    name: "1k-pipelined",
    label: "1 KB, 16 requests pipelined",
    title: "1 KB file, 16 requests pipelined, 64 connections",
    depth: 16,
  },
  {
    ...small,
    name: "304",
    label: "304 Not Modified",
    title: "1 KB file not modified, 64 connections",
    status: 304,
  },
  {
    ...small,
    name: "404",
    label: "404 Not Found",
    title: "no such file, 64 connections",
    path: "/missing.txt",
    status: 404,
  },
  { ...small, name: "64k", label: "64 KB", title: "64 KB file, 64 connections", path: "/64k.txt" },
  {
    ...small,
    name: "10m",
    label: "10 MB",
    title: "10 MB file, 4 connections",
    path: "/10m.txt",
    connections: 4,
    unit: "megabyte",
  },
  {
    ...small,
    name: "1k-close",
    label: "1 KB, one connection per request",
    title: "1 KB file, one connection per request, 64 at a time",
    fields: ["Connection: close"],
  },
  idle,
  {
    ...small,
    name: "1k-logged",
    label: "1 KB, JSON log, 5 fields, 100 routes",
    title: "1 KB file, JSON log, 5 added fields, 100 routes, 64 connections",
    variant: "logged",
  },
  {
    ...small,
    name: "1k-browser-logged",
    label: "the same with a browser's fields",
    title: "1 KB file, a browser's fields, JSON log, 5 added fields, 100 routes, 64 connections",
    variant: "logged",
    fields: browserFields,
  },
  streams,
  {
    ...streams,
    name: "h2-1k-100",
    label: "HTTP/2 over TLS, 100 × 10 streams, 1 KB",
    title: "HTTP/2 over TLS, 1 KB file, 100 connections × 10 streams",
    connections: 100,
    depth: 10,
  },
  {
    ...streams,
    name: "h2-64k",
    label: "HTTP/2 over TLS, 8 × 32 streams, 64 KB",
    title: "HTTP/2 over TLS, 64 KB file, 8 connections × 32 streams",
    path: "/64k.txt",
  },
  {
    ...streams,
    name: "h2-1k-logged",
    label: "HTTP/2, 8 × 32, JSON log, 5 fields, 100 routes",
    title: "HTTP/2 over TLS, 1 KB file, JSON log, 5 added fields, 100 routes, 8 × 32 streams",
    variant: "logged",
  },
  {
    ...small,
    name: "https-1k",
    label: "HTTPS, 1 KB",
    title: "HTTP/1.1 over TLS, 1 KB file, 64 connections",
    over: "https",
  },
  handshake,
  {
    ...handshake,
    name: "handshake-resumed",
    label: "TLS 1.3 handshakes, resumed",
    title: "TLS 1.3 handshakes that resume a session, 8 at once",
    resumed: true,
  },
  {
    ...idle,
    name: "idle-tls",
    label: "5,000 idle TLS connections",
    title: "5,000 idle TLS connections after one HTTP/1.1 request each",
    over: "https",
    connections: 5_000,
  },
  proxied,
  {
    ...proxied,
    name: "proxy-64k",
    label: "Proxy, 64 KB",
    title: "64 KB, 64 connections",
    path: "/64k.txt",
  },
  {
    ...proxied,
    name: "proxy-1m",
    label: "Proxy, 1 MB",
    title: "1 MB, 16 connections",
    path: "/1m.txt",
    connections: 16,
  },
  {
    ...proxied,
    name: "proxy-1k-logged",
    label: "Proxy, 1 KB, JSON log, 5 fields, 100 routes",
    title: "1 KB, JSON log, 5 added fields, 100 routes, 64 connections",
    variant: "logged",
  },
  {
    kind: "tunnel",
    name: "proxy-ws",
    label: "Proxy, WebSocket tunnels",
    title: "WebSocket tunnels, messages of 4 KB to and fro, 16 tunnels × 8 messages",
    work: "proxy",
    over: "http",
    variant: "plain",
    path: "/echo",
    fields: [],
    status: 101,
    connections: 16,
    message: 4096,
    depth: 8,
  },
  {
    kind: "latency",
    name: "proxy-latency",
    label: "Proxy, added latency",
    title: "latency added to 1 KB at 2,000 requests per second, 4 connections",
    work: "proxy",
    over: "http",
    variant: "plain",
    path: "/1k.txt",
    fields: [],
    status: 200,
    connections: 4,
    rate: 500,
  },
];

/** What h2load is told to ask for, and the check before it. */
export function addressOf(scenario: Scenario, port: number): string {
  return `${scenario.over === "http" ? "http" : "https"}://127.0.0.1:${port}${scenario.path}`;
}

/** One HTTP/1.1 request of the scenario as octets; `etag` is the server's own, sent where a 304 is wanted. */
export function requestOctets(scenario: Scenario, port: number, etag: string | undefined): Buffer {
  const lines = [`GET ${scenario.path} HTTP/1.1`, `Host: 127.0.0.1:${port}`, ...scenario.fields];
  if (etag !== undefined) {
    lines.push(`If-None-Match: ${etag}`);
  }
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}

/** Whether the server is asked to close after its answer. */
export function closes(scenario: Scenario): boolean {
  return scenario.fields.includes("Connection: close");
}
