/** How certificates and what is wrong with them look on a terminal. */
import type { X509Certificate } from "node:crypto";
import type { Colours } from "../observe/index.ts";
import { type CertificateFinding, certificateFacts, daysLeft } from "../tls/index.ts";

export interface ViewOptions {
  readonly now: number;
  readonly colours: Colours;
  /** Stands behind its name, such as "not sent". */
  readonly remark?: string | undefined;
}

/** Its name and what it says, a line each, the last one empty. */
export function certificateLines(certificate: X509Certificate, options: ViewOptions): string[] {
  const { now, colours, remark } = options;
  const facts = certificateFacts(certificate);
  const rows: (readonly [string, string])[] = [
    ...chunked(facts.names).map((names, i) => [i === 0 ? "names" : "", names] as const),
    [
      "valid",
      `${isoDate(facts.notBefore)} to ${isoDate(facts.notAfter)}, ${leftWords(facts.notAfter, now, colours)}`,
    ],
    ["key", `${facts.key}, signed with ${facts.signature}`],
    ["issuer", facts.isSelfSigned ? colours.dim("itself") : facts.issuer],
    ["serial", facts.serial],
    ["SHA-256", facts.fingerprint.slice(0, 47)],
    ["", facts.fingerprint.slice(48)],
  ];
  const title = `  ${colours.bold(facts.subject)}${remark === undefined ? "" : `  ${colours.dim(remark)}`}`;
  return [title, ...rows.map(([name, value]) => `    ${colours.dim(name.padEnd(8))}  ${value}`), ""];
}

/** One line for each certificate: who it is for, and until when. */
export function shortLines(
  certificates: readonly X509Certificate[],
  { now, colours }: ViewOptions,
): string[] {
  const all = certificates.map(certificateFacts);
  const titles = all.map(({ names }) =>
    names.length > 3 ? `${names.slice(0, 3).join(", ")}, …` : names.join(", "),
  );
  const width = Math.max(0, ...titles.map((title) => title.length));
  return all.map(({ notAfter }, i) => {
    const until = `until ${isoDate(notAfter)}, ${leftWords(notAfter, now, colours)}`;
    return `    ${(titles[i] ?? "").padEnd(width)}  ${colours.dim(until)}`;
  });
}

/** One line each, or one that says that all is well. */
export function findingLines(
  findings: readonly CertificateFinding[],
  names: readonly string[],
  colours: Colours,
): string[] {
  if (findings.length === 0) {
    return [`  ${colours.green("✓")} nothing is wrong`, ""];
  }
  const lines = findings.map(({ severity, certificate, message }) => {
    const mark = severity === "error" ? colours.red("✗") : colours.yellow("!");
    return `  ${mark} ${names[certificate] ?? ""} ${message}`;
  });
  return [...lines, ""];
}

function leftWords(notAfter: Date, now: number, colours: Colours): string {
  const days = daysLeft(notAfter, now);
  if (notAfter.getTime() <= now) {
    return colours.red("expired");
  }
  const words = days === 1 ? "1 day left" : `${days} days left`;
  return days < 14 ? colours.yellow(words) : words;
}

/** Lines of names that are no wider than a terminal. */
function chunked(names: readonly string[]): string[] {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last === undefined || last.length + name.length > 62) {
      lines.push(name);
    } else {
      lines[lines.length - 1] = `${last}, ${name}`;
    }
  }
  return lines;
}

function isoDate(date: Date): string {
  return date.toISOString().slice(0, 10);
}
