/** `sluice check --site`: asks the configuration's own pages, without a socket, what they fetch over http://. */
import type { LoadedConfig } from "../config/index.ts";
import { formatHost } from "../fields/index.ts";
import type { Millis } from "../message/index.ts";
import type { Reporter } from "../observe/index.ts";
import { canonicalHost } from "../routes/index.ts";
import type { Io, Servable } from "./io.ts";
import { type Insecure, inspectPage, inspectSheet, upgrades } from "./mixed-content.ts";

export interface CrawlLimits {
  /** Pages and style sheets looked at; a site with more is looked at in part, and that is said. */
  readonly pages: number;
  /** Requests made, those for what is neither among them. */
  readonly requests: number;
  /** Octets of an answer that are looked at. */
  readonly octets: number;
  /** How long an answer may take, its content included. */
  readonly wait: Millis;
  /** Findings that are shown. */
  readonly lines: number;
}

const standardLimits: CrawlLimits = {
  pages: 1_000,
  requests: 10_000,
  octets: 4 * 1024 * 1024,
  wait: 10_000,
  lines: 1_000,
};

export interface SiteReport {
  /** Lines for the operator, one a finding. */
  readonly lines: readonly string[];
  /** Answers that were looked at. */
  readonly pages: number;
  /** Findings that browsers do not mend themselves. */
  readonly insecure: number;
}

/** @param loaded - One in which nothing is wrong. */
export async function checkSite(
  loaded: Pick<LoadedConfig, "config" | "base">,
  io: Pick<Io, "createServer">,
  limits: Partial<CrawlLimits> = {},
): Promise<SiteReport> {
  const reporter: Reporter = { info() {}, warn() {}, error() {} };
  const server = io.createServer({ ...loaded.config, log: false }, { base: loaded.base, reporter });
  try {
    return await new Crawl(server, loaded, { ...standardLimits, ...limits }).run();
  } finally {
    await server.close({ deadline: 0 });
  }
}

/** A wildcard stands for no page of its own; what every host gets is asked of "localhost". */
function hostsOf({ config }: Pick<LoadedConfig, "config">): string[] {
  return config.sites.flatMap(({ hosts }) =>
    hosts.flatMap((host) =>
      host === "*" ? ["localhost"] : host.startsWith("*.") ? [] : [canonicalHost(host)],
    ),
  );
}

/** What an answer is of which the crawl looks at the content. */
interface Answer {
  readonly type: "page" | "sheet";
  readonly text: string;
  readonly upgraded: boolean;
}

class Crawl {
  readonly #server: Servable;
  readonly #limits: CrawlLimits;
  readonly #hosts: Set<string> = new Set();
  /** Every address met, in the order in which they are asked. */
  readonly #addresses: Set<string> = new Set();
  readonly #lines: string[] = [];
  #pages = 0;
  #found = 0;
  #insecure = 0;

  constructor(server: Servable, loaded: Pick<LoadedConfig, "config">, limits: CrawlLimits) {
    this.#server = server;
    this.#limits = limits;
    for (const host of hostsOf(loaded)) {
      const address = `https://${formatHost({ host, port: undefined })}/`;
      // A name such as "example.1" can be configured, but no browser takes it.
      if (URL.canParse(address)) {
        this.#hosts.add(new URL(address).hostname);
        this.#add(address);
      }
    }
  }

  async run(): Promise<SiteReport> {
    const { pages, requests, lines } = this.#limits;
    // A set gives what is added while it is gone through, too.
    for (const address of this.#addresses) {
      if (this.#pages === pages) {
        this.#lines.push(`only the first ${pages} answers were looked at`);
        break;
      }
      await this.#visit(address);
    }
    if (this.#addresses.size === requests) {
      this.#lines.push(`only the first ${requests} addresses were asked for`);
    }
    if (this.#found > lines) {
      this.#lines.push(`${this.#found - lines} more are not shown`);
    }
    return { lines: this.#lines, pages: this.#pages, insecure: this.#insecure };
  }

  async #visit(address: string): Promise<void> {
    const answer = await this.#ask(address);
    if (answer === undefined) {
      return;
    }
    this.#pages += 1;
    const { type, text, upgraded } = answer;
    if (type === "sheet") {
      this.#report(address, inspectSheet(text, address), upgraded);
      return;
    }
    const page = await inspectPage(text, address);
    this.#report(address, page.insecure, upgraded || page.upgraded);
    for (const link of [...page.sheets, ...page.links]) {
      this.#add(link);
    }
  }

  /** What is no page or has no end is passed over, the second with a line. */
  async #ask(address: string): Promise<Answer | undefined> {
    const given = new AbortController();
    const late = new Promise<"late">((resolve) => {
      given.signal.addEventListener("abort", () => resolve("late"), { once: true });
    });
    const timer = setTimeout(() => given.abort(new Error("the page takes too long")), this.#limits.wait);
    try {
      const answer = await Promise.race([this.#answer(address, given.signal), late]);
      if (answer !== "late") {
        return answer;
      }
      this.#lines.push(`${address}: no whole answer within ${this.#limits.wait / 1_000} s`);
    } catch (error) {
      this.#lines.push(`${address}: no whole answer: ${error instanceof Error ? error.message : error}`);
    } finally {
      clearTimeout(timer);
    }
    return undefined;
  }

  async #answer(address: string, signal: AbortSignal): Promise<Answer | undefined> {
    const response = await this.#server.fetch(address, {
      headers: { accept: "text/html,*/*;q=0.8", "accept-encoding": "identity" },
      redirect: "manual",
      signal,
    });
    const location = response.headers.get("location");
    if (location !== null && URL.canParse(location, address)) {
      this.#add(new URL(location, address).href);
    }
    const kind = /^text\/(html|css)\b/i.exec(response.headers.get("content-type") ?? "")?.[1];
    if (kind === undefined) {
      await response.body?.cancel();
      return undefined;
    }
    return {
      type: kind.toLowerCase() === "css" ? "sheet" : "page",
      text: await beginning(response, this.#limits.octets, signal),
      upgraded: upgrades(response.headers.get("content-security-policy") ?? ""),
    };
  }

  #report(address: string, findings: readonly Insecure[], upgraded: boolean): void {
    for (const { line, column, place, url } of findings) {
      const mended = upgraded ? " (its Content-Security-Policy has it fetched over https instead)" : "";
      this.#found += 1;
      this.#insecure += upgraded ? 0 : 1;
      if (this.#found <= this.#limits.lines) {
        this.#lines.push(`${address}:${line}:${column}: ${place} fetches ${url}${mended}`);
      }
    }
  }

  /** Each address once, and only of our own hosts. */
  #add(address: string): void {
    const url = new URL(address);
    url.hash = "";
    const isOurs = url.protocol === "https:" && this.#hosts.has(url.hostname);
    if (isOurs && this.#addresses.size < this.#limits.requests) {
      this.#addresses.add(url.href);
    }
  }
}

/** As much of an answer as `most` octets hold; what comes after is not waited for. */
async function beginning({ body }: Response, most: number, signal: AbortSignal): Promise<string> {
  if (body === null) {
    return "";
  }
  const chunks: Uint8Array[] = [];
  let left = most;
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader();
  const stop = (): void => void reader.cancel(signal.reason).catch(() => {});
  signal.addEventListener("abort", stop, { once: true });
  try {
    while (left > 0) {
      const { done, value } = await reader.read();
      if (done) {
        break;
      }
      chunks.push(value.subarray(0, left));
      left -= value.length;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    await reader.cancel();
  }
  return Buffer.concat(chunks).toString("utf8");
}
