import { strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { parseCoreBusy, parseKilobytes, parseSchedstat } from "./proc.ts";

describe("proc(5)", () => {
  it("schedstat: nanoseconds on the processor come first", () => {
    strictEqual(parseSchedstat("5754710784 32567538 1071\n"), 5_754_710.784);
  });

  it("schedstat: a thread that has ended ran no more", () => strictEqual(parseSchedstat(""), 0));

  it("status: kilobytes become octets", () => {
    strictEqual(parseKilobytes("VmPeak:\t  9000 kB\nVmHWM:\t    1024 kB\n", "VmHWM"), 2 ** 20);
  });

  it("status: a process that has ended has no memory", () => strictEqual(parseKilobytes("", "VmHWM"), 0));

  it("stat: everything but idle and waiting, of that core alone", () => {
    const text = "cpu  1 1 1 1 1 1 1 1 0 0\ncpu0 10 20 30 9999 8888 40 50 60 0 0\ncpu1 1 1 1 1 1 1 1 1 0 0\n";
    strictEqual(parseCoreBusy(text, 0), 2_100_000);
  });
});
