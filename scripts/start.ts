/**
 * `npm start`: renders the manual into `.site/` and serves it with Sluice from source,
 * through the example configuration in `examples/manual/`.
 */
import { join } from "node:path";
import { main } from "../src/cli/index.ts";
import * as face from "../src/index.ts";
import { root } from "./command.ts";
import { buildSite, packageVersion } from "./manual/build.ts";
import { hints } from "./manual/hints.ts";
import { writeSite } from "./manual/write.ts";

writeSite(buildSite(), join(root, ".site"));

process.exit(
  await main(["run", "-c", "examples/manual/sluice.config.ts"], {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: root,
    face,
    version: packageVersion(),
    signals: process,
    openBrowser: () => undefined,
    createServer(config, options) {
      const server = face.createServer(config, options);
      return {
        close: (how) => server.close(how),
        reopenLogs: () => server.reopenLogs(),
        fetch: (request, init) => server.fetch(request, init),
        get addresses() {
          return server.addresses;
        },
        async listen() {
          await server.listen();
          // After the lines with which the command line says that it is ready.
          setImmediate(() => process.stdout.write(hints(server.addresses)));
        },
      };
    },
  }),
);
