/** How a gateway forwards messages (RFC 9110 §7.6, RFC 7239). */
export { authorityKey, BackMapping, isMappedBack } from "./back-mapping.ts";
export { clientOf } from "./client-of.ts";
export { maxForwards } from "./max-forwards.ts";
export {
  gatewayLines,
  isLooping,
  type RequestFieldRules,
  readsTrailers,
  requestFields,
} from "./request-fields.ts";
export { type ResponseFieldRules, type ResponsePassage, responseFields } from "./response-fields.ts";
export { mappedPath, type PathRules, prefixEnd } from "./target-mapping.ts";
