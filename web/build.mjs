// Builds dist/ from css/, js/, img/ and the packages in node_modules: every file under a
// name that carries a hash of its content, text files also compressed, and manifest.json
// from logical to real names. Run by `npm run build`, after `npm ci`.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, extname } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import subsetFont from "subset-font";
import { optimize } from "svgo";
import { prune, toggle } from "./prune.mjs";

// The icons that pages use: name in the sprite -> file of @navikt/aksel-icons.
// "type-…" are the offering types by code, "del-…" the guidance sections by path.
const icons = {
  book: "OpenBook",
  bookmark: "Bookmark",
  "bookmark-fill": "BookmarkFill",
  check: "CheckmarkCircle",
  "chevron-down": "ChevronDown",
  close: "XMark",
  external: "ExternalLink",
  filter: "Funnel",
  mail: "EnvelopeClosed",
  phone: "PhoneFill",
  pin: "LocationPin",
  print: "PrinterSmall",
  search: "MagnifyingGlass",
  warning: "ExclamationmarkTriangle",

  "type-annet": "InformationSquare",
  "type-barn_som_parorende": "TeddyBear",
  "type-barnekoordinator": "ChildHairEyes",
  "type-brukerombud": "ShieldCheckmark",
  "type-demenskoordinator": "HeadHeart",
  "type-familiesenter": "House",
  "type-familievernkontor": "HandShakeHeart",
  "type-frisklivssentral": "HikingTrailSign",
  "type-habilitering": "PuzzlePiece",
  "type-helsestasjon": "Stroller",
  "type-hjelpetelefon": "PersonHeadset",
  "type-kompetansesenter": "Books",
  "type-koordinerende_enhet": "Compass",
  "type-kreftkoordinator": "Flower",
  "type-kursportal": "Laptop",
  "type-lms": "Presentation",
  "type-motested": "Coffee",
  "type-organisasjon": "PersonGroup",
  "type-parorendegruppe": "Chat2",
  "type-parorendekoordinator": "PersonChat",
  "type-parorendesenter": "HouseHeart",
  "type-parorendestotte": "HandHeart",
  "type-ppt": "Backpack",

  "del-mote-med-helsetjenesten": "Stethoscope",
  "del-ta-vare-pa-barna": "TeddyBear",
  "del-ta-vare-pa-deg-selv": "Plant",
  "del-ta-vare-pa-den-syke": "Bandage",
  "del-ta-vare-pa-familien": "PersonTallShort",
};

// The letters of bokmål, nynorsk, English and what Norwegian names and our neighbours' need. Those
// of the Sámi languages and Kven that are not among them, and of names from further off, are in the
// font's second file, which only pages with one of them fetch. Signs that hardly stand in running
// text are left to the system's font.
const rare = "<>^`~|{}\\#$*=[]_";
const ascii = Array.from({ length: 95 }, (_, i) => String.fromCharCode(i + 32)).filter((c) => !rare.includes(c)).join("");
const letters = {
  "inter-latin-wght-normal.woff2": `${ascii}ÆØÅæøåÁÉÒÄÖÜáàäéèêíïóòôöúü§«»·–’“”…\u00a0`,
  "inter-latin-ext-wght-normal.woff2": "ČčĐđŊŋŠšŦŧŽžǤǥǦǧǨǩǮǯƷʒĀāĂăĄąĆćĒēĖėĘęĞğĢģĪīĮįİıĶķĹĺĻļŁłŃńŅņŇňŌōŐőŒœŔŕŘřŚśŞşȘșŤťȚțŪūŮůŰűŲųŹźŻż",
};

// Files are built beside dist/ and moved there at the end, so that a failing build leaves
// the last good one.
const out = "dist.new";
const manifest = {};

rmSync(out, { recursive: true, force: true });
mkdirSync(out);
const fonts = await subset();
await bundle();
write("icons.svg", sprite());
for (const file of readdirSync("img")) write(file, readFileSync(`img/${file}`));
writeFileSync(`${out}/manifest.json`, JSON.stringify(manifest, null, 2) + "\n");
rmSync("dist", { recursive: true, force: true });
renameSync(out, "dist");

// bundle puts the style sheet, the script and the fonts they refer to into the output.
async function bundle() {
  const result = await build({
    entryPoints: ["css/main.css", "css/more.css", "css/staff.css", "css/card.css", "css/checklist.css", "css/statistics.css", "css/map.css", "css/referral.css", "js/main.js", "js/staff.js", "js/list.js", "js/checklist.js", "js/referral.js", "js/device.js", "js/worker.js", "js/kommune.js", "js/posisjon.js", "css/leaflet.css", "js/zoom.js",
      "css/embed.css", "js/embed.js", "js/builder.js", "css/referanse.css", "js/referanse.js"],
    outdir: out,
    bundle: true,
    minify: true,
    format: "iife",
    target: ["es2020", "chrome105", "firefox110", "safari15.6"],
    loader: { ".woff2": "file", ".png": "dataurl" },
    plugins: [{ name: "small fonts", setup: smallFonts }, { name: "pruned style sheets", setup: pruned }],
    entryNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    metafile: true,
    logLevel: "warning",
  });
  for (const [path, output] of Object.entries(result.metafile.outputs)) {
    const source = output.entryPoint ?? Object.keys(output.inputs)[0];
    manifest[basename(source)] = basename(path);
    compress(path, readFileSync(path));
  }
}

// subset makes the font small: those letters, the weights in use, letters that keep their
// distance, and digits below each other. It is half of the first view otherwise, and a line takes
// one round trip more for what is larger than 14 kB. The style sheet names the files in css/theme.css.
async function subset() {
  const options = {
    targetFormat: "woff2",
    variationAxes: { wght: { min: 400, max: 650 } },
    keepFeatures: ["kern", "tnum"],
  };
  const small = {};
  for (const [name, text] of Object.entries(letters)) {
    small[name] = await subsetFont(readFileSync(`node_modules/@fontsource-variable/inter/files/${name}`), text, options);
  }
  return small;
}

// smallFonts puts what subset made in the place of the whole files.
function smallFonts(build) {
  build.onLoad({ filter: /\.woff2$/ }, ({ path }) => {
    const contents = fonts[basename(path)];
    return contents && { contents, loader: "file" };
  });
}

// pruned puts what pages use of Designsystemet's style sheets in the place of the whole files.
// What absent.json names is on no page: a test looks for it.
function pruned(build) {
  const ours = readdirSync("css").map((file) => readFileSync(`css/${file}`, "utf8"));
  const sheets = prune(ours, readFileSync("css/theme.css", "utf8"), JSON.parse(readFileSync("absent.json", "utf8")));
  build.onResolve({ filter: /\?toggle$/ }, async ({ path, ...args }) => {
    return { ...(await build.resolve(path.slice(0, -toggle.length), args)), suffix: toggle };
  });
  build.onLoad({ filter: /\.css$/ }, ({ path, suffix }) => {
    const contents = sheets.get(path + suffix);
    return contents && { contents, loader: "css" };
  });
}

// sprite returns one SVG with a symbol per icon, for <use href="…#name">. The icons are drawn on
// 24 by 24, mostly on quarters. Here they are 20 times as large and in whole numbers: a fifth fewer
// bytes than with hundredths of a unit, and the same to the eye. With tenths, thin arcs come out
// uneven.
function sprite() {
  const times = 20;
  const side = 24 * times;
  const plugins = ["preset-default", { name: "removeAttrs", params: { attrs: "clip-rule" } }]; // of no use outside of <clipPath>
  const symbols = Object.entries(icons).map(([name, file]) => {
    const svg = readFileSync(`node_modules/@navikt/aksel-icons/dist/svg/${file}.svg`, "utf8");
    const [, content] = /^<svg[^>]*viewBox="0 0 24 24"[^>]*>(.*)<\/svg>\s*$/s.exec(svg) ?? [];
    if (!content) throw new Error(`${file}.svg is not drawn on 24 by 24`);
    const large = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}"><g transform="scale(${times})">${content}</g></svg>`;
    const small = optimize(large, { multipass: true, floatPrecision: 0, plugins }).data;
    return `<symbol id="ikon-${name}" viewBox="0 0 ${side} ${side}">${small.replace(/^<svg[^>]*>|<\/svg>$/g, "")}</symbol>`;
  });
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
}

// write puts content under a hashed name into the output.
function write(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  const ext = extname(name);
  manifest[name] = `${basename(name, ext)}-${hash}${ext}`;
  writeFileSync(`${out}/${manifest[name]}`, content);
  compress(`${out}/${manifest[name]}`, content);
}

// compress puts .br and .gz beside a text file; fonts are compressed already.
function compress(path, content) {
  if (![".css", ".js", ".svg"].includes(extname(path))) return;
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
}
