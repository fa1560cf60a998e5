/** The commands around certificates: what they are called, and what they ask for. */
import type { Command } from "commander";
import { didYouMean } from "../config/index.ts";

export type CertificateIntent =
  | { readonly type: "trust" }
  | { readonly type: "untrust" }
  | CertificateShowIntent
  | CertificateIssueIntent
  | { readonly type: "cert ca"; readonly pem: boolean };

export interface CertificateShowIntent {
  readonly type: "cert show";
  /** A file, `host`, `host:port` or URL; undefined: all that the config file and the local authority have. */
  readonly what: string | undefined;
  /** The host to ask for and to check the names against; undefined: the one connected to. */
  readonly name: string | undefined;
  /** Config file. */
  readonly config: string | undefined;
}

export interface CertificateIssueIntent {
  readonly type: "cert issue";
  /** One or more. */
  readonly names: readonly string[];
  /** Directory, as the user wrote it. */
  readonly out: string;
}

type Refusal = { readonly type: "refuse"; readonly message: string };

/** @param tell - Told what a command line asks for. */
export function addCertificateCommands(
  program: Command,
  tell: (intent: CertificateIntent | Refusal) => void,
): void {
  const found = (intent: CertificateIntent): void => tell(strayOption(intent, program) ?? intent);
  program
    .command("trust")
    .description("make this machine trust its local CA: system, browsers")
    .action(() => found({ type: "trust" }));
  program
    .command("untrust")
    .description("undo that")
    .action(() => found({ type: "untrust" }));

  const cert = program
    .command("cert")
    .description("show, check and issue certificates")
    .helpCommand(false)
    .action(() => found(showing(undefined, {}, program)));
  cert
    .command("show")
    .description("chain, names, days left, and what is wrong with it; exit code 1 when something is")
    .argument("[what]", "file, host:port or URL (default: those of the config file and of the local CA)")
    .option("--name <host>", "the host to ask for, and to check the names against")
    .option("-c, --config <file>", "config file, or the directory it is in")
    .action((what: string | undefined, options: ShowOptions) => found(showing(what, options, program)));
  cert
    .command("issue")
    .description("have the local CA issue one")
    .argument("<names...>", "host names, wildcards and addresses")
    .option("--out <dir>", "where to write certificate and key", ".")
    .action((names: readonly string[], { out }: { readonly out: string }) =>
      found({ type: "cert issue", names, out }),
    );
  cert
    .command("ca")
    .description("print where the local CA's own certificate is")
    .option("--pem", "print the certificate itself")
    .action(({ pem = false }: { readonly pem?: boolean }) => found({ type: "cert ca", pem }));
}

/** Options before the command's name belong to `sluice [dir]`; but for the config file they would do nothing. */
function strayOption(intent: CertificateIntent, program: Command): Refusal | undefined {
  const stray = program.options.find(
    (option) =>
      program.getOptionValueSource(option.attributeName()) === "cli" &&
      !(option.attributeName() === "config" && intent.type === "cert show"),
  );
  return stray === undefined
    ? undefined
    : { type: "refuse", message: `${stray.long ?? stray.short} goes with a directory` };
}

/** What to say of a word after `cert` that is no command. */
export function certificateRefusal(args: readonly string[]): string {
  const word = args[args.indexOf("cert") + 1] ?? "";
  return `sluice cert has no ${word}${didYouMean(word, certCommands) || `: it has ${certCommands.join(", ")}`}`;
}

const certCommands: readonly string[] = ["show", "issue", "ca"];

interface ShowOptions {
  readonly name?: string;
  readonly config?: string;
}

function showing(what: string | undefined, options: ShowOptions, program: Command): CertificateShowIntent {
  const config = options.config ?? program.opts<ShowOptions>().config;
  return { type: "cert show", what, name: options.name, config };
}
