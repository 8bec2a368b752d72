// Bundles the canvas into static/dist (never committed). Called by `make setup` and `npm run build`.
// The worker that lays drawings out is large, so it stays a file of its own that is fetched when it is first asked for.

import { copyFile, mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const out = join(root, "static", "dist");

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: { canvas: "static/canvas/main.tsx" },
  outdir: out,
  bundle: true,
  format: "esm",
  splitting: true,
  chunkNames: "canvas-[name]-[hash]",
  target: ["es2022"],
  minify: true,
  legalComments: "none",
  jsx: "automatic",
  define: { "process.env.NODE_ENV": '"production"' },
  logLevel: "warning",
});
await copyFile(join(root, "node_modules/htmx.org/dist/htmx.min.js"), join(out, "htmx.js"));
await copyFile(join(root, "node_modules/elkjs/lib/elk-worker.min.js"), join(out, "elk-worker.js"));
