/** The site that `npm start` serves: this manual. */
import { defineConfig, fields, files, respond } from "sluice";

const security = {
  "content-security-policy":
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "referrer-policy": "no-referrer",
};

export default defineConfig(({ env }) => ({
  listen: { port: Number(env.PORT ?? 8080), ...(env.HOST ? { host: env.HOST } : {}) },
  log: "dev",
  sites: [
    {
      hosts: ["*"],
      routes: [
        { match: "/healthz", handler: respond({ body: "ok\n", fields: { "cache-control": "no-store" } }) },
        // Listings bring a policy for their own style, so ours stays off this route.
        {
          match: "/downloads/*",
          handler: files({ root: "../../.site/downloads", stripPrefix: "/downloads", listing: true }),
        },
        {
          match: "/*",
          filters: [fields({ set: security })],
          handler: files({ root: "../../.site", cleanUrls: true, errorPages: { 404: "404.html" } }),
        },
      ],
    },
  ],
}));
