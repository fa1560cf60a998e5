/** The plan of the house as data: floors, rooms, and who may import sideways. */

/** Lowest first. A room imports from any floor below its own. */
export const floors: readonly (readonly string[])[] = [
  ["bytes", "message", "fields"],
  ["protocol", "semantics", "cache", "routes", "balance"],
  ["observe", "tls", "dns", "transport", "coordination", "store", "upstream"],
  ["pipeline", "filters", "handlers"],
  ["config", "admin", "server", "cli", "index.ts"],
];

/** Rooms that may import others on their own floor. */
export const sideways: Readonly<Record<string, readonly string[]>> = {
  fields: ["message"],
  cache: ["semantics"],
  transport: ["tls"],
  store: ["coordination"],
  upstream: ["transport", "tls", "dns", "coordination"],
  filters: ["pipeline"],
  handlers: ["pipeline"],
  admin: ["config"],
  server: ["config", "admin"],
  cli: ["config", "server"],
  "index.ts": ["config", "server"],
};

/** Open to its whole floor and everything above. */
export const openToPorts = "observe";

/** Protocols that may import another protocol, always through its door. */
export const protocolSideways: Readonly<Record<string, readonly string[]>> = {
  http2: ["hpack"],
  http3: ["qpack"],
  quic: ["tls13"],
};

/** Rooms whose folders are rooms in themselves, each with a door. */
export const roomsOfRooms: readonly string[] = ["protocol", "filters", "handlers"];

/** Where a path under `src/` lies. */
export interface Place {
  /** 1 to 5. */
  readonly floor: number;
  /** The room's folder, or "index.ts" for the public face. */
  readonly room: string;
  /** The folder within a room of rooms; undefined for a file directly in its room. */
  readonly inner: string | undefined;
  /** Whether the path is a door: the room's `index.ts`, or that of a room within. */
  readonly door: boolean;
}

/** @returns undefined for a path that is not under `src/`, or in no room of the plan. */
export function placeOf(path: string): Place | undefined {
  const [top, room, ...rest] = path.split("/");
  const floor = floors.findIndex((rooms) => room !== undefined && rooms.includes(room)) + 1;
  if (top !== "src" || room === undefined || floor === 0) {
    return undefined;
  }
  const inner = roomsOfRooms.includes(room) && rest.length > 1 ? rest[0] : undefined;
  const within = inner === undefined ? rest : rest.slice(1);
  return { floor, room, inner, door: room === "index.ts" || within.join("/") === "index.ts" };
}
