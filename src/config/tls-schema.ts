/** The schema of TLS in a configuration. */
import { type ZodType, z } from "zod";
import { cipherFault, groupFault, isInline, shortestSecret } from "../tls/index.ts";
import { wait } from "./quantity-schemas.ts";

const setting = z.string().min(1);

const certificate = z.strictObject({ cert: setting, key: setting, passphrase: z.string().optional() });
const certificates = z.union([certificate, z.array(certificate).min(1)]);

export const siteTlsSchema: ZodType = z.strictObject({
  certificates: certificates.optional(),
  clients: z
    .strictObject({
      mode: z.enum(["optional", "required"]),
      ca: z.union([setting, z.array(setting).min(1)]),
    })
    .optional(),
});

const secret = z.string().refine((text) => !isInline(text) && text.length >= shortestSecret, {
  error: `needs ${shortestSecret} characters or more, or { file: "…" }`,
});

export const tlsSchema: ZodType = z.strictObject({
  certificates: certificates.optional(),
  minVersion: z.enum(["1.2", "1.3"]).optional(),
  ciphers: z.array(named(cipherFault)).min(1).optional(),
  groups: z.array(named(groupFault)).min(1).optional(),
  tickets: z
    .union([
      z.literal(false),
      z.strictObject({
        secret: z.union([secret, z.strictObject({ file: setting })]).optional(),
        rotate: wait.optional(),
      }),
    ])
    .optional(),
  handshake: wait.optional(),
});

function named(faultOf: (name: string) => string | undefined): ZodType {
  return z.string().superRefine((name, context) => {
    const fault = faultOf(name);
    if (fault !== undefined) {
      context.addIssue({ code: "custom", message: `needs ${fault}` });
    }
  });
}
