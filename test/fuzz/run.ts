/** The long form of fuzzing: `npm run fuzz -- --seconds 600 --seed 1 [--target http1-server]`. */
import { parseArgs } from "node:util";
import { hpackTargets } from "./hpack.ts";
import { http1Targets } from "./http1.ts";
import { http2Targets } from "./http2.ts";
import { proxyProtocolTargets } from "./proxy-protocol.ts";
import { describeFinding, fuzz } from "./target.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    target: { type: "string" },
  },
});
const seconds = Number(values.seconds);
const seed = Number(values.seed);
const all = [...http1Targets, ...hpackTargets, ...http2Targets, ...proxyProtocolTargets];
const targets = all.filter(({ name }) => values.target === undefined || name === values.target);
if (!(seconds > 0) || !Number.isInteger(seed) || targets.length === 0) {
  const names = all.map(({ name }) => name).join(", ");
  console.error(`fuzz: --seconds wants a number above 0, --seed a whole number, --target one of ${names}`);
  process.exit(2);
}

let failed = false;
for (const target of targets) {
  const stop = Date.now() + (seconds * 1000) / targets.length;
  const { inputs, finding } = fuzz(target, seed, () => Date.now() >= stop);
  console.log(
    `${target.name}: ${inputs} inputs, seed ${seed}, ${finding === undefined ? "clean" : "BROKEN"}`,
  );
  if (finding !== undefined) {
    console.error(describeFinding(finding));
    failed = true;
  }
}
process.exitCode = failed ? 1 : 0;
