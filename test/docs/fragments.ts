/** A block without imports is a part of a configuration; this is the whole around it. */
import type { CodeBlock } from "./pages.ts";

const filterNames = ["canonical", "earlyHints", "fields", "push", "redirects", "rewrite", "security"];
const names = [
  "createServer",
  "defineConfig",
  "files",
  "handle",
  "proxy",
  "redirect",
  "respond",
  "split",
  ...filterNames,
];
const head = `import { ${names.join(", ")} } from "sluice";\n`;

/** Whether the block is the default export of a config file, or stands for a part of one. */
export function isConfig({ code }: CodeBlock): boolean {
  return /^export default defineConfig\(/m.test(code) || !/^import /m.test(code);
}

/** Whether `sluice check` has something to say about it, as the page wants it. */
export function isBroken({ code, title }: CodeBlock): boolean {
  return code.includes("@ts-expect-error") || title.startsWith("broken");
}

/** The module that the block is or is part of. */
export function moduleOf({ code }: CodeBlock): string {
  if (/^import /m.test(code)) {
    return code;
  }
  const part = code.trim();
  if (part.startsWith("routes:")) {
    return `${head}export default defineConfig({ sites: [{ hosts: ["*"], ${part} }] });\n`;
  }
  if (part.startsWith("{")) {
    const other = /^ {2}sites:/m.test(part) ? "" : `${site("files({ root: 'public' })")}, `;
    return `${head}export default defineConfig({ ${other}...(${part}) });\n`;
  }
  if (filterNames.some((name) => part.startsWith(`${name}(`))) {
    return `${head}export default defineConfig({ ${site("files({ root: 'public' })", part)} });\n`;
  }
  return `${head}export default defineConfig({ ${site(part)} });\n`;
}

function site(handler: string, filter = ""): string {
  return `sites: [{ hosts: ["*"], routes: [{ match: "/*", filters: [${filter}], handler: ${handler} }] }]`;
}
