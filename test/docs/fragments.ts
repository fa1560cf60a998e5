/** A block without imports is a part of a configuration; this is the whole around it. */
import type { CodeBlock } from "./pages.ts";

const head = `import { createServer, defineConfig, fields, files, handle, respond } from "sluice";\n`;

/** Whether the block is the default export of a config file, or stands for a part of one. */
export function isConfig({ code }: CodeBlock): boolean {
  return /^export default defineConfig\(/m.test(code) || !/^import /m.test(code);
}

/** Whether `sluice check` has something to say about it, as the page wants it. */
export function isBroken({ code }: CodeBlock): boolean {
  return code.includes("@ts-expect-error");
}

/** The module that the block is or is part of. */
export function moduleOf({ code }: CodeBlock): string {
  if (/^import /m.test(code)) {
    return code;
  }
  const part = code.trim();
  if (part.startsWith("{")) {
    return `${head}export default defineConfig({ ${site("files({ root: 'public' })")}, ...(${part}) });\n`;
  }
  if (part.startsWith("fields(")) {
    return `${head}export default defineConfig({ ${site("files({ root: 'public' })", part)} });\n`;
  }
  return `${head}export default defineConfig({ ${site(part)} });\n`;
}

function site(handler: string, filter = ""): string {
  return `sites: [{ hosts: ["*"], routes: [{ match: "/*", filters: [${filter}], handler: ${handler} }] }]`;
}
