import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { type FakeHouse, fakeParts, sendOptions, turn } from "../../../test/support/upstream-fakes.ts";
import type { Channel } from "../../transport/index.ts";
import { ConnectFailure, type ConnectOptions } from "../../transport/index.ts";
import type { UpstreamError } from "../contract.ts";
import type { UpstreamGroup } from "./group.ts";
import { UpstreamHouse } from "./house.ts";
import type { UpstreamOptions } from "./options.ts";
import { streamSchemes } from "./upstream-url.ts";

const a = "tcp://10.0.0.1:5432";
const b = "tcp://10.0.0.2:5432";
const stream = { key: undefined, client: sendOptions.client, local: sendOptions.local };

interface Connection {
  readonly options: ConnectOptions;
  readonly done: (result: Channel | ConnectFailure) => void;
  cancelled: boolean;
}

interface World {
  readonly parts: FakeHouse;
  readonly group: UpstreamGroup;
  readonly connections: readonly Connection[];
  refuse(at: number): void;
}

function world(options: Partial<UpstreamOptions> = {}): World {
  const connections: Connection[] = [];
  const parts: FakeHouse = {
    ...fakeParts(),
    connect: (options, done) => {
      const connection: Connection = { options, done, cancelled: false };
      connections.push(connection);
      return {
        cancel: () => {
          connection.cancelled = true;
        },
      };
    },
  };
  const group = new UpstreamHouse(parts).group({ upstreams: [a, b], name: "db", ...options }, streamSchemes);
  const refuse = (at: number): void => connections[at]?.done(new ConnectFailure("refused", "refused"));
  return { parts, group, connections, refuse };
}

const endpoint = { address: "10.0.0.1", port: 5432, family: "ipv4" } as const;
const channel: Channel = {
  remote: endpoint,
  local: endpoint,
  tls: undefined,
  waiting: 0,
  attach: () => {},
  write: () => true,
  pause: () => {},
  resume: () => {},
  end: () => {},
  destroy: () => {},
};

function active(group: UpstreamGroup): number[] {
  return group.status().members.map((member) => member.active);
}

describe("opening a connection for a stream", () => {
  it("gives the channel, and counts the member as busy until it is finished", async () => {
    const { group, connections } = world();
    const opening = group.open(stream);
    connections[0]?.done(channel);
    const opened = await opening.opened;
    deepStrictEqual([opened.channel === channel, opened.member.id, active(group)], [true, a, [1, 0]]);
    opening.cancel(new Error("too late"));
    opened.finished();
    opened.finished();
    deepStrictEqual(active(group), [0, 0]);
  });

  it("tells who the client is where that is asked for", () => {
    const { group, connections } = world({ proxyProtocol: 1 });
    group.open(stream);
    const { first, to } = connections[0]?.options ?? {};
    strictEqual(Buffer.from(first ?? []).toString(), "PROXY TCP4 192.0.2.1 192.0.2.2 50000 80\r\n");
    deepStrictEqual(to, { type: "tcp", addresses: [{ address: "10.0.0.1", family: 4 }], port: 5432 });
  });

  it("goes to another where one refuses, and names all that refused", async () => {
    const { group, refuse } = world();
    const opening = group.open(stream);
    refuse(0);
    refuse(1);
    await rejects(opening.opened, (error: UpstreamError) => {
      const reasons = [a, b].map((member) => ({ member, detail: "refused" }));
      deepStrictEqual([error.type, error.reasons], ["connection_refused", reasons]);
      return true;
    });
    deepStrictEqual(active(group), [0, 0]);
  });

  it("is taken back while it connects", async () => {
    const { group, connections } = world();
    const opening = group.open(stream);
    opening.cancel(new Error("the client left"));
    await rejects(opening.opened, { detail: "the client left" });
    deepStrictEqual([connections[0]?.cancelled, active(group)], [true, [0, 0]]);
  });

  it("waits in line while all are busy", async () => {
    const { group, connections } = world({ upstreams: a, connections: { most: 1 } });
    const first = group.open(stream);
    connections[0]?.done(channel);
    const { finished } = await first.opened;
    const second = group.open(stream);
    strictEqual(connections.length, 1);
    finished();
    connections[1]?.done(channel);
    strictEqual((await second.opened).member.id, a);
  });

  it("waits for a name to be resolved", async () => {
    const { parts, group, connections } = world({ upstreams: "tcp://db:5432" });
    parts.resolver.names.set("db", ["10.0.0.7"]);
    group.open(stream);
    await turn();
    deepStrictEqual(connections[0]?.options.to, {
      type: "tcp",
      addresses: [{ address: "10.0.0.7", family: 4 }],
      port: 5432,
    });
  });
});

describe("holding a member for datagrams", () => {
  it("says who and where, and frees it afterwards", async () => {
    const { group, connections } = world({ upstreams: "udp://10.0.0.1:53" });
    const held = await group.hold({ key: undefined }).opened;
    deepStrictEqual(
      [held.member.id, held.to, active(group), connections.length],
      [
        "udp://10.0.0.1:53",
        { type: "tcp", addresses: [{ address: "10.0.0.1", family: 4 }], port: 53 },
        [1],
        0,
      ],
    );
    held.finished(new Error("nobody listens there"));
    deepStrictEqual([active(group), group.status().members[0]?.failures], [[0], 1]);
  });
});
