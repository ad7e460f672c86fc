/** Numbers per pixel into colours: pure, so that it is tested without a browser. */
import type { Ink, Rgba } from "./types.ts";

export const SIZE = 512; // numbers of a tile along one side, shown as 256 pixels
export const HAIR = 1, WIDE = 2, STRIPE = 4;
const BITS = 8;

/**
 * Number of the polygon and what the pixel is, in one word, worked out once per tile.
 * `raw` has one row above and one column before, for the edges.
 */
export function coded(raw: Uint32Array): Uint32Array {
  const n = SIZE + 1, out = new Uint32Array(SIZE * SIZE);
  for (let y = 0; y < SIZE; y++) {
    const up = Math.min(y + 1, 3) * n, down = Math.min(SIZE - 1 - y, 3) * n;
    for (let x = 0; x < SIZE; x++) {
      const at = (y + 1) * n + x + 1, id = raw[at]!;
      let bits = (x + y) % 16 < 4 ? STRIPE : 0;
      if (raw[at - 1] !== id || raw[at - n] !== id) bits |= HAIR;
      if (raw[at - Math.min(x + 1, 3)] !== id || raw[at + Math.min(SIZE - 1 - x, 3)] !== id || raw[at - up] !== id || raw[at + down] !== id) bits |= WIDE;
      out[y * SIZE + x] = id * BITS + bits;
    }
  }
  return out;
}

/** One colour over another. */
export function over(top: Rgba, below: Rgba): Rgba {
  const a = top[3] / 255, b = below[3] / 255, alpha = a + b * (1 - a);
  if (alpha === 0) return [0, 0, 0, 0];
  const mix = (k: 0 | 1 | 2) => Math.round((top[k] * a + below[k] * b * (1 - a)) / alpha);
  return [mix(0), mix(1), mix(2), Math.round(alpha * 255)];
}

/** Red, green, blue, alpha as a canvas keeps them. */
export const packed = ([r, g, b, a]: Rgba): number => ((a << 24) | (b << 16) | (g << 8) | r) >>> 0;

const CLEAR: Rgba = [0, 0, 0, 0];

/**
 * Colours of every pair of class and ground, plain and selected, for what a pixel may be.
 * Entry: ((selected · grounds + ground) · classes + class) · 8 + bits.
 */
export function palette(inks: Ink[], grounds: Rgba[], near: boolean, marked: Rgba): Uint32Array {
  const classes = inks.length + 1, rows = grounds.length + 1, out = new Uint32Array(2 * rows * classes * BITS);
  for (let chosen = 0; chosen < 2; chosen++) for (let ground = 0; ground < rows; ground++) for (let k = 0; k < classes; k++) {
    const below = ground ? grounds[ground - 1]! : CLEAR, ink = k ? inks[k - 1]! : null;
    const fill = over(ink?.fill ?? CLEAR, below);
    const line = ink ? (near ? ink.line : ink.seam ?? CLEAR) : below[3] && near ? ([90, 90, 80, 60] as Rgba) : CLEAR;
    for (let bits = 0; bits < BITS; bits++) {
      let colour = bits & STRIPE && ink?.stripe ? over(ink.stripe, fill) : fill;
      if (bits & HAIR) colour = over(line, colour);
      // close up an outline and stripes; far off many small outlines would be one dark spot, so a tint
      if (chosen && near) colour = bits & (HAIR | WIDE) ? over(marked, colour) : bits & STRIPE ? over([marked[0], marked[1], marked[2], 110], colour) : colour;
      else if (chosen) colour = over([marked[0], marked[1], marked[2], bits & HAIR ? 200 : 120], colour);
      out[((chosen * rows + ground) * classes + k) * BITS + bits] = packed(colour);
    }
  }
  return out;
}

const THIN = 0.5;
/** Inks and grounds over an image of the ground itself: fills let it be seen, outlines stay. */
export function thinner(inks: Ink[], grounds: Rgba[]): { inks: Ink[]; grounds: Rgba[] } {
  const weak = (c: Rgba): Rgba => [c[0], c[1], c[2], Math.round(c[3] * THIN)];
  return { inks: inks.map((i) => ({ ...i, fill: weak(i.fill) })), grounds: grounds.map(() => CLEAR) };
}

/** Which block of the palette each polygon takes; entry 0 is no polygon. */
export function blocks(classes: Uint8Array, grounds: Uint8Array | null, inks: number, groundCount: number, chosen: Iterable<number>): Uint16Array {
  const out = new Uint16Array(classes.length + 1), width = inks + 1;
  for (let i = 0; i < classes.length; i++) out[i + 1] = classes[i]! + width * (grounds ? grounds[i]! : 0);
  const step = width * (groundCount + 1);
  for (const n of chosen) if (n >= 0 && n < classes.length && out[n + 1]! < step) out[n + 1]! += step;
  return out;
}

/** Colours of a tile. */
export function paint(codes: Uint32Array, block: Uint16Array, colours: Uint32Array, out: Uint32Array): void {
  for (let i = 0; i < out.length; i++) {
    const code = codes[i]!;
    out[i] = code < BITS ? 0 : colours[block[code >>> 3]! * BITS + (code & 7)]!;
  }
}
