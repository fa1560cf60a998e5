/** What a command line asks for. */
import type { AccessLogFormat } from "../observe/index.ts";
import type { CertificateIntent } from "./certificate-commands.ts";
import type { ProxyIntent } from "./proxy-command.ts";
import type { ControlIntent } from "./upstreams-commands.ts";

export type Intent =
  | { readonly type: "print"; readonly text: string }
  /** A command line that cannot be followed. */
  | { readonly type: "refuse"; readonly message: string }
  | { readonly type: "run"; readonly file: string | undefined }
  /** @param site - Ask its pages what they fetch over http://, too. */
  | { readonly type: "check"; readonly file: string | undefined; readonly site: boolean }
  | CertificateIntent
  | ControlIntent
  | ProxyIntent
  | StaticIntent;

/** `sluice [dir]`. */
export interface StaticIntent {
  readonly type: "static";
  readonly directory: string;
  /** Lines as `parseListen` reads them; [] when none was given. */
  readonly listen: readonly string[];
  /** undefined: 8080. */
  readonly port: number | undefined;
  /** undefined: every interface. */
  readonly host: string | undefined;
  /** Another port may be taken when this one is not free. */
  readonly mayMove: boolean;
  readonly single: boolean;
  readonly listing: boolean;
  readonly cleanUrls: boolean;
  readonly followSymlinks: boolean;
  readonly precompressed: boolean;
  /** Pages of any origin may read the answers. */
  readonly cors: boolean;
  /** Seconds; -1: clients keep no copy; undefined: hashed names for a year, the rest is revalidated. */
  readonly cache: number | undefined;
  /** "off": none; undefined: `dev` on a terminal, otherwise none. */
  readonly log: AccessLogFormat | "off" | undefined;
  readonly quiet: boolean;
  /** "local": with a certificate of the local CA; undefined: in the clear. */
  readonly https: "local" | { readonly cert: string; readonly key: string } | undefined;
  /** Open a browser. */
  readonly open: boolean;
}
