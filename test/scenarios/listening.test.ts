/** Where a server can listen: Unix sockets, IPv6, several places at once. */
import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { createServer as netServer } from "node:net";
import { join } from "node:path";
import { describe, it } from "node:test";
import { HttpResponse } from "../../src/index.ts";
import { makeTree } from "../support/files.ts";
import { runProgram } from "../support/programs.ts";
import { rawClient } from "../support/raw-client.ts";
import { brief } from "../support/responses.ts";
import { requestText, serve } from "../support/running.ts";
import { eventually } from "../support/waiting.ts";

/** Tells the client who it is. */
const whoAmI = {
  "/*": (
    _request: unknown,
    {
      client,
      local,
    }: { client: { family: string; address: string }; local: { family: string; address: string } },
  ) => HttpResponse.text(200, `${client.family} ${client.address} at ${local.family} ${local.address}`),
};

for (const reading of ["borrowed", "plain"] as const) {
  describe(`listening, ${reading} reading`, () => {
    it("on a Unix socket with the mode asked for, gone after close", async () => {
      const there = makeTree();
      const path = join(there.path, "web.sock");
      const running = await serve(whoAmI, { reading, listen: { path, mode: 0o660 } });
      const url = running.server.addresses[0]?.url;
      const curl = await runProgram("curl", ["-sS", "--unix-socket", path, "http://localhost/"]);
      deepStrictEqual(
        [url, curl.stdout.toString(), statSync(path).isSocket(), (statSync(path).mode & 0o777).toString(8)],
        [`unix:${path}`, `200 unix ${path} at unix ${path}`.slice(4), true, "660"],
      );
      await running.server.close();
      strictEqual(existsSync(path), false);
      there.remove();
    });

    it("on a Unix socket: large answers, half-close, and a stalled client that is cut", async () => {
      const there = makeTree();
      const path = join(there.path, "web.sock");
      const big = Buffer.alloc(8_000_000, "big");
      await using running = await serve(
        {
          "/*": () =>
            HttpResponse.empty(200).with({ content: { type: "bytes", bytes: big, length: big.length } }),
        },
        { reading, listen: { path }, timeouts: { writeStall: "30ms" } },
      );
      const whole = await rawClient({ path });
      whole.end(requestText("GET /"));
      deepStrictEqual(
        (await whole.rest()).map(({ body }) => body.equals(big)),
        [true],
      );
      whole.leave();
      const stalled = await rawClient({ path });
      stalled.socket.pause();
      stalled.send(requestText("GET /"));
      await eventually(() => running.server.connections === 1, "the connection");
      await eventually(() => running.server.connections === 0, "the server to give up");
      stalled.leave();
      there.remove();
    });

    it("on a Unix socket whose file a dead process left behind", async () => {
      const there = makeTree();
      const path = join(there.path, "web.sock");
      spawnSync(process.execPath, [
        "-e",
        "require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))",
        path,
      ]);
      ok(statSync(path).isSocket());
      await using running = await serve(whoAmI, { reading, listen: { path } });
      const curl = await runProgram("curl", ["-sS", "--unix-socket", path, "http://localhost/"]);
      deepStrictEqual([curl.code, running.told], [0, []]);
      there.remove();
    });

    it("not on a path that the system would cut off", async () => {
      const path = `/tmp/${"x".repeat(120)}.sock`;
      await rejects(serve(whoAmI, { reading, listen: { path } }), { code: "ENAMETOOLONG" });
    });

    it("not on a Unix socket that somebody serves, nor in the place of a file", async () => {
      const there = makeTree({ "plain.txt": "precious" });
      const path = join(there.path, "web.sock");
      await using running = await serve(whoAmI, { reading, listen: { path } });
      await rejects(serve(whoAmI, { reading, listen: { path } }), { code: "EADDRINUSE" });
      const curl = await runProgram("curl", ["-sS", "--unix-socket", path, "http://localhost/"]);
      deepStrictEqual([curl.code, running.server.addresses.length], [0, 1]);
      const file = join(there.path, "plain.txt");
      writeFileSync(file, "precious");
      await rejects(serve(whoAmI, { reading, listen: { path: file } }), { code: "EADDRINUSE" });
      strictEqual(statSync(file).size, 8);
      there.remove();
    });

    it("on IPv6", async () => {
      await using running = await serve(whoAmI, { reading, listen: { host: "::1", port: 0 } });
      const [address] = running.server.addresses;
      match(address?.url ?? "", /^http:\/\/\[::1\]:\d+$/);
      const curl = await runProgram("curl", ["-sS", "-g", `${address?.url}/`]);
      strictEqual(curl.stdout.toString(), "ipv6 ::1 at ipv6 ::1");
    });

    it("everywhere: IPv4 clients are seen as such", async () => {
      await using running = await serve(whoAmI, { reading, listen: { port: 0 } });
      const answers: string[] = [];
      for (const host of ["127.0.0.1", "::1"]) {
        const client = await rawClient({ host, port: running.port });
        client.end(requestText("GET /"));
        answers.push(...(await client.rest()).map(brief));
      }
      deepStrictEqual(answers, ["200 ipv4 127.0.0.1 at ipv4 127.0.0.1", "200 ipv6 ::1 at ipv6 ::1"]);
    });

    it("in several places, or in none when one cannot be had", async () => {
      const there = makeTree();
      const path = join(there.path, "web.sock");
      await using running = await serve(whoAmI, {
        reading,
        listen: [{ host: "127.0.0.1", port: 0 }, { path }],
      });
      deepStrictEqual(
        running.server.addresses.map(({ family }) => family),
        ["ipv4", "unix"],
      );
      const taken = netServer().listen(0, "127.0.0.1");
      await new Promise((resolve) => taken.once("listening", resolve));
      const { port } = taken.address() as { port: number };
      const second = join(there.path, "second.sock");
      await rejects(serve(whoAmI, { reading, listen: [{ path: second }, { host: "127.0.0.1", port }] }), {
        code: "EADDRINUSE",
      });
      strictEqual(existsSync(second), false);
      taken.close();
      there.remove();
    });
  });
}
