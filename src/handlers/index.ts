/** Handlers end an exchange. The list is what config knows: nothing registers itself. */
import type { HandlerKind } from "../pipeline/index.ts";
import { filesKind } from "./files/index.ts";
import { handleKind } from "./handle/index.ts";
import { proxyKind } from "./proxy/index.ts";
import { redirectKind } from "./redirect/index.ts";
import { respondKind } from "./respond/index.ts";
import { splitKind } from "./split/index.ts";

export {
  type CacheRule,
  type FilesOptions,
  files,
  type LanguagesOptions,
  type MemoryOptions,
  type PrecompressedCoding,
} from "./files/index.ts";
export { handle } from "./handle/index.ts";
export { errorPage } from "./pages/index.ts";
export {
  type AccelOptions,
  type BufferOptions,
  type InterceptRule,
  type MirrorOptions,
  type ProxyFieldOptions,
  type ProxyOptions,
  type ProxyQueryOptions,
  proxy,
  type StatusPattern,
  type StickyOptions,
} from "./proxy/index.ts";
export { type RedirectOptions, redirect } from "./redirect/index.ts";
export { type RespondOptions, respond } from "./respond/index.ts";
export { type SplitChoice, type SplitCookie, type SplitOptions, split } from "./split/index.ts";

export const handlerKinds: readonly HandlerKind[] = [
  filesKind,
  redirectKind,
  respondKind,
  handleKind,
  splitKind,
  proxyKind,
];
