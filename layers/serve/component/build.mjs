// node build.mjs        writes built/map.js, the licences of what is in it, and what it was made from
// node build.mjs test   runs the tests of src in node
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const MIT = `MIT License (the package states it and brings no file of it)

Copyright (c) {author}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;
const here = dirname(fileURLToPath(import.meta.url));
process.chdir(here);
const SOURCES = ["package.json", "package-lock.json", "build.mjs", ...readdirSync("src").sort().map((n) => `src/${n}`)];
const COMMON = { bundle: true, format: "esm", loader: { ".css": "text", ".png": "empty" }, logLevel: "warning" };

if (process.argv[2] === "test") {
  const out = mkdtempSync(join(tmpdir(), "luodi-map-"));
  const entryPoints = readdirSync("test").filter((n) => n.endsWith(".test.ts")).map((n) => `test/${n}`);
  await build({ ...COMMON, entryPoints, outdir: out, platform: "node", outExtension: { ".js": ".mjs" } });
  const done = spawnSync(process.execPath, ["--test", out], { stdio: "inherit" });
  rmSync(out, { recursive: true });
  process.exit(done.status ?? 1);
}

const made = await build({ ...COMMON, entryPoints: ["src/main.ts"], minify: true, target: "chrome90", legalComments: "none", metafile: true, write: false });
mkdirSync("built", { recursive: true });
writeFileSync("built/map.js", made.outputFiles[0].contents);
const packages = [...new Set(Object.keys(made.metafile.inputs).map((p) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(p)?.[1]).filter(Boolean))].sort();
const licences = packages.map((name) => {
  const folder = join("node_modules", name), about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((n) => /^licen[cs]e/i.test(n));
  const author = typeof about.author === "object" ? about.author.name : about.author ?? `the authors of ${name}`;
  if (!file && about.license !== "MIT") throw new Error(`${name} brings no text of its licence (${about.license})`);
  const text = file ? readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n").trim() : MIT.replace("{author}", author);
  return `${name} ${about.version} (${about.license})\n\n${text}\n`;
});
writeFileSync("built/licences.txt", licences.join(`\n${"-".repeat(80)}\n\n`));
const sources = SOURCES.map((p) => `${createHash("sha256").update(readFileSync(p, "utf8").replaceAll("\r\n", "\n")).digest("hex")}  ${p}\n`);
writeFileSync("built/made_from.txt", sources.join(""));
console.log(`built/map.js ${(made.outputFiles[0].contents.length / 1024).toFixed(0)} KiB of ${packages.join(", ")}`);
