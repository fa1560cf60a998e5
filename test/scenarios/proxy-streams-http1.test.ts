/** Everything that passes content on, driven by clients of HTTP/1.1. */
import { describe } from "node:test";
import { streamSuite } from "../support/stream-suite.ts";

describe("streams over HTTP/1.1", { timeout: 170_000 }, () => streamSuite("HTTP/1.1"));
