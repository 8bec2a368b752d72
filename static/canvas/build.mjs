// Bundles the canvas into static/dist (never committed). Called by `make setup` and `npm run build`.
// The worker that lays drawings out is large, so it stays a file of its own that is fetched when it is first asked for.
// What is imported by `import()` becomes a chunk that comes later; what it has in common with the first script, one that
// comes with that script.

import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const out = join(root, "static", "dist");

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const { metafile } = await build({
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
  metafile: true,
});
// What the first script imports before it runs: the page asks for all of it at once (`builder/canvas.py`).
const { imports } = metafile.outputs["static/dist/canvas.js"];
const first = imports.filter(({ kind }) => kind === "import-statement").map(({ path }) => basename(path));
await writeFile(join(out, "canvas-first.json"), JSON.stringify(first));
await copyFile(join(root, "node_modules/htmx.org/dist/htmx.min.js"), join(out, "htmx.js"));
await copyFile(join(root, "node_modules/elkjs/lib/elk-worker.min.js"), join(out, "elk-worker.js"));
