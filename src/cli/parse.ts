/** From arguments to what they ask for. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { didYouMean, listenForms, parseListen } from "../config/index.ts";
import { addCertificateCommands, certificateRefusal } from "./certificate-commands.ts";
import { hintFor } from "./hints.ts";
import type { Intent, StaticIntent } from "./intent.ts";
import { addProxyCommand } from "./proxy-command.ts";
import { addControlCommands, upstreamsRefusal } from "./upstreams-commands.ts";

export interface ParseContext {
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether someone watches standard output: only then may the port move. */
  readonly terminal: boolean;
}

/** @param args - Without the program's own name. */
export function parse(args: readonly string[], context: ParseContext): Intent {
  let intent: Intent = { type: "refuse", message: "nothing to do" };
  let printed = "";
  const found = (one: Intent): void => {
    intent = one;
  };
  const program = commandLine(context, found);
  for (const command of withCommandsBelow(program)) {
    command.exitOverride();
    command.showSuggestionAfterError(false);
    command.configureOutput({
      writeOut: (text) => {
        printed += text;
      },
      writeErr: () => undefined,
    });
  }
  try {
    program.parse(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      throw error;
    }
    if (error.exitCode === 0) {
      return { type: "print", text: printed };
    }
    return { type: "refuse", message: refusal(error, program, args) };
  }
  return intent;
}

function withCommandsBelow(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withCommandsBelow)];
}

function commandLine(context: ParseContext, found: (intent: Intent) => void): Command {
  const program = new Command("sluice")
    .description("A web server. Serves a directory, or the sites of a config file.")
    .usage(
      "[dir] [options]\n       sluice run   [-c <file>]\n       sluice check [-c <file>]\n       sluice proxy <from> <to...>",
    )
    .version(context.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .argument("[dir]", "directory to serve", ".");
  for (const option of staticOptions()) {
    program.addOption(option);
  }
  program.option(
    "-c, --config <file>",
    "serve the sites of a config file: same as `sluice run -c <file>`",
    configFile,
  );
  program.option("-t", "check the config file: same as `sluice check`");
  program.action((directory: string, options: StaticOptions) => {
    found(rootIntent(directory, options, program) ?? staticIntent(directory, options, context));
  });

  program
    .command("run")
    .description("serve the sites of a config file")
    .option("-c, --config <file>", "config file, or the directory it is in", configFile)
    .action((options: ConfigOptions) => found(configIntent("run", options, program)));
  program
    .command("check")
    .description("say what is wrong with a config file; exit code 1 when something is")
    .option("-c, --config <file>", "config file, or the directory it is in", configFile)
    .option("--site", "ask the site's pages, too: report what they fetch over http://")
    .action((options: ConfigOptions) => found(configIntent("check", options, program)));
  addProxyCommand(program, found);
  addControlCommands(program, found);
  addCertificateCommands(program, found);
  return program;
}

interface ConfigOptions {
  readonly config?: string;
  readonly site?: boolean;
}

interface StaticOptions extends ConfigOptions {
  readonly listen?: readonly string[];
  readonly port?: number;
  readonly address?: string;
  readonly host?: string;
  readonly portSwitching: boolean;
  readonly strictPort?: boolean;
  readonly single?: boolean;
  readonly listing: boolean;
  readonly cleanUrls?: boolean;
  readonly symlinks?: boolean;
  readonly compression: boolean;
  readonly cors?: boolean;
  readonly cache?: number;
  readonly log?: StaticIntent["log"];
  readonly quiet?: boolean;
  readonly silent?: boolean;
  readonly https?: boolean;
  readonly cert?: string;
  readonly key?: string;
  readonly open?: boolean;
  readonly t?: boolean;
}

function staticOptions(): Option[] {
  return [
    new Option("-l, --listen <where>", `${listenForms}; may be given several times`).argParser(listenLine),
    new Option("-p, --port <port>", "port; 0 lets the system choose (default: $PORT, else 8080)").argParser(
      portNumber,
    ),
    new Option("-a, --address <host>", "address or name to listen on (default: $HOST, else every interface)"),
    new Option("--host <host>", "same as --address"),
    new Option("-s, --single", "single-page application: answer missing pages with index.html"),
    new Option("--no-listing", "do not list directories that have no index.html"),
    new Option("--clean-urls", "answer /page with page.html"),
    new Option("-S, --symlinks", "follow symbolic links that lead out of the directory"),
    new Option("-u, --no-compression", "do not send .br, .zst and .gz files in place of their originals"),
    new Option("-C, --cors", "let pages of every origin read the answers (Access-Control-Allow-Origin: *)"),
    new Option("--cache <seconds>", "let clients use copies for so long; -1: keep none").argParser(
      cacheSeconds,
    ),
    new Option(
      "--log <format>",
      "access log on standard output (default: dev on a terminal, else off)",
    ).choices(["dev", "combined", "common", "json", "off"]),
    new Option("-q, --quiet", "print nothing but problems"),
    new Option("--silent", "same as --quiet").hideHelp(),
    new Option(
      "--strict-port",
      "fail when the port is taken (always so unless on a terminal with the default port)",
    ),
    new Option("--no-port-switching", "same as --strict-port").hideHelp(),
    new Option("--https", "speak TLS, with a certificate of this machine's own CA (see `sluice trust`)"),
    new Option("--cert <file>", "speak TLS with this certificate chain (PEM); needs --key"),
    new Option("--key <file>", "the certificate's private key (PEM)"),
    new Option("-o, --open", "open the browser"),
  ];
}

/** `sluice -t` and `sluice -c <file>`; undefined when a directory is to be served. */
function rootIntent(directory: string, options: StaticOptions, program: Command): Intent | undefined {
  if (options.t !== true && options.config === undefined) {
    return undefined;
  }
  if (program.args.length > 0) {
    const what = options.config ?? "a config file";
    return { type: "refuse", message: `either ${directory} or ${what} can be served: leave out one of them` };
  }
  return configIntent(options.t === true ? "check" : "run", {}, program);
}

/** `-c` may stand before or after the command's name; options that shape `sluice [dir]` may not stand at all. */
function configIntent(type: "run" | "check", options: ConfigOptions, program: Command): Intent {
  const stray = program.options.find(
    (option) =>
      !["config", "t"].includes(option.attributeName()) &&
      program.getOptionValueSource(option.attributeName()) === "cli",
  );
  if (stray !== undefined) {
    return { type: "refuse", message: `${stray.long} goes with a directory; here the config file says it` };
  }
  const file = options.config ?? program.opts<ConfigOptions>().config;
  return type === "check" ? { type, file, site: options.site ?? false } : { type, file };
}

function staticIntent(directory: string, options: StaticOptions, context: ParseContext): Intent {
  const { env } = context;
  const listen = options.listen ?? [];
  const port = options.port ?? envPort(env.PORT);
  if (typeof port === "string") {
    return { type: "refuse", message: port };
  }
  if (listen.length > 0 && (options.port ?? options.address ?? options.host) !== undefined) {
    return {
      type: "refuse",
      message: "--listen says port and address itself: leave out --port, --address and --host",
    };
  }
  if ((options.cert === undefined) !== (options.key === undefined)) {
    return { type: "refuse", message: "--cert and --key go together: one is missing" };
  }
  const quiet = options.quiet === true || options.silent === true;
  return {
    type: "static",
    directory,
    listen,
    port,
    // An empty one comes of a script's unset variable.
    host: [options.address, options.host, env.HOST].find((host) => host !== undefined && host !== ""),
    mayMove:
      context.terminal &&
      listen.length === 0 &&
      port === undefined &&
      options.strictPort !== true &&
      options.portSwitching,
    single: options.single ?? false,
    listing: options.listing,
    cleanUrls: options.cleanUrls ?? false,
    followSymlinks: options.symlinks ?? false,
    precompressed: options.compression,
    cors: options.cors ?? false,
    cache: options.cache,
    log: options.log ?? (quiet ? "off" : undefined),
    quiet,
    https: httpsOf(options),
    open: options.open ?? false,
  };
}

function httpsOf({ https, cert, key }: StaticOptions): StaticIntent["https"] {
  if (cert !== undefined && key !== undefined) {
    return { cert, key };
  }
  return https === true ? "local" : undefined;
}

function listenLine(text: string, before: readonly string[] | undefined): readonly string[] {
  if (parseListen(text) === undefined) {
    throw new InvalidArgumentError(`It takes ${listenForms}.`);
  }
  return [...(before ?? []), text];
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw new InvalidArgumentError("It takes a number from 0 to 65535.");
  }
  return port;
}

/** @returns The port, or what is wrong with it. */
function envPort(text: string | undefined): number | undefined | string {
  if (text === undefined || text === "") {
    return undefined;
  }
  try {
    return portNumber(text);
  } catch {
    return `PORT=${text} in the environment: a number from 0 to 65535 is needed`;
  }
}

function cacheSeconds(text: string): number {
  if (!/^(?:-1|\d{1,10})$/.test(text)) {
    throw new InvalidArgumentError("It takes whole seconds, or -1.");
  }
  return Number(text);
}

function configFile(text: string): string {
  if (/^-?\d+$/.test(text)) {
    throw new InvalidArgumentError(
      `It takes a config file; for http-server's -c ${text} write --cache ${text}.`,
    );
  }
  return text;
}

/** One line, and what to write instead where that can be told. */
function refusal(error: CommanderError, program: Command, args: readonly string[]): string {
  const message = error.message.replace(/^error: /, "");
  if (error.code === "commander.excessArguments" && /for '(?:run|check)'/.test(message)) {
    return `${message} A config file is named with -c.`;
  }
  if (error.code === "commander.excessArguments" && /for 'cert'/.test(message)) {
    return certificateRefusal(args);
  }
  if (error.code === "commander.excessArguments" && /for 'upstreams'/.test(message)) {
    return upstreamsRefusal(args);
  }
  const option = error.code === "commander.unknownOption" ? /'([^']+)'/.exec(message)?.[1] : undefined;
  if (option === undefined) {
    return message;
  }
  const name = option.split("=")[0] as string;
  // `-gd` is `-g` and `-d` together.
  const hint = hintFor(name) ?? (name.startsWith("--") ? undefined : hintFor(name.slice(0, 2)));
  if (hint !== undefined) {
    return `unknown option ${name}: ${hint}`;
  }
  const command = withCommandsBelow(program).findLast((one) => args.includes(one.name())) ?? program;
  const names = command.options.flatMap(({ long }) => (typeof long === "string" ? [long] : []));
  if (names.includes(name)) {
    return `${name} takes no value`;
  }
  return `unknown option ${name}${didYouMean(name, names) || "; sluice --help lists those there are"}`;
}
