/** Pages that Sluice writes itself. */
export { errorPage, prefersHtml } from "./error-page.ts";
export { escapeHtml, htmlPage, pagePolicy } from "./page.ts";
