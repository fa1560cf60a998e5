/** Everything that passes content on, driven by clients of HTTP/2. */
import { describe } from "node:test";
import { streamSuite } from "../support/stream-suite.ts";

describe("streams over HTTP/2", { timeout: 170_000 }, () => streamSuite("HTTP/2"));
