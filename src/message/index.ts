/** Words: what messages are made of. */
export * from "./connection.ts";
export * from "./content.ts";
export * from "./fault.ts";
export * from "./fed-content.ts";
export * from "./fields.ts";
export * from "./machine.ts";
export * from "./quantities.ts";
export * from "./request.ts";
export * from "./response.ts";
export * from "./target.ts";
export * from "./thrown.ts";
export * from "./units.ts";
