/** This map on paper: what is seen, with scale, north, legend and a title block, as PNG or PDF. Nothing is sent anywhere. */
import * as L from "leaflet";
import type { Board } from "./board.ts";
import { button, el, apart } from "./dom.ts";
import { pdf } from "./pdf.ts";
import type { PictureSpec } from "./types.ts";

const FACTOR = 2, MARGIN = 24;

/** Ask which file, then make it. */
export async function print(chart: Board): Promise<void> {
  const { words, sheet } = chart.data, box = el("div", "lm-told");
  const close = () => box.remove();
  const make = (kind: "png" | "pdf") => button("lm-small", kind.toUpperCase(), kind.toUpperCase(), () => { close(); void save(chart, kind); });
  if (sheet.refused) box.append(el("span", "", sheet.refused), button("lm-small", "×", words["close"] ?? "", close));
  else {
    const [png, pdf_, no] = [make("png"), make("pdf"), button("lm-small", "×", words["close"] ?? "", close)];
    for (const b of [png, pdf_]) b.style.width = "46px";
    box.append(el("span", "", words["print_as"]), " ", png, " ", pdf_, " ", no);
    const stays = bases(chart).filter((spec) => !spec.leaves).map((spec) => spec.title);
    if (stays.length) box.append(el("div", "", `${words["base_stays"]} ${stays.join(" · ")}`));
  }
  apart(box);
  chart.root.append(box);
  box.querySelector("button")?.focus();
}

async function save(chart: Board, kind: "png" | "pdf"): Promise<void> {
  const canvas = await drawn(chart), name = chart.data.sheet.file;
  const blob = kind === "png" ? await encoded(canvas, "image/png")
    : new Blob([pdf(new Uint8Array(await (await encoded(canvas, "image/jpeg", 0.92)).arrayBuffer()), canvas.width, canvas.height)], { type: "application/pdf" });
  const link = el("a", "");
  link.href = URL.createObjectURL(blob);
  link.download = `${name}.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
const encoded = (canvas: HTMLCanvasElement, type: string, quality?: number): Promise<Blob> =>
  new Promise((done, fail) => canvas.toBlob((b) => (b ? done(b) : fail(new Error("no picture"))), type, quality));

/** The sheet as a picture. */
export async function drawn(chart: Board): Promise<HTMLCanvasElement> {
  const { box, data: d } = chart, [w, h] = [box.clientWidth, box.clientHeight], block = titleHeight(chart);
  const canvas = el("canvas", "");
  canvas.width = (w + 2 * MARGIN) * FACTOR;
  canvas.height = (h + 2 * MARGIN + block) * FACTOR;
  const pen = canvas.getContext("2d")!;
  pen.scale(FACTOR, FACTOR);
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.save();
  pen.translate(MARGIN, MARGIN);
  pen.beginPath();
  pen.rect(0, 0, w, h);
  pen.clip();
  pen.fillStyle = "#f3f1ec";
  pen.fillRect(0, 0, w, h);
  layers(pen, chart);
  vectors(pen, chart);
  names(pen, chart);
  pen.restore();
  pen.strokeStyle = "#1b2430";
  pen.lineWidth = 1.2;
  pen.strokeRect(MARGIN, MARGIN, w, h);
  scale(pen, chart, MARGIN + 12, MARGIN + h - 14);
  arrow(pen, MARGIN + w - 26, MARGIN + 14);
  title(pen, { title: d.sheet.title, lines: lines(chart) }, legend(chart), MARGIN, MARGIN + h + 12, w);
  return canvas;
}

function layers(pen: CanvasRenderingContext2D, chart: Board): void {
  const frame = chart.box.getBoundingClientRect();
  for (const { spec, layer, opacity } of chart.layers.shown) {
    if (!spec.leaves) continue;
    pen.globalAlpha = opacity;
    for (const tile of layer.getContainer()?.querySelectorAll<HTMLCanvasElement | HTMLImageElement>("canvas, img") ?? []) {
      const r = tile.getBoundingClientRect();
      if (r.width && (tile instanceof HTMLCanvasElement || (tile.complete && tile.naturalWidth))) pen.drawImage(tile, r.left - frame.left, r.top - frame.top, r.width, r.height);
    }
    pen.globalAlpha = 1;
  }
}

function vectors(pen: CanvasRenderingContext2D, chart: Board): void {
  const at = (p: L.LatLngExpression) => chart.map.latLngToContainerPoint(p);
  const path = (points: L.LatLngExpression[], close: boolean) => {
    points.forEach((p, i) => { const q = at(p); i ? pen.lineTo(q.x, q.y) : pen.moveTo(q.x, q.y); });
    if (close) pen.closePath();
  };
  const d = chart.data;
  for (const s of d.shapes) {
    pen.beginPath();
    L.geoJSON(s.shape).eachLayer((l) => rings((l as L.Polyline).getLatLngs?.() as never).forEach((r) => path(r, l instanceof L.Polygon)));
    stroke(pen, s.colour, s.weight, s.dash, s.fill);
  }
  const { lines, signs } = chart.shapes.spread;
  for (const l of lines) { pen.beginPath(); path(l.points, false); stroke(pen, l.colour, l.weight, l.dash, ""); }
  for (const p of d.dots) {
    const q = at(p.at);
    pen.beginPath();
    pen.arc(q.x, q.y, 4, 0, 7);
    stroke(pen, "#ffffff", 1.5, "", p.colour);
  }
  pen.font = "600 12px 'Segoe UI', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif";
  for (const s of signs) {
    const q = at(s.at), wide = pen.measureText(s.text).width + 14;
    pen.fillStyle = s.colour;
    pen.fillRect(q.x - wide / 2, q.y - 9, wide, 18);
    pen.fillStyle = "#ffffff";
    pen.textAlign = "center";
    pen.fillText(s.text, q.x, q.y + 4);
  }
}
type Nested = L.LatLng[] | Nested[];
export const rings = (given: Nested | undefined): L.LatLng[][] =>
  !given?.length ? [] : Array.isArray(given[0]) ? (given as Nested[]).flatMap(rings) : [given as L.LatLng[]];

function stroke(pen: CanvasRenderingContext2D, colour: string, weight: number, dash: string, fill: string): void {
  if (fill) { pen.fillStyle = fill; pen.globalAlpha = 0.85; pen.fill("evenodd"); pen.globalAlpha = 1; }
  pen.setLineDash(dash ? dash.split(" ").map(Number) : []);
  pen.strokeStyle = colour;
  pen.lineWidth = weight;
  pen.stroke();
  pen.setLineDash([]);
}
function names(pen: CanvasRenderingContext2D, chart: Board): void {
  pen.textAlign = "center";
  for (const l of chart.labels.seen) {
    const q = chart.map.latLngToContainerPoint(l.at);
    pen.font = `${l.kind === "road" ? 400 : 600} ${l.kind === "place" ? 14 : 12}px 'Segoe UI', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif`;
    pen.lineWidth = 3;
    pen.strokeStyle = "rgba(255,255,255,0.9)";
    pen.strokeText(l.text, q.x, q.y + 4);
    pen.fillStyle = "#1b2430";
    pen.fillText(l.text, q.x, q.y + 4);
  }
}

/** Round length of the bar in metres and its pixels. */
export function bar(metresOf100: number): [metres: number, pixels: number] {
  const power = 10 ** Math.floor(Math.log10(metresOf100)), lead = metresOf100 / power;
  const round = power * (lead >= 5 ? 5 : lead >= 2 ? 2 : 1);
  return [round, (round / metresOf100) * 100];
}
function scale(pen: CanvasRenderingContext2D, chart: Board, x: number, y: number): void {
  const { map, box } = chart, half = box.clientHeight / 2;
  const [m, px] = bar(map.distance(map.containerPointToLatLng([0, half]), map.containerPointToLatLng([100, half])));
  pen.fillStyle = "rgba(255,255,255,0.85)";
  pen.fillRect(x - 5, y - 18, px + 10, 26);
  pen.strokeStyle = pen.fillStyle = "#1b2430";
  pen.lineWidth = 2;
  pen.beginPath();
  pen.moveTo(x, y - 4); pen.lineTo(x, y + 2); pen.lineTo(x + px, y + 2); pen.lineTo(x + px, y - 4);
  pen.stroke();
  pen.font = "11px 'Segoe UI', sans-serif";
  pen.textAlign = "left";
  pen.fillText(m >= 1000 ? `${m / 1000} km` : `${m} m`, x + 4, y - 5);
}
function arrow(pen: CanvasRenderingContext2D, x: number, y: number): void {
  pen.fillStyle = "#1b2430";
  pen.beginPath();
  pen.moveTo(x, y); pen.lineTo(x + 8, y + 24); pen.lineTo(x, y + 18); pen.lineTo(x - 8, y + 24);
  pen.fill();
  pen.font = "700 12px sans-serif";
  pen.textAlign = "center";
  pen.fillText("N", x, y + 37);
}
/** Basemaps that are seen. */
const bases = (chart: Board): PictureSpec[] =>
  chart.layers.shown.flatMap(({ spec }) => (spec.kind === "picture" && spec.base ? [spec] : []));
/** What stands in the title block, and what has to stand beside a basemap that is printed. */
const lines = (chart: Board): string[] =>
  [...chart.data.sheet.lines, ...bases(chart).filter((spec) => spec.leaves && spec.credit).map((spec) => `${spec.title}: ${spec.credit}`)];
/** The legend of the map, and the layers that are seen. */
const legend = (chart: Board): { colour: string; text: string }[] => [
  ...chart.data.legend,
  ...chart.layers.shown.flatMap(({ spec }) => (spec.kind === "picture" && spec.listed && spec.leaves ? [{ colour: spec.colour, text: spec.title }] : [])),
];
const COLUMNS = 3, ROW = 17;
const titleHeight = (chart: Board): number => 40 + ROW * (lines(chart).length + Math.ceil(legend(chart).length / COLUMNS)) + 10;
function title(pen: CanvasRenderingContext2D, sheet: { title: string; lines: string[] }, legend: { colour: string; text: string }[], x: number, y: number, w: number): void {
  const face = "'Segoe UI', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif";
  pen.textAlign = "left";
  pen.fillStyle = "#1b2430";
  pen.font = `600 18px ${face}`;
  pen.fillText(sheet.title, x, y + 18, w);
  pen.font = `12px ${face}`;
  sheet.lines.forEach((line, k) => pen.fillText(line, x, y + 40 + k * ROW, w));
  const from = y + 40 + sheet.lines.length * ROW;
  legend.forEach((l, k) => {
    const cx = x + (k % COLUMNS) * (w / COLUMNS), cy = from + Math.floor(k / COLUMNS) * ROW;
    pen.fillStyle = l.colour;
    pen.fillRect(cx, cy - 9, 14, 10);
    pen.fillStyle = "#1b2430";
    pen.fillText(l.text, cx + 20, cy, w / COLUMNS - 26);
  });
}
