/** A directory in which the manual's examples find what they name. */
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { makeCertificate } from "../support/certificates.ts";
import { root } from "./pages.ts";

export interface Workspace extends Disposable {
  readonly directory: string;
  /** @returns The absolute path. */
  write(name: string, text: string): string;
}

const face = pathToFileURL(join(root, "src", "index.ts")).href;

export function openWorkspace(): Workspace {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "sluice-manual-")));
  const write = (name: string, text: string): string => {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  };
  write("package.json", '{ "type": "module" }\n');
  // What an installed package would be: programs may import "sluice".
  write("node_modules/sluice/package.json", '{ "type": "module", "exports": "./index.ts" }\n');
  write("node_modules/sluice/index.ts", `export * from ${JSON.stringify(face)};\n`);
  // What pages have readers install.
  symlinkSync(join(root, "node_modules", "ws"), join(directory, "node_modules", "ws"), "dir");
  return {
    directory,
    write,
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}

const taken = new Date("2026-11-22T08:24:11Z");

/** The directories and files that examples serve. */
export function furnish({ directory, write }: Workspace): void {
  for (const place of ["public", "dist"]) {
    write(`${place}/index.html`, "<h1>Hello</h1>\n");
    write(`${place}/about.html`, "<h1>About</h1>\n");
    write(`${place}/404.html`, "<h1>Not found</h1>\n");
    write(`${place}/errors/403.html`, "<h1>Forbidden</h1>\n");
    write(`${place}/hello.txt`, "Hello, Sluice\n");
    const photo = write(`${place}/photos/harbour.webp`, "not really a photo\n");
    utimesSync(photo, taken, taken);
  }
  write("moved.csv", "from,to\n/products/anvil,/products/anvil-2\n");
  for (const place of ["logs", "run", "pages", "vault"]) {
    mkdirSync(join(directory, place));
  }
}

/** The certificates that examples name. */
export async function furnishCertificates({ write }: Workspace): Promise<void> {
  const names = ["example.com", "www.example.com"];
  const wanted = {
    "example.com": { names, to: 60 },
    old: { names: ["example.com"], from: -52, to: -12.5 },
    clients: { title: "Clients of Example", authority: true },
  };
  for (const [name, one] of Object.entries(wanted)) {
    const { cert, key } = await makeCertificate(one);
    write(`certs/${name}.pem`, cert);
    write(`certs/${name}.key`, key);
  }
  write("secrets/tickets", "thirty-two characters, or a few more");
}
