import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { build, type Plugin } from "esbuild";

/** Bundles of their own, loaded when they are needed: module below src → file in dist. */
const LAZY: Readonly<Record<string, string>> = {
  "run/reconcile.ts": "reconcile",
  "io/schema/index.ts": "schema",
  "io/pki/certificate-rotation.ts": "certificates",
};
const src = resolve("src");

const lazy: Plugin = {
  name: "lazy",
  setup(project) {
    project.onResolve({ filter: /\.ts$/ }, ({ path, kind, resolveDir }) => {
      const bundle = kind === "dynamic-import" ? LAZY[relative(src, resolve(resolveDir, path))] : undefined;
      return bundle === undefined ? undefined : { path: `./${bundle}.cjs`, external: true };
    });
  },
};

/** Parts of dbus-next for introspection, which costs more than a whole run and is not used. */
const empty: Plugin = {
  name: "empty",
  setup(project) {
    project.onResolve({ filter: /^(xml2js|event-stream|hexy|usocket|x11)$/ }, ({ path }) => ({
      path,
      namespace: "empty",
    }));
    project.onLoad({ filter: /.*/, namespace: "empty" }, () => ({
      contents: "class None {}; module.exports = { Parser: None, Builder: None };",
    }));
  },
};

rmSync("dist", { recursive: true, force: true });
mkdirSync("dist");
await build({
  entryPoints: {
    sync: "src/main.ts",
    ...Object.fromEntries(Object.entries(LAZY).map(([module, bundle]) => [bundle, `src/${module}`])),
    probe: "src/probe/main.ts",
    pull: "src/pull/main.ts",
    cli: "src/cli/main.ts",
    serve: "src/serve/main.ts",
  },
  outdir: "dist",
  outExtension: { ".js": ".cjs" },
  bundle: true,
  minify: true,
  platform: "node",
  format: "cjs",
  target: "node24",
  // The loader can give a bundle a require of its own, but no import().
  supported: { "dynamic-import": false },
  plugins: [lazy, empty],
  logLevel: "warning",
});
copyFileSync("src/io/bundles/loader.cjs", "dist/run.cjs");
writeFileSync("dist/.complete", "");
