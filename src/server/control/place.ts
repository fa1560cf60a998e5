/** Where the control socket of a config file is, so that server and command line find the same. */
import { createHash } from "node:crypto";
import { tmpdir, userInfo } from "node:os";
import { basename, dirname, join } from "node:path";

export interface ControlWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** -1 where users have no numbers. */
  readonly uid: number;
  readonly platform: NodeJS.Platform;
  readonly temporary: string;
}

export function controlWorld(env: ControlWorld["env"]): ControlWorld {
  const { uid } = userInfo();
  return { env, uid, platform: process.platform, temporary: tmpdir() };
}

/**
 * The sockets that a server of this config file may answer on, the one that this user's server takes first.
 * The others are those that a server of another user takes, for whoever may open them.
 *
 * @param file - Absolute path of the config file.
 */
export function controlPlaces(file: string, world: ControlWorld): readonly string[] {
  const name = socketName(file);
  if (world.platform === "win32") {
    return [`\\\\.\\pipe\\sluice-${name}`];
  }
  return controlDirectories(world).map((directory) => join(directory, name));
}

/**
 * @source systemd.exec(5): RUNTIME_DIRECTORY holds what `RuntimeDirectory=` made for a service.
 *   XDG Base Directory Specification: XDG_RUNTIME_DIR is of one user; a relative path counts as none.
 */
function controlDirectories({ env, uid, platform, temporary }: ControlWorld): string[] {
  const system = platform === "darwin" ? "/var/run/sluice" : "/run/sluice";
  const given = env.RUNTIME_DIRECTORY?.split(":")[0];
  const directories = [
    ...(given?.startsWith("/") === true ? [given] : []),
    // A login of root has an XDG_RUNTIME_DIR, a service of root has none: both must mean the same place.
    ...(uid === 0 ? [system] : []),
    ...(env.XDG_RUNTIME_DIR?.startsWith("/") === true && uid !== 0
      ? [join(env.XDG_RUNTIME_DIR, "sluice")]
      : []),
    ...(uid === 0 ? [] : [join(temporary, `sluice-${uid}`), system]),
  ];
  return [...new Set(directories)];
}

/** Short, so that the path stays below what a socket's may have, and still tells an eye which it is. */
function socketName(file: string): string {
  const digest = createHash("sha256").update(file).digest("hex").slice(0, 12);
  const project = basename(dirname(file))
    .replace(/[^\w.-]/g, "_")
    .slice(0, 20);
  return `${project === "" ? "config" : project}-${digest}.sock`;
}
