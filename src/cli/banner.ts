/** What is said when the server is ready. */
import type { NetworkInterfaceInfo } from "node:os";
import type { Colours } from "../observe/index.ts";

export interface Ready {
  readonly version: string;
  /** What is served, such as a directory or a config file; or where requests are forwarded to. */
  readonly what: string | readonly string[];
  readonly addresses: readonly ReadyAddress[];
  readonly interfaces: Readonly<Record<string, NetworkInterfaceInfo[] | undefined>>;
}

/** A place where the server listens. */
export interface ReadyAddress {
  /** Opens on this machine, such as `http://localhost:8080`; `unix:/path` for a socket. */
  readonly url: string;
  /** As bound: "::" or "0.0.0.0" for every interface. */
  readonly address: string;
  readonly port: number;
}

/** Several lines for a terminal. */
export function banner(ready: Ready, colours: Colours): string {
  const network = ready.addresses.flatMap((address) => networkUrls(address, ready.interfaces));
  const rows: (readonly [string, string])[] = [
    ...(typeof ready.what === "string" ? [["Serving", ready.what] as const] : []),
    ...ready.addresses.map(({ url }, i) => [i === 0 ? "Local" : "", colours.cyan(url)] as const),
    ...network.map((url, i) => [i === 0 ? "Network" : "", colours.cyan(url)] as const),
    ...(typeof ready.what === "string" ? [] : ready.what).map(
      (url, i) => [i === 0 ? "Forwards" : "", i === 0 ? `to ${url}` : `   ${url}`] as const,
    ),
  ];
  const lines = rows.map(([name, value]) => `  ${colours.dim(name.padEnd(9))} ${value}`);
  return `\n  ${colours.bold("Sluice")} ${ready.version}\n\n${lines.join("\n")}\n\n  ${colours.dim("Ctrl+C stops it.")}\n\n`;
}

/** One line an address, for logs. */
export function readyLines({ what, addresses }: Ready): string[] {
  return addresses.map((address) => {
    const where = `${address.url}${isEverywhere(address) ? " (every interface)" : ""}`;
    return typeof what === "string"
      ? `serving ${what} at ${where}`
      : `forwarding to ${what.join(", ")} at ${where}`;
  });
}

/** Under which others in the network reach a server that listens everywhere. */
function networkUrls(address: ReadyAddress, interfaces: Ready["interfaces"]): string[] {
  if (!isEverywhere(address)) {
    return [];
  }
  return Object.values(interfaces)
    .flatMap((list) => list ?? [])
    .filter(({ family, internal }) => family === "IPv4" && !internal)
    .map((one) => `${address.url.slice(0, address.url.indexOf(":"))}://${one.address}:${address.port}`);
}

function isEverywhere({ address }: ReadyAddress): boolean {
  return address === "::" || address === "0.0.0.0";
}
