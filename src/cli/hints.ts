/** What to write instead of options that other servers have and we do not. */

const listing = "directories are listed; --no-listing turns that off";
const precompressed = "files with a .br, .zst or .gz beside them are sent compressed already; leave it out";
const dotFiles = "dot files are not served already; leave it out";
const tls = "use --https, or --cert <file> and --key <file>";
const types = "content types are set by `types` of files() in a config file";

/** By option as its users write it. */
const foreign: ReadonlyMap<string, string> = new Map([
  // http-server
  ["-d", listing],
  ["-i", listing],
  ["--autoIndex", listing],
  ["-g", precompressed],
  ["--gzip", precompressed],
  ["-b", precompressed],
  ["--brotli", precompressed],
  ["-e", "--clean-urls answers /page with page.html"],
  ["--ext", "--clean-urls answers /page with page.html"],
  ["--no-dotfiles", dotFiles],
  ["--mimetypes", types],
  ["--robots", "put a robots.txt into the directory"],
  ["-U", "the log's time is that of TZ; use TZ=UTC, or --log json, which is in UTC"],
  ["--utc", "the log's time is that of TZ; use TZ=UTC, or --log json, which is in UTC"],
  ["-K", tls],
  ["--tls", tls],
  ["--ssl", tls],
  // serve
  ["-L", "use --log off"],
  ["--no-request-logging", "use --log off"],
  ["--debug", "what goes wrong is told without it; leave it out"],
  ["-n", "nothing is copied to the clipboard; leave it out"],
  ["--no-clipboard", "nothing is copied to the clipboard; leave it out"],
  ["--no-etag", "validators save transfers; --cache -1 stops clients from keeping copies"],
  ["--ssl-cert", tls],
  ["--ssl-key", tls],
  ["--ssl-pass", "a certificate's `passphrase` goes into a config file"],
  // sirv and vite
  ["-D", "files are looked at anew within a second; leave it out"],
  ["--dev", "files are looked at anew within a second; leave it out"],
  ["-B", precompressed],
  ["-G", precompressed],
  ["-H", "use -a or --host"],
  ["--etag", "ETag is always sent; leave it out"],
  ["-m", "use --cache <seconds>"],
  ["--maxage", "use --cache <seconds>"],
  ["--strictPort", "use --strict-port"],
  ["--outDir", "name the directory: sluice <dir>"],
  // nginx, caddy, python -m http.server
  ["-T", "use `sluice check`"],
  ["-r", "name the directory: sluice <dir>"],
  ["--root", "name the directory: sluice <dir>"],
  ["--directory", "name the directory: sluice <dir>"],
  ["--bind", "use -a or --host"],
  ["--browse", listing],
]);

/** @returns One line without the option itself; undefined for options nobody is known to have. */
export function hintFor(option: string): string | undefined {
  return foreign.get(option);
}
