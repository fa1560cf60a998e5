/** The command line of the bench. */
import { parseArgs } from "node:util";
import type { Effort } from "./measure.ts";
import { type Peer, type PeerName, peerNames, peers } from "./peers.ts";
import { carriers, type Scenario, scenarios, works } from "./scenarios.ts";

/** What a quick run does not measure unless --only names it. */
const leftOut: readonly string[] = [
  "1k-browser",
  "404",
  "1k-close",
  "idle",
  "1k-browser-logged",
  "h2-1k-100",
  "h2-64k",
  "h2-1k-logged",
  "handshake-resumed",
  "idle-tls",
  "proxy-64k",
  "proxy-1m",
  "proxy-1k-logged",
  "proxy-ws",
  "proxy-latency",
];

export const usage: string = `npm run bench -- [options]

  --quick           two rounds of one second, short warm-up, without the bare program and without
                    ${leftOut.slice(0, 5).join(", ")},
                    ${leftOut.slice(5, 10).join(", ")},
                    ${leftOut.slice(10).join(", ")}: some three minutes
  --only a,b        only these scenarios: ${scenarios.map(({ name }) => name).join(" ")};
                    or all of a kind: ${[...carriers, ...works].join(" ")}
  --peers a,b       only these peers: ${peerNames.join(" ")}
  --rounds N        rounds per peer (default 5; 2 with --quick)
  --seconds N       length of a round, whole seconds (default 3; 1 with --quick)
  --json FILE       keep the results here too
  --svg             draw docs/images/bench.svg (a run of everything without --quick does so anyway)
  --from FILE       measure nothing: show, and with --svg draw, results kept earlier
  --date YYYY-MM-DD the date to note in the results (default today)
  --help
`;

export interface Options {
  readonly help: boolean;
  readonly scenarios: readonly Scenario[];
  readonly peers: readonly Peer[];
  readonly effort: Effort;
  /** Whether everything is measured at length, so that the results may replace those kept. */
  readonly full: boolean;
  readonly json: string | undefined;
  readonly svg: boolean;
  readonly from: string | undefined;
  readonly date: string;
}

/** @throws Error naming the wrong option and what it may be. */
export function readOptions(args: readonly string[], today: string): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      peers: { type: "string" },
      rounds: { type: "string" },
      seconds: { type: "string" },
      json: { type: "string" },
      svg: { type: "boolean", default: false },
      from: { type: "string" },
      date: { type: "string", default: today },
      help: { type: "boolean", default: false },
    },
  });
  const { quick, only, peers: chosen } = values;
  const everyone = peerNames.filter((name) => !(quick && name === "bare"));
  return {
    help: values.help,
    scenarios: pickScenarios(only, quick ? leftOut : []),
    peers: pickPeers(chosen, everyone),
    effort: {
      rounds: count("--rounds", values.rounds, quick ? 2 : 5),
      seconds: count("--seconds", values.seconds, quick ? 1 : 3),
      warmup: quick ? 0.3 : 0.8,
      tries: quick ? 1 : 3,
    },
    full: !quick && only === undefined && chosen === undefined && values.from === undefined,
    json: values.json,
    svg: values.svg,
    from: values.from,
    date: values.date,
  };
}

function pickScenarios(list: string | undefined, without: readonly string[]): readonly Scenario[] {
  if (list === undefined) {
    return scenarios.filter(({ name }) => !without.includes(name));
  }
  const known = [...scenarios.map(({ name }) => name), ...carriers, ...works];
  const names = pick("--only", list, known);
  return scenarios.filter((scenario) =>
    [scenario.name, scenario.over, scenario.work].some((kind) => names.includes(kind)),
  );
}

function pickPeers(list: string | undefined, everyone: readonly PeerName[]): readonly Peer[] {
  const names = list === undefined ? everyone : pick("--peers", list, peerNames);
  return peerNames.filter((name) => names.includes(name)).map((name) => peers[name]);
}

function pick(option: string, list: string, known: readonly string[]): readonly string[] {
  const names = list.split(",");
  const strange = names.find((name) => !known.includes(name));
  if (strange !== undefined) {
    throw new Error(`${option} ${strange}: not one of ${known.join(", ")}`);
  }
  return names;
}

function count(option: string, text: string | undefined, usual: number): number {
  const number = text === undefined ? usual : Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 1000) {
    throw new Error(`${option} ${text}: not a whole number from 1 to 1000`);
  }
  return number;
}
