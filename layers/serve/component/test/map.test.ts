import assert from "node:assert/strict";
import { test } from "node:test";
import { HAIR, SIZE, STRIPE, WIDE, blocks, coded, over, packed, paint, palette, thinner } from "../src/colour.ts";
import { pdf } from "../src/pdf.ts";
import { area, length, metres } from "../src/plane.ts";
import { spaced, stacked, wide } from "../src/room.ts";
import { classes } from "../src/score.ts";
import type { Ink, Plane, Rgba } from "../src/types.ts";
import { read, written } from "../src/view.ts";

const RED: Rgba = [200, 0, 0, 255], DARK: Rgba = [90, 0, 0, 255], GREEN: Rgba = [0, 120, 0, 255], WHITE: Rgba = [255, 255, 255, 128];
const INKS: Ink[] = [{ fill: RED, line: DARK, stripe: null, seam: WHITE }, { fill: [0, 0, 200, 100], line: DARK, stripe: WHITE, seam: null }];

/** Left half polygon 1, right half polygon 2, nothing above row 100. */
function raw(): Uint32Array {
  const n = SIZE + 1, out = new Uint32Array(n * n);
  for (let y = 101; y < n; y++) for (let x = 0; x < n; x++) out[y * n + x] = x <= SIZE / 2 ? 1 : 2;
  return out;
}

test("a pixel knows its number, its edges and its stripe", () => {
  const codes = coded(raw()), at = (x: number, y: number) => codes[y * SIZE + x]!;
  assert.equal(at(10, 10) >>> 3, 0);
  assert.equal(at(10, 200) >>> 3, 1);
  assert.equal(at(400, 200) >>> 3, 2);
  assert.ok(at(256, 200) & HAIR, "where one begins beside another");
  assert.ok(!(at(258, 200) & HAIR));
  assert.ok(at(258, 200) & WIDE);
  assert.ok(!(at(270, 200) & WIDE));
  assert.ok(at(0, 0) & STRIPE);
  assert.ok(!(at(5, 0) & STRIPE));
});

test("class, ground and selection decide the colour, nothing else does", () => {
  const colours = palette(INKS, [GREEN], true, [1, 2, 3, 255]), codes = coded(raw()), out = new Uint32Array(SIZE * SIZE);
  const seen = (x: number, y: number) => out[y * SIZE + x]!;
  paint(codes, blocks(new Uint8Array([1, 0]), new Uint8Array([1, 1]), 2, 1, []), colours, out);
  assert.equal(seen(100, 205), packed(RED));
  assert.equal(seen(400, 205), packed(GREEN), "class 0 shows the ground alone");
  assert.equal(seen(400, 20), 0, "no polygon, no colour");
  assert.equal(seen(256, 205) & 0xff, over([90, 90, 80, 60], GREEN)[0]);
  paint(codes, blocks(new Uint8Array([2, 0]), new Uint8Array([1, 0]), 2, 1, []), colours, out);
  assert.equal(seen(101, 200), packed(over([0, 0, 200, 100], GREEN)), "what is half clear lets its ground be seen");
  assert.equal(seen(100, 108), packed(over(WHITE, over([0, 0, 200, 100], GREEN))), "a stripe");
  assert.equal(seen(400, 205), 0, "without a ground, class 0 is clear");
  paint(codes, blocks(new Uint8Array([1, 1]), null, 2, 1, [1, 7, -1]), colours, out);
  assert.equal(seen(258, 206), packed([1, 2, 3, 255]), "the outline of what is selected");
  assert.equal(seen(100, 205), packed(RED));
});

test("the far palette parts polygons by a seam, the near one by a line", () => {
  const far = palette(INKS, [], false, RED), near = palette(INKS, [], true, RED);
  assert.equal(far[1 * 8 + HAIR], packed(over(WHITE, RED)));
  assert.equal(near[1 * 8 + HAIR], packed(DARK));
});

test("tags give way downwards, as little as they can, and keep their order", () => {
  const box = (x: number, y: number) => ({ x, y, w: 80, h: 22 });
  assert.deepEqual(stacked([box(0, 0), box(0, 100)]), [0, 0], "what has room stays");
  assert.deepEqual(stacked([box(0, 10), box(0, 0), box(200, 5)]), [12, 0, 0], "what lies beside is left alone");
  const boxes = [box(0, 0), box(10, 1), box(20, 2), box(5, 60), box(0, 61)], moved = stacked(boxes);
  const placed = boxes.map((b, k) => ({ ...b, y: b.y + moved[k]! }));
  for (const a of placed) for (const b of placed) assert.ok(a === b || Math.abs(a.x - b.x) >= 80 || Math.abs(a.y - b.y) >= 22);
  assert.ok(moved.every((m) => m >= 0));
});

test("the view of the address comes back as it was written", () => {
  assert.equal(written([28.7351234, 118.9812346, 15.25]), "#map=15.25/28.735123/118.981235");
  assert.deepEqual(read("#map=15.25/28.735123/118.981235"), [28.735123, 118.981235, 15.25]);
  for (const bad of ["", "#map=1/2", "#map=a/1/2", "#map=12/95/10", "#map=99/1/1", "#map=1/1/1<img>"]) assert.equal(read(bad), null);
});

test("metres, lengths and areas by the polynomial", () => {
  // x = 500000 + 1000 u, y = 3000000 + 1000 v; terms in the order 1, v, u
  const p: Plane = { name: "", lon: 118, lat: 28, scale: 0.01, degree: 1, x: [500000, 0, 1000], y: [3000000, 1000, 0], reach: 1.6, digits: 1 };
  const at = metres(p, 28.01, 118.005)!;
  assert.ok(Math.abs(at[0] - 500500) < 1e-6 && Math.abs(at[1] - 3001000) < 1e-6);
  assert.equal(metres(p, 28.02, 118), null, "outside the ground it was fitted to");
  const square = [[118, 28], [118.001, 28], [118.001, 28.001], [118, 28.001], [118, 28]];
  assert.ok(Math.abs(area(p, square)! - 10000) < 1e-3);
  assert.ok(Math.abs(length(p, square)! - 400) < 1e-6);
  assert.equal(length(p, [[118, 28], [119, 28]]), null);
});

test("names take their room in turn", () => {
  const box = (x: number) => ({ x, y: 0, w: 20, h: 10 });
  assert.deepEqual(spaced([box(0), box(10), box(20), box(25)]), [true, false, true, false]);
  assert.ok(wide("城关镇", 14) > wide("abc", 14));
});

test("scores are told as Python tells them: by weight, hatched where not known, hard limits stay", () => {
  const values = new Float64Array([0, 1, 1, 0, 0.5, 0.5, NaN, 1, 0, 0]);
  const firm = Uint8Array.from([1, 1, 8, 15, 15]);
  assert.deepEqual([...classes(values, [1, 0], 7, firm)], [1, 7, 11, 15, 15]);
  assert.deepEqual([...classes(values, [0, 1], 7, firm)], [7, 1, 11, 15, 15]);
  assert.deepEqual([...classes(values, [0, 0], 7, firm)], [...firm], "no weight at all changes nothing");
});

test("a sheet is one page of A4 with one picture", () => {
  const text = new TextDecoder("latin1").decode(pdf(new Uint8Array([255, 216, 255]), 300, 200));
  assert.ok(text.startsWith("%PDF-1.4") && text.endsWith("%%EOF\n"));
  assert.match(text, /MediaBox \[0 0 841\.89 595\.28\]/);
  const table = Number(/startxref\n(\d+)/.exec(text)![1]);
  assert.equal(text.slice(table, table + 4), "xref");
  for (const [, at] of text.matchAll(/(\d{10}) 00000 n/g)) assert.match(text.slice(Number(at)), /^\d 0 obj/);
});

test("over an image of the ground nothing stands for the ground, and fills let it be seen", () => {
  const thin = thinner(INKS, [GREEN]), colours = palette(thin.inks, thin.grounds, false, [1, 2, 3, 255]);
  const codes = coded(raw()), out = new Uint32Array(SIZE * SIZE);
  paint(codes, blocks(new Uint8Array([1, 0]), new Uint8Array([1, 1]), 2, 1, []), colours, out);
  assert.equal(out[205 * SIZE + 100], packed([200, 0, 0, 128]));
  assert.equal(out[205 * SIZE + 400], 0, "ground alone is clear");
});
