import { deepStrictEqual, throws } from "node:assert/strict";
import { describe, it } from "node:test";
import { type LoadScenario, scenarios } from "./scenarios.ts";
import { parseWrk, wrkObjections } from "./wrk.ts";

const output = `Running 2s test @ http://127.0.0.1:8080/
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     0.93ms  418.61us   6.31ms   88.09%
  134754 requests in 2.00s, 162.05MB read
{"requests":134754,"octets":169924794,"micros":2003781,"connect":1,"read":2,"write":3,"timeout":4,"status":5,"p50":930,"p99":6310}
`;

describe("parseWrk", () => {
  it("reads the line of load.lua among wrk's own", () => {
    deepStrictEqual(parseWrk(output), {
      requests: 134754,
      octets: 169924794,
      seconds: 2.003781,
      socketErrors: 10,
      errorStatuses: 5,
      latency: { p50: 0.93, p99: 6.31 },
    });
  });

  it("refuses output without that line", () => {
    throws(() => parseWrk("unable to connect to 127.0.0.1:8080 Connection refused\n"), {
      message: "wrk reported nothing: unable to connect to 127.0.0.1:8080 Connection refused",
    });
  });
});

describe("wrkObjections", () => {
  const good = {
    requests: 1000,
    octets: 1_250_000,
    seconds: 1,
    socketErrors: 0,
    errorStatuses: 0,
    latency: { p50: 1, p99: 1 },
  };
  const rows = [
    ["a clean round", "1k", {}, []],
    ["answers under way at the end", "1k", { octets: 1_250_000 + 64 * 1250 }, []],
    ["socket errors", "1k", { socketErrors: 2 }, ["2 socket errors"]],
    [
      "a status above 399",
      "1k",
      { errorStatuses: 7 },
      ["7 of 1000 answers have a status above 399, expected 0"],
    ],
    ["404 where 404 is wanted", "404", { errorStatuses: 1000 }, []],
    [
      "some other status where 404 is wanted",
      "404",
      { errorStatuses: 999 },
      ["999 of 1000 answers have a status above 399, expected 1000"],
    ],
    [
      "shorter answers than the one that was checked",
      "1k",
      { octets: 300_000 },
      ["answers have 300 octets each, the one that was checked has 1250"],
    ],
    [
      "longer answers than the one that was checked",
      "1k",
      { octets: 2_000_000 },
      ["answers have 2000 octets each, the one that was checked has 1250"],
    ],
    ["no answer at all", "1k", { requests: 0, octets: 0 }, ["no answer was read to its end"]],
  ] as const;

  for (const [rule, name, change, expected] of rows) {
    it(rule, () => {
      const scenario = scenarios.find((candidate) => candidate.name === name) as LoadScenario;
      deepStrictEqual(wrkObjections(scenario, 1250, { ...good, ...change }), expected);
    });
  }
});
