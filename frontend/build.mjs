// Bundles the front end: five scripts, one stylesheet, the icons, and the font that the PDF printer embeds.
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const dist = path.join(root, "portal/static/portal/dist");
const fonts = path.join(root, "build/fonts");

// Tabler draws ticks and arrows with data: addresses; as files of their own they pass `img-src 'self'`.
const picturesAsFiles = {
  name: "pictures-as-files",
  setup(build) {
    build.onResolve({ filter: /^data:image\/svg\+xml,/ }, ({ path: address }) => ({
      path: `${createHash("sha256").update(address).digest("hex").slice(0, 12)}.svg`,
      namespace: "picture",
      pluginData: decodeURIComponent(address.slice(address.indexOf(",") + 1)),
    }));
    build.onLoad({ filter: /.*/, namespace: "picture" }, ({ pluginData }) => ({
      contents: pluginData,
      loader: "file",
    }));
  },
};

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await esbuild.build({
  absWorkingDir: root,
  entryPoints: [
    { in: "frontend/js/app.js", out: "app" },
    { in: "frontend/css/app.css", out: "app" },
    { in: "frontend/js/hall.js", out: "hall" },
    { in: "frontend/js/charts.js", out: "charts" },
    { in: "frontend/js/sign.js", out: "sign" },
    { in: "frontend/js/ticket.js", out: "ticket" },
  ],
  outdir: dist,
  assetNames: "picture-[hash]",
  bundle: true,
  minify: true,
  sourcemap: false,
  format: "iife",
  target: "es2022",
  legalComments: "external",
  plugins: [picturesAsFiles],
  logLevel: "warning",
});
await copyFile(path.join(root, "frontend/icons.svg"), path.join(dist, "icons.svg"));
await copyFile(path.join(root, "frontend/favicon.svg"), path.join(dist, "favicon.svg"));

await mkdir(fonts, { recursive: true });
const family = path.join(root, "node_modules/@expo-google-fonts/noto-sans-sc");
for (const [folder, name] of [
  ["400Regular", "NotoSansSC-Regular.ttf"],
  ["700Bold", "NotoSansSC-Bold.ttf"],
]) {
  await copyFile(path.join(family, folder, `NotoSansSC_${folder}.ttf`), path.join(fonts, name));
}
await copyFile(path.join(family, "LICENSE_FONT"), path.join(fonts, "LICENSE"));

const { version } = JSON.parse(await readFile(path.join(root, "package.json"), "utf8"));
process.stderr.write(`front end ${version} bundled\n`);
