/**
 * A process that makes local authorities, run by scenarios: "once" makes the one in the given
 * directory and says its fingerprint; "again" makes one after another below it, and says each.
 */
import { join } from "node:path";
import { openLocalAuthority } from "../../src/tls/index.ts";

const [mode, directory = ""] = process.argv.slice(2);

if (mode === "once") {
  console.log((await openLocalAuthority(directory)).certificate.fingerprint256);
  process.disconnect();
} else {
  for (let count = 0; count < 1_000; count++) {
    const authority = await openLocalAuthority(join(directory, String(count), "ca"));
    await authority.issue(["localhost"]);
    console.log(authority.certificate.fingerprint256);
  }
}
