/** PEM blocks (RFC 7468) and where they come from: a file, or the configuration itself. */
import { readFileSync } from "node:fs";

export interface PemBlock {
  /** What stands in its first line, such as "CERTIFICATE" or "EC PRIVATE KEY". */
  readonly label: string;
  readonly text: string;
}

/** Whether a setting is PEM text and not the path of a file. */
export function isInline(text: string): boolean {
  return text.trimStart().startsWith("-----BEGIN");
}

/** The octets are no text that could be read; `message` says why, in words that follow the file's name. */
export class PemError extends Error {
  override readonly name = "PemError";
}

/**
 * The text of a setting.
 *
 * @param setting - An absolute path, or PEM text.
 * @throws PemError
 */
export function readPem(setting: string): string {
  if (isInline(setting)) {
    return setting;
  }
  let octets: Buffer;
  try {
    octets = readFileSync(setting);
  } catch (error) {
    throw new PemError(whyUnreadable(error as NodeJS.ErrnoException));
  }
  if (octets[0] === 0x30 && octets[1] !== undefined && octets[1] >= 0x80) {
    throw new PemError(
      "is DER, PEM is needed: `openssl x509 -inform der` converts a certificate, `openssl pkey -inform der` a key",
    );
  }
  return octets.toString("latin1");
}

/** @param text - Lines may be indented, or end in `\n` written out, as in variables of an environment. */
export function pemBlocks(text: string): PemBlock[] {
  const lines = text.replace(/(?:\\r)?\\n/g, "\n").replace(/^[ \t]+/gm, "");
  return [...lines.matchAll(/-----BEGIN ([^\r\n-]+)-----[\s\S]*?-----END \1-----/g)].map(
    ([whole, label = ""]) => ({ label, text: `${whole}\n` }),
  );
}

/** What is in a text that lacks what was looked for. */
export function contentsOf(blocks: readonly PemBlock[]): string {
  const labels = [...new Set(blocks.map(({ label }) => label))];
  return labels.length === 0 ? "no PEM block at all" : `only ${labels.join(" and ")}`;
}

/** How messages call a setting. */
export function nameOf(setting: string): string {
  return isInline(setting) ? "the inline PEM" : setting;
}

function whyUnreadable(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case "ENOENT":
      return "does not exist";
    case "EACCES":
    case "EPERM":
      return "may not be read by this user";
    case "EISDIR":
      return "is a directory: a file is needed";
    default:
      return `cannot be read (${error.code ?? error.message})`;
  }
}
