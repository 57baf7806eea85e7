import { svelte } from "@sveltejs/vite-plugin-svelte";
import { existsSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const here = import.meta.dirname;

// Every folder with a page is an entry of its own; what they share lies in src/lib.
const pages = readdirSync(here, { withFileTypes: true })
  .filter((folder) => folder.isDirectory() && existsSync(resolve(here, folder.name, "index.html")))
  .map((folder) => [folder.name, resolve(here, folder.name, "index.html")] as const);

/** Beside every file its packed forms, where they are smaller: the daemon packs nothing while somebody waits. */
function packed(): Plugin {
  return {
    name: "packed",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        for (const file of Object.values(bundle)) {
          const plain = Buffer.from(file.type === "chunk" ? file.code : file.source);
          const forms = {
            br: brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
            gz: gzipSync(plain, { level: 9 }),
          };
          for (const [ending, source] of Object.entries(forms)) {
            if (source.length < plain.length) this.emitFile({ type: "asset", fileName: `${file.fileName}.${ending}`, source });
          }
        }
      },
    },
  };
}

export default defineConfig({
  // Pages may lie behind a proxy's path: what they load, they name from where they are.
  base: "./",
  appType: "mpa",
  resolve: { alias: { $lib: resolve(here, "src/lib") } },
  plugins: [svelte(), packed()],
  build: {
    // The folder above stays when this one is emptied.
    outDir: "dist/pages",
    emptyOutDir: true,
    target: "es2024",
    // A policy without inline scripts has no room for data: URLs either.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // The one script that sites name: its address stays, and so does what it exports.
      input: { ...Object.fromEntries(pages), embed: resolve(here, "widget/widget.ts") },
      preserveEntrySignatures: "exports-only",
      output: { entryFileNames: ({ name }) => (name === "embed" ? "widget.js" : "assets/[name]-[hash].js") },
    },
  },
  // `npm run dev` beside a running demo: sockets and logins are the daemon's.
  server: { proxy: { "/v1": { target: "http://127.0.0.1:7700", ws: true }, "/login": "http://127.0.0.1:7700" } },
});
