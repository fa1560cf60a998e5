/** Why a server could not start, in one line. */
import { accessSync, constants, statSync } from "node:fs";
import { resolve } from "node:path";
import { ConfigError } from "../config/index.ts";

export function startFailure(error: unknown): string {
  if (error instanceof ConfigError) {
    return error.message;
  }
  if (!(error instanceof Error)) {
    return String(error);
  }
  const { code, address, port, path, hostname } = error as NodeJS.ErrnoException & {
    readonly address?: string;
    readonly port?: number;
    readonly hostname?: string;
  };
  const everywhere = address === undefined || address === "::" || address === "0.0.0.0";
  const place =
    port === undefined ? (address ?? hostname ?? path) : `port ${port}${everywhere ? "" : ` of ${address}`}`;
  switch (place === undefined ? undefined : code) {
    case "EADDRINUSE":
      return `${place} is taken by another program`;
    case "EADDRNOTAVAIL":
      return `${place}: this machine has no such address`;
    case "ENOTFOUND":
      return `${place}: no such host`;
    case "EACCES":
      return port !== undefined && port < 1024
        ? `${place} needs permission: ports below 1024 are the system's; take a higher one`
        : `${place}: permission denied`;
    default:
      return error.message;
  }
}

/** What keeps a directory from being served; undefined for one that can be. */
export function directoryFault(directory: string, cwd: string): string | undefined {
  const path = resolve(cwd, directory);
  try {
    if (!statSync(path).isDirectory()) {
      return `${directory} is a file, not a directory`;
    }
    accessSync(path, constants.R_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    switch ((error as NodeJS.ErrnoException).code) {
      case "ENOENT":
        return `no such directory: ${path}`;
      case "ENOTDIR":
        return `no such directory: ${path} (part of the way is a file)`;
      case "EACCES":
        return `${path}: permission denied`;
      default:
        return (error as Error).message;
    }
  }
}
