/**
 * `npm test`: everything that must hold. `npm test -- PATTERN…`: only the test files
 * whose path contains a pattern.
 */
import { localBin, run } from "./command.ts";
import { ensureSystemPackages } from "./system-packages.ts";
import { testFiles } from "./test-files.ts";

interface Step {
  readonly name: string;
  run(): Promise<boolean>;
}

/** Milliseconds for one test, and for one file of tests. */
const testTimeout = 180_000;
/** Milliseconds for all tests together: a hang fails, late but surely. */
const suiteTimeout = 15 * 60_000;

const patterns = process.argv.slice(2);
const tests: Step = {
  name: patterns.length === 0 ? "tests" : `tests of ${patterns.join(" ")}`,
  run: runTests,
};
const checks: readonly Step[] = [
  { name: "system packages", run: () => ensureSystemPackages() },
  { name: "types", run: async () => (await passes("tsc", "-p", ".")) && passes("tsc", "-p", "examples") },
  {
    name: "style",
    run: () => passes("biome", "check", "--error-on-warnings", "--diagnostic-level=warn", "."),
  },
  { name: "unused code", run: () => passes("knip", "--no-progress") },
];

const failed: string[] = [];
for (const step of patterns.length === 0 ? [...checks, tests] : [tests]) {
  console.log(`\n── ${step.name}`);
  const start = performance.now();
  const passed = await step.run();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`── ${step.name}: ${passed ? "passed" : "FAILED"} in ${seconds} s`);
  if (!passed) {
    failed.push(step.name);
  }
}
if (failed.length > 0) {
  console.log(`\nfailed: ${failed.join(", ")}`);
  process.exitCode = 1;
}

async function passes(program: string, ...args: string[]): Promise<boolean> {
  return (await run(localBin(program), args)) === 0;
}

async function runTests(): Promise<boolean> {
  const files = testFiles(patterns);
  if (files.length === 0) {
    console.log("no test file matches");
    return false;
  }
  const options = [
    "--import=tsx",
    "--test",
    "--test-reporter=spec",
    "--test-concurrency=2",
    `--test-timeout=${testTimeout}`,
  ];
  const code = await run(process.execPath, [...options, ...files], { timeout: suiteTimeout });
  if (code === 124) {
    console.log(`the tests were stopped after ${suiteTimeout / 60_000} minutes`);
  }
  return code === 0;
}
