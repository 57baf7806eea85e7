import { svelte } from "@sveltejs/vite-plugin-svelte";
import { existsSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig } from "vite";

const here = import.meta.dirname;

// Every folder with a page is an entry of its own; what they share lies in src/lib.
const pages = readdirSync(here, { withFileTypes: true })
  .filter((folder) => folder.isDirectory() && existsSync(resolve(here, folder.name, "index.html")))
  .map((folder) => [folder.name, resolve(here, folder.name, "index.html")] as const);

export default defineConfig({
  // Pages may lie behind a proxy's path: what they load, they name from where they are.
  base: "./",
  appType: "mpa",
  resolve: { alias: { $lib: resolve(here, "src/lib") } },
  plugins: [svelte()],
  build: {
    target: "es2024",
    // A policy without inline scripts has no room for data: URLs either.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: Object.fromEntries(pages.filter(([name]) => name !== "dist")) },
  },
  // `npm run dev` beside a running demo: sockets and logins are the daemon's.
  server: { proxy: { "/v1": { target: "http://127.0.0.1:7700", ws: true }, "/login": "http://127.0.0.1:7700" } },
});
