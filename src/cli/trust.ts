/** `sluice trust` and `sluice untrust`: each store as it is done, and what a person has to do. */
import { type Colours, coloursFor, createReporter, wantsColour } from "../observe/index.ts";
import {
  findLocalAuthority,
  hostWorld,
  type LocalAuthority,
  LocalAuthorityError,
  localAuthorityDirectory,
  openLocalAuthority,
  type TrustState,
  type TrustStep,
  trust,
  trustSettings,
  untrust,
} from "../tls/index.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Io } from "./io.ts";

/** @returns 1 where a store could not be changed, or only an administrator can change it. */
export async function changeTrust(change: "trust" | "untrust", io: Io): Promise<number> {
  const reporter = createReporter(io.stderr, io.env);
  const colours = coloursFor(wantsColour(io.stdout, io.env));
  try {
    const directory = localAuthorityDirectory(io.env);
    const authority =
      change === "trust" ? await openLocalAuthority(directory) : await findLocalAuthority(directory);
    if (authority === undefined) {
      io.stdout.write(`There is no local CA in ${directory}: nothing is trusted.\n`);
      return exitCodes.done;
    }
    warnOfSudo(directory, io);
    return await changeStores(change, authority, colours, io);
  } catch (error) {
    if (!(error instanceof LocalAuthorityError)) {
      throw error;
    }
    reporter.error(error.message);
    return exitCodes.failedStart;
  }
}

async function changeStores(
  change: "trust" | "untrust",
  authority: LocalAuthority,
  colours: Colours,
  io: Io,
): Promise<number> {
  const { certificateFile, made } = authority;
  const world = io.trustWorld ?? hostWorld(io.env);
  io.stdout.write(`\n  ${colours.bold("Local CA")}  ${certificateFile}${made ? " (new)" : ""}\n\n`);
  const steps: TrustStep[] = [];
  for await (const step of (change === "trust" ? trust : untrust)(authority, world)) {
    steps.push(step);
    io.stdout.write(stepLines(step, change, colours));
  }
  io.stdout.write(commandLines(steps, colours));
  io.stdout.write(change === "trust" ? settingLines(certificateFile, world.platform, colours) : "\n");
  const open = steps.some(
    ({ state }) => state === "failed" || state === "needs root" || state === "needs program",
  );
  return open ? exitCodes.failedStart : exitCodes.done;
}

const words: Readonly<Record<"trust" | "untrust", Readonly<Record<TrustState, string>>>> = {
  trust: {
    done: "trusts it now",
    already: "trusts it already",
    absent: "not there",
    "needs root": "needs an administrator",
    "needs program": "needs a program",
    failed: "failed",
  },
  untrust: {
    done: "has forgotten it",
    already: "does not have it",
    absent: "not there",
    "needs root": "needs an administrator",
    "needs program": "needs a program",
    failed: "failed",
  },
};

function stepLines(
  { store, state, detail }: TrustStep,
  change: "trust" | "untrust",
  colours: Colours,
): string {
  const mark = {
    done: colours.green("✓"),
    already: colours.green("✓"),
    absent: colours.dim("-"),
    "needs root": colours.yellow("!"),
    "needs program": colours.yellow("!"),
    failed: colours.red("✗"),
  }[state];
  const more = detail === undefined ? "" : `    ${colours.dim(detail)}\n`;
  return `  ${mark} ${store}: ${words[change][state]}\n${more}`;
}

/** Each command once, however many stores wait for it. */
function commandLines(steps: readonly TrustStep[], colours: Colours): string {
  const commands = [...new Set(steps.flatMap((step) => step.commands ?? []))];
  if (commands.length === 0) {
    return "";
  }
  const lines = commands.map((command) => `    ${colours.cyan(command)}\n`).join("");
  const again = steps.some(({ state }) => state === "needs program") ? ", then the same command again" : "";
  return `\n  To finish, run this${again}:\n\n${lines}`;
}

function settingLines(file: string, platform: NodeJS.Platform, colours: Colours): string {
  const settings = trustSettings(file, platform);
  const width = Math.max(...settings.map(([program]) => program.length));
  const rows = settings.map(
    ([program, command]) => `    ${program.padEnd(width)}  ${colours.cyan(command)}\n`,
  );
  return `\n  Programs that do not ask the system are told so:\n\n${rows.join("")}\n  Browsers that are open need to be started anew.\n\n`;
}

/** Under sudo the home directory is often another one, and the local CA with it. */
function warnOfSudo(directory: string, { stderr, env }: Io): void {
  const user = env.SUDO_USER;
  if (process.getuid?.() === 0 && user !== undefined && user !== "root") {
    createReporter(stderr, env).warn(
      `under sudo this is the local CA of root, in ${directory}; that of ${user} is changed without sudo`,
    );
  }
}
