/** The pairs of docs/from-nginx.md that are about more than one message: WebSocket, events, gRPC, TCP. */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { Client, credentials, Server, ServerCredentials, type sendUnaryData } from "@grpc/grpc-js";
import { WebSocket, WebSocketServer } from "ws";
import { rawClient } from "../support/raw-client.ts";
import { requestText } from "../support/running.ts";
import { eventually, within } from "../support/waiting.ts";
import type { Plays } from "./nginx-asking.ts";
import type { Front } from "./nginx-pairs.ts";

const echoes = new WebSocketServer({ noServer: true });
echoes.on("connection", (socket) => socket.on("message", (data) => socket.send(`heard ${data}`)));

export const sockets: Plays = {
  app: {
    upgrade: (request, socket, head) =>
      echoes.handleUpgrade(request, socket, head, (webSocket) => echoes.emit("connection", webSocket)),
  },
  steps: [
    {
      what: "messages both ways, and the end",
      run: async (front) => {
        const socket = new WebSocket(`ws://127.0.0.1:${front.port}/chat?room=1`, {
          headers: { Host: "example.com" },
        });
        const heard: string[] = [];
        socket.on("message", (data) => heard.push(String(data)));
        await within(once(socket, "open"), "the WebSocket");
        socket.send("one");
        socket.send("two");
        await eventually(() => heard.length === 2, "two echoes");
        const closed = once(socket, "close");
        socket.close(1000);
        const [code] = await within(closed, "its end");
        const [seen] = front.seen;
        return [heard, code, seen?.target, seen?.fields.host, seen?.fields.upgrade];
      },
      both: [["heard one", "heard two"], 1000, "/chat?room=1", "example.com", "websocket"],
    },
  ],
};

let stream: ServerResponse | undefined;

export const events: Plays = {
  app: {
    answer: (_, response) => {
      stream = response.writeHead(200, { "Content-Type": "text/event-stream" });
      response.write("data: one\n\n");
    },
  },
  steps: [
    {
      what: "the first has come before the second is made",
      run: async (front) => {
        const reader = await rawClient(front.port);
        reader.send(requestText("GET /events"));
        await reader.holds("data: one");
        stream?.end("data: two\n\n");
        const { status, body, whole } = await reader.response();
        reader.leave();
        return [status, body.toString(), whole];
      },
      both: [200, "data: one\n\ndata: two\n\n", true],
    },
  ],
};

const path = "/words.Words/Say";
const plain = (value: string): Buffer => Buffer.from(value);
const words = (bytes: Buffer): string => bytes.toString();

/** @returns The port of a gRPC server that answers in capitals. */
async function startWords(): Promise<{ readonly port: number; readonly server: Server }> {
  const server = new Server();
  const say = { path, requestStream: false, responseStream: false };
  const coding = {
    requestSerialize: plain,
    requestDeserialize: words,
    responseSerialize: plain,
    responseDeserialize: words,
  };
  server.addService(
    { say: { ...say, ...coding } },
    {
      say: (call: { readonly request: string }, done: sendUnaryData<string>) =>
        done(null, call.request.toUpperCase()),
    },
  );
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  return { port, server };
}

async function say({ port }: Front, text: string): Promise<string | undefined> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  try {
    return await within(
      new Promise<string | undefined>((resolve, reject) => {
        client.makeUnaryRequest(path, plain, words, text, (error, answer) =>
          error === null ? resolve(answer) : reject(error),
        );
      }),
      "an answer",
    );
  } finally {
    client.close();
  }
}

export async function grpcPlays(): Promise<Plays & AsyncDisposable> {
  const { port, server } = await startWords();
  return {
    app: { ports: { 50051: port } },
    steps: [{ what: "a call", run: (front) => say(front, "hello"), both: "HELLO" }],
    [Symbol.asyncDispose]: async () => server.forceShutdown(),
  };
}
