/** The frame of the pages that Sluice writes itself: no script, nothing loaded from elsewhere. */
import { createHash } from "node:crypto";

const style = `
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5b6878;--line:#dfe4ea;--paper:#fff;--wash:#f5f7f9;--link:#0b62c4}
@media (prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#98a5b5;--line:#2b3440;--paper:#12171e;--wash:#1a212a;--link:#7db7ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:2.5rem 1.25rem}
h1{font-size:1.35rem;line-height:1.3;margin:0 0 1.25rem;overflow-wrap:anywhere}
p{margin:0 0 1rem;color:var(--soft)}
a{color:var(--link);text-decoration:none}
a:hover{text-decoration:underline}
h1 .rule{color:var(--soft);font-weight:400;margin:0 .3rem}
table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.5rem .6rem;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}
th{font-size:.82rem;white-space:nowrap}
th a{color:var(--soft)}
td.name{overflow-wrap:anywhere;width:100%}
td.name a{display:block}
td.size,th.size{text-align:right;white-space:nowrap}
td.time,th.time{white-space:nowrap}
td.size,td.time{color:var(--soft)}
tbody tr:hover{background:var(--wash)}
svg{width:1.05em;height:1.05em;vertical-align:-.15em;margin-right:.55em;fill:none;stroke:var(--soft);stroke-width:1.5}
footer{margin-top:1.5rem;color:var(--soft);font-size:.82rem}
.status{font-size:3rem;font-weight:700;letter-spacing:-.03em;margin:0;color:var(--ink);line-height:1.2}
@media (max-width:36rem){main{padding:1.25rem .75rem}td.time,th.time{display:none}}
`;

/**
 * Content-Security-Policy for `htmlPage`: its own style by hash and nothing else, so that a hostile
 * file name that slipped through escaping could still run nothing.
 */
export const pagePolicy: string = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/**
 * @param title - Plain text.
 * @param body - Markup, its texts escaped already.
 */
export function htmlPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}

/** Safe as text and in double or single quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
