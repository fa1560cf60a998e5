/** The commands that ask a running server: what they are called, and what they ask for. */
import { type Command, InvalidArgumentError } from "commander";
import { didYouMean } from "../config/index.ts";
import { type Duration, type Millis, parseDuration } from "../message/index.ts";

/** Which running server is meant. */
export interface ServerChoice {
  /** Config file, or the directory it is in; undefined: the one in the working directory. */
  readonly config: string | undefined;
  /** Path of its control socket. */
  readonly control: string | undefined;
}

export type ControlIntent =
  | { readonly type: "status"; readonly server: ServerChoice; readonly json: boolean }
  | { readonly type: "upstreams"; readonly server: ServerChoice; readonly json: boolean }
  | MemberIntent;

export interface MemberIntent {
  readonly type: "member";
  readonly server: ServerChoice;
  /** An upstream, or a part of its name that no other has. */
  readonly member: string;
  /** undefined: whichever has that member. */
  readonly group: string | undefined;
  readonly order: MemberChange;
  /** Until it has nothing under way. */
  readonly wait: boolean;
  /** The longest wait; undefined: as long as it takes. */
  readonly patience: Millis | undefined;
}

export type MemberChange =
  | { readonly weight: number }
  | { readonly drain: true }
  | { readonly eject: string | true }
  | { readonly restore: true };

type Refusal = { readonly type: "refuse"; readonly message: string };

interface ServerOptions {
  readonly config?: string;
  readonly control?: string;
  readonly json?: boolean;
}

interface MemberOptions extends ServerOptions {
  readonly group?: string;
  readonly wait?: boolean;
  readonly timeout?: string;
}

export const memberCommands: readonly string[] = ["weight", "drain", "eject", "restore"];

/** @param tell - Told what a command line asks for. */
export function addControlCommands(program: Command, tell: (intent: ControlIntent | Refusal) => void): void {
  const found = (intent: ControlIntent): void => tell(strayOption(program) ?? intent);
  const serverOf = (...commands: readonly Command[]): ServerChoice => {
    const options = commands.map((command) => command.opts<ServerOptions>());
    return {
      config: options.find(({ config }) => config !== undefined)?.config,
      control: options.find(({ control }) => control !== undefined)?.control,
    };
  };

  const status = asking(program.command("status"))
    .description("what a running server says of itself")
    .option("--json", "print JSON")
    .action(({ json = false }: ServerOptions) =>
      found({ type: "status", server: serverOf(status, program), json }),
    );

  const upstreams = asking(program.command("upstreams"))
    .description("the upstreams of a running server, and how they are")
    .option("--json", "print JSON")
    .helpCommand(false)
    .action(({ json = false }: ServerOptions) =>
      found({ type: "upstreams", server: serverOf(upstreams, program), json }),
    );

  const change = (name: string, description: string): Command =>
    asking(upstreams.command(name))
      .description(description)
      .argument("<member>", "an upstream, or a part of its name that no other has, such as its port")
      .option("--group <name>", "its group, where several have one of that name");
  const ask = (command: Command, member: string, order: MemberChange): void => {
    const { group, wait = false, timeout } = command.opts<MemberOptions>();
    if (timeout !== undefined && !wait) {
      tell({ type: "refuse", message: "--timeout goes with --wait" });
      return;
    }
    found({
      type: "member",
      server: serverOf(command, upstreams, program),
      member,
      group,
      order,
      wait,
      patience: timeout === undefined ? undefined : parseDuration(timeout as Duration),
    });
  };

  const weight = change("weight", "give it this share of the requests; 0: none")
    .argument("<weight>", "in relation to the weights of the others", weightOf)
    .action((member: string, value: number) => ask(weight, member, { weight: value }));
  const drain = waiting(change("drain", "send it no new requests; those of its own sessions still go there"));
  drain.action((member: string) => ask(drain, member, { drain: true }));
  const eject = waiting(change("eject", "send it nothing at all")).argument(
    "[time]",
    'for how long, such as "30s" (default: until it is restored)',
    durationOf,
  );
  eject.action((member: string, time: string | undefined) => ask(eject, member, { eject: time ?? true }));
  const restore = change("restore", "end draining, ejection and whatever health had found").action(
    (member: string) => ask(restore, member, { restore: true }),
  );
}

function asking(command: Command): Command {
  return command
    .option("-c, --config <file>", "the server's config file, or the directory it is in")
    .option("--control <path>", "the server's control socket");
}

function waiting(command: Command): Command {
  return command
    .option("--wait", "return once it has nothing under way any more")
    .option("--timeout <time>", "give up waiting after so long; exit code 1", durationOf);
}

/** Options before the command's name belong to `sluice [dir]`; but for the config file they would do nothing. */
function strayOption(program: Command): Refusal | undefined {
  const stray = program.options.find(
    (option) =>
      option.attributeName() !== "config" && program.getOptionValueSource(option.attributeName()) === "cli",
  );
  return stray === undefined
    ? undefined
    : { type: "refuse", message: `${stray.long ?? stray.short} goes with a directory` };
}

/** What to say of a word after `upstreams` that is no command. */
export function upstreamsRefusal(args: readonly string[]): string {
  const word = args[args.indexOf("upstreams") + 1] ?? "";
  const known = didYouMean(word, memberCommands) || `: it has ${memberCommands.join(", ")}`;
  return `sluice upstreams has no ${word}${known}`;
}

function weightOf(text: string): number {
  const weight = Number(text);
  if (!/^\d+(?:\.\d+)?$/.test(text) || weight > 1_000_000) {
    throw new InvalidArgumentError("It takes a number from 0 to 1000000.");
  }
  return weight;
}

function durationOf(text: string): string {
  try {
    if (parseDuration(text as Duration) > 0) {
      return text;
    }
  } catch {
    // Whatever is wrong with it, the form is what helps.
  }
  throw new InvalidArgumentError('It takes a duration such as "30s".');
}
