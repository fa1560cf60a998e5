/** What `npm start` says there is to try. */

interface Trial {
  readonly what: string;
  readonly command: (url: string) => string;
}

const trials: readonly Trial[] = [
  {
    what: "a range of a large file",
    command: (url) => `curl -r 0-99 -o part -D - ${url}/downloads/sample-32mb.bin`,
  },
  { what: "validators and security fields", command: (url) => `curl -I ${url}/files` },
  { what: "a precompressed sibling", command: (url) => `curl -I -H "Accept-Encoding: br" ${url}/files` },
  { what: "a directory as JSON", command: (url) => `curl -H "Accept: application/json" ${url}/downloads/` },
  { what: "a fixed answer", command: (url) => `curl -i ${url}/healthz` },
];

/** @returns Several lines; "" where nothing listens on TCP. */
export function hints(addresses: readonly { readonly url: string }[]): string {
  const url = addresses.find((address) => address.url.startsWith("http"))?.url;
  if (url === undefined) {
    return "";
  }
  const lines = trials.map(({ what, command }) => `  # ${what}\n  ${command(url)}`);
  return `Read the manual at ${url} in a browser. Or try, in another terminal:\n\n${lines.join("\n")}\n\n`;
}
