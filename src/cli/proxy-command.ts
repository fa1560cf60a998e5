/** `sluice proxy <from> <to…>`: what it is called with, and what it asks for. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { everywhere, listenForms, parseListen } from "../config/index.ts";
import type { AccessLogFormat } from "../observe/index.ts";
import { httpSchemes, readUpstreamUrl } from "../upstream/index.ts";

export interface ProxyIntent {
  readonly type: "proxy";
  /** A line as `parseListen` reads it. */
  readonly from: string;
  /** URLs of upstreams; one or more. */
  readonly to: readonly string[];
  /** Put before the path of every request; undefined: nothing is. */
  readonly base: string | undefined;
  readonly balance: Balance | undefined;
  readonly host: string | undefined;
  /** Path that probes ask for; undefined: nobody probes. */
  readonly health: string | undefined;
  /** undefined: `dev` on a terminal, otherwise none. */
  readonly log: AccessLogFormat | "off" | undefined;
  readonly quiet: boolean;
  /** "local": with a certificate of the local CA; undefined: as `from` says. */
  readonly https: "local" | { readonly cert: string; readonly key: string } | undefined;
}

const balances = ["round-robin", "least-requests", "two-choices", "latency", "random"] as const;

export type Balance = (typeof balances)[number];

type Refusal = { readonly type: "refuse"; readonly message: string };

interface ProxyOptions {
  readonly balance?: Balance;
  readonly host?: string;
  readonly health?: string;
  readonly log?: AccessLogFormat | "off";
  readonly quiet?: boolean;
  readonly https?: boolean;
  readonly cert?: string;
  readonly key?: string;
}

/** @param tell - Told what a command line asks for. */
export function addProxyCommand(program: Command, tell: (intent: ProxyIntent | Refusal) => void): void {
  program
    .command("proxy")
    .description("forward requests to other servers")
    .argument("<from>", `where to listen: ${listenForms}`, fromLine)
    .argument(
      "<to...>",
      "where to: a port of this machine, host:port, a URL, or unix:/path; several share the load",
    )
    .addOption(new Option("--balance <how>", "who answers next (default: round-robin)").choices(balances))
    .option(
      "--host <host>",
      "Host that they see: keep (what was asked for), upstream (their own) or a name (default: keep; upstream where all are https)",
    )
    .addOption(
      new Option(
        "--health <path>",
        "ask for this path now and then; who does not answer is left out",
      ).argParser(healthPath),
    )
    .addOption(
      new Option(
        "--log <format>",
        "access log on standard output (default: dev on a terminal, else off)",
      ).choices(["dev", "combined", "common", "json", "off"]),
    )
    .option("-q, --quiet", "print nothing but problems")
    .option("--https", "speak TLS, with a certificate of this machine's own CA (see `sluice trust`)")
    .option("--cert <file>", "speak TLS with this certificate chain (PEM); needs --key")
    .option("--key <file>", "the certificate's private key (PEM)")
    .action((from: string, to: readonly string[], own: ProxyOptions, command: Command) => {
      const options = { ...ofProgram(program), ...own };
      tell(strayOption(program, command) ?? proxyIntent(from, to, options));
    });
}

/** Options that `sluice [dir]` has too are the program's, wherever on the line they stand. */
function ofProgram(program: Command): ProxyOptions {
  const given = Object.entries(program.opts()).filter(
    ([name]) => program.getOptionValueSource(name) === "cli",
  );
  return Object.fromEntries(given);
}

function proxyIntent(from: string, to: readonly string[], options: ProxyOptions): ProxyIntent | Refusal {
  const { balance, host, health, cert, key, quiet = false, https = false } = options;
  if ((cert === undefined) !== (key === undefined)) {
    return { type: "refuse", message: "--cert and --key go together: one is missing" };
  }
  const targets = to.map(targetOf);
  const fault = targets.find((target) => typeof target === "string");
  if (typeof fault === "string") {
    return { type: "refuse", message: fault };
  }
  const read = targets.filter((target) => typeof target === "object");
  const bases = new Set(read.map(({ base }) => base));
  if (bases.size > 1) {
    return { type: "refuse", message: "all servers need the same path after their address, or none" };
  }
  const own = read.find(({ url }) => isItself(from, url));
  if (own !== undefined) {
    return {
      type: "refuse",
      message: `${own.url} is where it would listen itself: requests would go in circles`,
    };
  }
  return {
    type: "proxy",
    from,
    to: read.map(({ url }) => url),
    base: [...bases][0],
    balance,
    host,
    health,
    log: options.log ?? (quiet ? "off" : undefined),
    quiet,
    https: cert !== undefined && key !== undefined ? { cert, key } : https ? "local" : undefined,
  };
}

/** A server as people call it: `3000`, `:3000`, `app:3000`, `https://app/v2`. @returns Or what is wrong with it. */
function targetOf(text: string): { readonly url: string; readonly base: string | undefined } | string {
  const [, port, below = ""] = /^:?(\d+)(\/.*)?$/.exec(text) ?? [];
  const full =
    port !== undefined
      ? `http://localhost:${port}${below}`
      : /^(?:[a-z][a-z\d+.-]*:\/\/|unix:)/i.test(text)
        ? text
        : `http://${text}`;
  if (/[?#]/.test(full) && !full.startsWith("unix:")) {
    return `"${text}" holds a query or fragment: only a path may follow the server`;
  }
  const [, url = full, path = ""] = /^([a-z\d+.-]+:\/\/[^/?#]*)(\/[^?#]*)$/i.exec(full) ?? [];
  try {
    const { id } = readUpstreamUrl(url, httpSchemes);
    return { url: id, base: path === "" || path === "/" ? undefined : path };
  } catch (error) {
    return (error as Error).message;
  }
}

/** Whether who connects to `url` reaches what listens at `from`, on this machine. */
function isItself(from: string, url: string): boolean {
  const place = parseListen(from);
  const { scheme, host, port, path } = readUpstreamUrl(url, httpSchemes);
  if (place === undefined || "path" in place || scheme === "unix") {
    return place !== undefined && "path" in place && place.path === path;
  }
  const heard = everywhere(place.host);
  return place.port === port && thisMachine.test(host) && (heard === undefined || thisMachine.test(heard));
}

const thisMachine = /^(?:localhost|127\.\d+\.\d+\.\d+|::1|0\.0\.0\.0|::)$/;

function strayOption(program: Command, command: Command): Refusal | undefined {
  const own = new Set(command.options.map(({ long }) => long));
  const stray = program.options.find(
    (option) => program.getOptionValueSource(option.attributeName()) === "cli" && !own.has(option.long),
  );
  return stray === undefined
    ? undefined
    : { type: "refuse", message: `${stray.long ?? stray.short} goes with a directory` };
}

/** In the browser's bar it says http://, and here that is what every place without TLS is. */
function fromLine(text: string): string {
  const line = text.replace(/^http:\/\//, "tcp://");
  if (parseListen(line) === undefined) {
    throw new InvalidArgumentError(`It takes ${listenForms}.`);
  }
  return line;
}

function healthPath(text: string): string {
  if (!/^\/[\x21-\x7e]*$/.test(text)) {
    throw new InvalidArgumentError("It takes a path such as /healthz.");
  }
  return text;
}
