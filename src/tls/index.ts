/** TLS: certificates, the local authority that makes them, and where handshakes end. */
export * from "./certificate-report.ts";
export * from "./client.ts";
export * from "./client-failures.ts";
export * from "./client-hello.ts";
export { type ClientAuthentication, readClientPolicy } from "./clients.ts";
export * from "./handshake-failures.ts";
export {
  type CertificateFiles,
  type Identity,
  isError,
  readIdentity,
} from "./identity.ts";
export * from "./local-ca.ts";
export { LocalAuthorityError, localAuthorityDirectory, reasonOf, writeWhole } from "./local-ca-files.ts";
export * from "./local-name.ts";
export { covers } from "./names.ts";
export type { IdentitySource, TerminatedSite } from "./offer.ts";
export * from "./parameters.ts";
export { isInline, nameOf, pemBlocks } from "./pem.ts";
export * from "./settled.ts";
export * from "./termination.ts";
export { defaultRotation, shortestSecret, type TicketSource, ticketSecretFault } from "./tickets.ts";
export * from "./trust.ts";
export type { TrustState, TrustStep } from "./trust-step.ts";
export { hostWorld, type TrustWorld } from "./trust-world.ts";
