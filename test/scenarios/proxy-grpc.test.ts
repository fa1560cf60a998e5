/** gRPC through the proxy, HTTP/2 from end to end: `@grpc/grpc-js` on both sides, over TLS to us and in the clear behind us. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  Client,
  type ClientDuplexStream,
  credentials,
  type Deadline,
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServiceDefinition,
  type ServiceError,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import { proxy } from "../../src/index.ts";
import { type SecureRunning, serveSecure } from "../support/secure.ts";
import { eventually, within } from "../support/waiting.ts";

const text = {
  requestSerialize: (value: string) => Buffer.from(value),
  requestDeserialize: (bytes: Buffer) => bytes.toString(),
  responseSerialize: (value: string) => Buffer.from(value),
  responseDeserialize: (bytes: Buffer) => bytes.toString(),
};

function method(name: string, streams: boolean): MethodDefinition<string, string> {
  return { path: `/words.Words/${name}`, requestStream: streams, responseStream: streams, ...text };
}

const say = method("Say", false);
const talk = method("Talk", true);
const service: ServiceDefinition = { say, talk };

describe("gRPC", () => {
  let upstream: Server;
  let running: SecureRunning;
  let client: Client;
  const cancelled: string[] = [];

  before(async () => {
    upstream = new Server();
    upstream.addService(service, {
      say: (call: ServerUnaryCall<string, string>, done: sendUnaryData<string>) => {
        if (call.request === "never") {
          call.on("cancelled", () => cancelled.push("say"));
          return;
        }
        if (call.request === "fail") {
          done({ code: status.FAILED_PRECONDITION, details: "not now — später" });
          return;
        }
        const trailers = new Metadata();
        trailers.set("asked-with", String(call.metadata.get("with")[0] ?? "nothing"));
        done(null, call.request.toUpperCase(), trailers);
      },
      talk: (call: ServerDuplexStream<string, string>) => {
        call.on("data", (words: string) => call.write(`heard ${words}`));
        call.on("end", () => call.end());
        call.on("cancelled", () => cancelled.push("talk"));
      },
    });
    const port = await new Promise<number>((resolve, reject) =>
      upstream.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      ),
    );
    running = await serveSecure({ "/*": proxy(`h2c://127.0.0.1:${port}`) });
    const secure = credentials.createSsl(Buffer.from(running.ca));
    client = new Client(`localhost:${running.port}`, secure);
  });
  after(async () => {
    client.close();
    await running[Symbol.asyncDispose]();
    upstream.forceShutdown();
  });

  function talking(): ClientDuplexStream<string, string> {
    return client.makeBidiStreamRequest(talk.path, talk.requestSerialize, talk.responseDeserialize);
  }

  function ask(words: string, metadata: Metadata = new Metadata(), deadline?: Deadline): Promise<string> {
    return within(
      new Promise((resolve, reject) => {
        let trailers = "";
        const options = deadline === undefined ? {} : { deadline };
        const { path, requestSerialize, responseDeserialize } = say;
        const call = client.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          words,
          metadata,
          options,
          (error, answer) => {
            if (error === null) {
              setImmediate(() => resolve(`${answer}${trailers}`));
            } else {
              reject(error);
            }
          },
        );
        call.on("status", (told) => {
          trailers = ` ${told.metadata.get("asked-with").join()}`;
        });
      }),
      "an answer",
    );
  }

  it("a unary call, its metadata and its trailers", async () => {
    const metadata = new Metadata();
    metadata.set("with", "care");
    strictEqual(await ask("hello", metadata), "HELLO care");
  });

  it("a hundred calls at once", async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, (_, at) => ask(`n${at}`)));
    deepStrictEqual(
      answers,
      Array.from({ length: 100 }, (_, at) => `N${at} nothing`),
    );
  });

  it("a large message", async () => {
    const words = "w".repeat(3_000_000);
    strictEqual((await ask(words)).length, words.length + " nothing".length);
  });

  it("an error's code and details, which come as trailers alone", async () => {
    const error = await ask("fail").catch((thrown: ServiceError) => thrown);
    deepStrictEqual(typeof error === "string" ? error : [error.code, error.details], [
      status.FAILED_PRECONDITION,
      "not now — später",
    ]);
  });

  it("a deadline that passes cancels the call at the upstream", async () => {
    const error = await ask("never", new Metadata(), Date.now() + 300).catch(
      (thrown: ServiceError) => thrown,
    );
    strictEqual(typeof error === "string" ? error : error.code, status.DEADLINE_EXCEEDED);
    await eventually(() => cancelled.includes("say"), "the upstream to be told");
  });

  it("a stream both ways, each message before the next is sent", async () => {
    const call = talking();
    const heard: string[] = [];
    call.on("data", (words: string) => heard.push(words));
    for (const words of ["one", "two", "three"]) {
      call.write(words);
      await eventually(() => heard.at(-1) === `heard ${words}`, words);
    }
    const ended = new Promise((resolve) => call.once("end", resolve));
    call.end();
    await within(ended, "the end");
    deepStrictEqual(heard, ["heard one", "heard two", "heard three"]);
  });

  it("a stream that the client cancels is cancelled at the upstream", async () => {
    const call = talking();
    const over = new Promise((resolve) => call.once("error", resolve));
    call.on("data", () => undefined);
    call.write("one");
    await within(new Promise((resolve) => call.once("data", resolve)), "an answer");
    call.cancel();
    await within(over, "the end");
    await eventually(() => cancelled.includes("talk"), "the upstream to be told");
  });
});
