/**
 * From the path of a request to a path below the root: decoded once, and refused where it is
 * malformed or could mean something else to a file system (RFC 3986 §2.1, §3.3; RFC 9110 §17.3).
 *
 * Pure: what stands on the disk is not looked at.
 */

export interface ResolvedPath {
  readonly type: "path";
  /** Segments joined by "/", without a slash at either end; "" is the root. Valid Unicode. */
  readonly relative: string;
  /** Whether the path ended in a slash; always true for the root. */
  readonly slash: boolean;
  /** The same path as we would write it, percent-encoded, from `/`, with its slash if any. */
  readonly canonical: string;
}

export interface RefusedPath {
  readonly type: "refused";
  readonly status: 400 | 404;
  readonly cause: string;
}

export interface ResolveRules {
  /** Taken off the front; without a slash at its end. */
  readonly stripPrefix: string;
  readonly dotFiles: "deny" | "allow";
  /** Whether names mean what they mean to Windows. */
  readonly windows: boolean;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Malformed encoding, control characters and dot segments are 400: a client removes dot segments
 * before it sends (RFC 3986 §5.2.4). What is well formed but can name no file here is 404: empty
 * segments, encoded slashes, backslashes, hidden files.
 *
 * @param path - As received: ASCII, percent-encoded, from the first slash, without the query.
 * @throws Never.
 */
export function resolvePath(path: string, rules: ResolveRules): ResolvedPath | RefusedPath {
  const { stripPrefix } = rules;
  let inner = path === "" ? "/" : path;
  if (stripPrefix !== "") {
    if (
      !inner.startsWith(stripPrefix) ||
      (inner.length > stripPrefix.length && inner[stripPrefix.length] !== "/")
    ) {
      return refused(404, "This path is outside the part of the site that is served from files.");
    }
    inner = inner.slice(stripPrefix.length);
    if (inner === "") {
      return { type: "path", relative: "", slash: false, canonical: stripPrefix };
    }
  }
  if (inner[0] !== "/") {
    return refused(400, "A path begins with a slash.");
  }
  const slash = inner.length > 1 && inner.endsWith("/");
  const segments: string[] = [];
  for (const raw of inner.slice(1, slash ? -1 : undefined).split("/")) {
    const segment = decodeSegment(raw);
    if (segment === undefined) {
      return refused(400, "The path is not percent-encoded UTF-8.");
    }
    const complaint = inner === "/" ? undefined : refuseSegment(segment, segments.length, rules);
    if (complaint !== undefined) {
      return complaint;
    }
    segments.push(segment);
  }
  const relative = segments.join("/");
  return {
    type: "path",
    relative,
    slash: slash || relative === "",
    canonical: `${stripPrefix}/${segments.map(encodeSegment).join("/")}${slash ? "/" : ""}`,
  };
}

/**
 * A file name as a path segment: everything but RFC 3986 `pchar` is percent-encoded.
 *
 * @throws URIError - A lone surrogate, which neither a decoded path nor a name read as UTF-8 has.
 */
export function encodeSegment(name: string): string {
  if (/^[\w.~!$&'()*+,;=:@-]*$/.test(name)) {
    return name;
  }
  return encodeURIComponent(name).replace(/%(?:24|26|2B|2C|3B|3D|3A|40)/g, decodeURIComponent);
}

/** @returns undefined for a lone "%", raw octets beyond ASCII and what is not UTF-8. */
function decodeSegment(raw: string): string | undefined {
  if (!raw.includes("%")) {
    return /^[\0-\x7f]*$/.test(raw) ? raw : undefined;
  }
  if (!/^(?:[\0-\x24\x26-\x7f]|%[0-9A-Fa-f]{2})*$/.test(raw)) {
    return undefined;
  }
  const octets = raw.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  try {
    return utf8.decode(Buffer.from(octets, "latin1"));
  } catch {
    // Overlong forms, surrogates and cut-off sequences all end here.
    return undefined;
  }
}

function refuseSegment(segment: string, depth: number, rules: ResolveRules): RefusedPath | undefined {
  if (/[\0-\x1f\x7f]/.test(segment)) {
    return refused(400, "The path contains a control character.");
  }
  if (segment === "." || segment === "..") {
    return refused(400, "The path contains a dot segment.");
  }
  if (segment === "" || /[/\\]/.test(segment)) {
    return refused(404, "No file can have this path.");
  }
  if (segment[0] === "." && rules.dotFiles === "deny" && !(depth === 0 && segment === ".well-known")) {
    return refused(404, "No file has this path.");
  }
  if (rules.windows && meansMoreToWindows(segment)) {
    return refused(404, "No file can have this path.");
  }
  return undefined;
}

/** Devices, alternate streams, drives, short names, and names whose end Windows drops. */
function meansMoreToWindows(segment: string): boolean {
  return (
    /[:*?"<>|]/.test(segment) ||
    /[. ]$/.test(segment) ||
    /~\d+(?:\.|$)/.test(segment) ||
    /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i.test(segment)
  );
}

function refused(status: 400 | 404, cause: string): RefusedPath {
  return { type: "refused", status, cause };
}
