/** Filters wrap a handler. The list is what config knows: nothing registers itself. */
import type { FilterKind } from "../pipeline/index.ts";
import { fieldsKind } from "./fields/index.ts";

export { type FieldsOptions, fields } from "./fields/index.ts";

export const filterKinds: readonly FilterKind[] = [fieldsKind];
