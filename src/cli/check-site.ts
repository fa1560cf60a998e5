/** `sluice check --site`: asks the configuration's own pages, without a socket, what they fetch over http://. */
import type { LoadedConfig } from "../config/index.ts";
import type { Reporter } from "../observe/index.ts";
import type { Io, Servable } from "./io.ts";
import { type Insecure, inspectPage, inspectSheet } from "./mixed-content.ts";

/** Answers looked at in all; a site with more is looked at in part, and that is said. */
const mostAnswers = 1_000;
/** Characters of an answer that are looked at. */
const longestAnswer = 4 * 1024 * 1024;

export interface SiteReport {
  /** Lines for the operator, one a finding. */
  readonly lines: readonly string[];
  /** Answers that were looked at. */
  readonly pages: number;
  /** Findings that browsers do not mend themselves. */
  readonly insecure: number;
}

/** @param loaded - One in which nothing is wrong. */
export async function checkSite(loaded: LoadedConfig, io: Io): Promise<SiteReport> {
  const reporter: Reporter = { info() {}, warn() {}, error() {} };
  const server = io.createServer({ ...loaded.config, log: false }, { base: loaded.base, reporter });
  try {
    return await new Crawl(server, hostsOf(loaded)).run();
  } finally {
    await server.close({ deadline: 0 });
  }
}

/** A wildcard stands for no page of its own; what every host gets is asked of "localhost". */
function hostsOf({ config }: LoadedConfig): string[] {
  return config.sites.flatMap(({ hosts }) =>
    hosts.flatMap((host) => (host === "*" ? ["localhost"] : host.startsWith("*.") ? [] : [host])),
  );
}

class Crawl {
  readonly #server: Servable;
  readonly #hosts: ReadonlySet<string>;
  readonly #seen = new Set<string>();
  readonly #queue: string[] = [];
  readonly #lines: string[] = [];
  #pages = 0;
  #insecure = 0;

  constructor(server: Servable, hosts: readonly string[]) {
    this.#server = server;
    this.#hosts = new Set(hosts);
    for (const host of hosts) {
      this.#add(`https://${host.includes(":") ? `[${host}]` : host}/`);
    }
  }

  async run(): Promise<SiteReport> {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      if (this.#pages === mostAnswers) {
        this.#lines.push(`only the first ${mostAnswers} answers were looked at`);
        break;
      }
      await this.#visit(next);
    }
    return { lines: this.#lines, pages: this.#pages, insecure: this.#insecure };
  }

  async #visit(address: string): Promise<void> {
    const response = await this.#server.fetch(address, {
      headers: { accept: "text/html,*/*;q=0.8", "accept-encoding": "identity" },
      redirect: "manual",
    });
    const location = response.headers.get("location");
    if (location !== null && URL.canParse(location, address)) {
      this.#add(new URL(location, address).href);
    }
    const type = response.headers.get("content-type") ?? "";
    if (!/^text\/(?:html|css)\b/i.test(type)) {
      await response.body?.cancel();
      return;
    }
    this.#pages += 1;
    const text = (await response.text()).slice(0, longestAnswer);
    const upgraded = /upgrade-insecure-requests/i.test(response.headers.get("content-security-policy") ?? "");
    if (type.startsWith("text/css")) {
      this.#report(address, inspectSheet(text, address), upgraded);
      return;
    }
    const { insecure, links, sheets } = await inspectPage(text, address);
    this.#report(address, insecure, upgraded);
    for (const link of [...sheets, ...links]) {
      this.#add(link);
    }
  }

  #report(address: string, findings: readonly Insecure[], upgraded: boolean): void {
    for (const { line, column, place, url } of findings) {
      const mended = upgraded ? " (its Content-Security-Policy has it fetched over https instead)" : "";
      this.#lines.push(`${address}:${line}:${column}: ${place} fetches ${url}${mended}`);
      this.#insecure += upgraded ? 0 : 1;
    }
  }

  /** Each address once, and only of our own hosts. */
  #add(address: string): void {
    const { protocol, hostname, href } = new URL(address);
    const host = hostname.replace(/^\[|\]$/g, "");
    if (protocol === "https:" && this.#hosts.has(host) && !this.#seen.has(href)) {
      this.#seen.add(href);
      this.#queue.push(href);
    }
  }
}
