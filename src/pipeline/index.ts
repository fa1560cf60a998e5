/** Behaviour: Handler, Filter, Exchange, and how descriptions become them. */
export * from "./description.ts";
export * from "./field-schema.ts";
export * from "./handler.ts";
export * from "./merging.ts";
