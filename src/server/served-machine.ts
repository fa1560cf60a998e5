/** The server machines of all versions, as a session drives them. */
import type { Fields, HttpResponse, MachineBase, Millis, StreamId } from "../message/index.ts";

/** What a session asks of its protocol's machine beyond the contract of all machines. */
export interface ServedMachine extends MachineBase {
  respond(stream: StreamId, response: HttpResponse, reading: boolean, now: Millis): void;
  inform(stream: StreamId, status: number, fields: Fields, now: Millis): void;
  discard(stream: StreamId, now: Millis): void;
  shutdown(now: Millis): void;
  readonly fate: "open" | "half" | "end" | "cut" | "reset";
}
