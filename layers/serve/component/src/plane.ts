/** Degrees into metres of the study, lengths and areas in its plane. */
import type { Plane } from "./types.ts";

/** East and north in metres; null outside the ground the polynomial was fitted to. */
export function metres(p: Plane, lat: number, lon: number): [number, number] | null {
  const u = (lon - p.lon) / p.scale, v = (lat - p.lat) / p.scale;
  if (Math.abs(u) > p.reach || Math.abs(v) > p.reach) return null;
  let x = 0, y = 0, k = 0;
  for (let i = 0; i <= p.degree; i++) for (let j = 0; i + j <= p.degree; j++, k++) {
    const term = u ** i * v ** j;
    x += p.x[k]! * term;
    y += p.y[k]! * term;
  }
  return [x, y];
}
const placed = (p: Plane, ring: number[][]) => {
  const out = ring.map(([lon, lat]) => metres(p, lat!, lon!));
  return out.every((q) => q !== null) ? (out as [number, number][]) : null;
};
export function length(p: Plane, line: number[][]): number | null {
  const xy = placed(p, line);
  return xy && xy.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot(x - xy[i]![0], y - xy[i]![1]), 0);
}
export function area(p: Plane, ring: number[][]): number | null {
  const xy = placed(p, ring);
  if (!xy) return null;
  const [ox, oy] = xy[0] ?? [0, 0];
  return Math.abs(xy.reduce((sum, [x, y], i) => {
    const [nx, ny] = xy[(i + 1) % xy.length]!;
    return sum + (x - ox) * (ny - oy) - (nx - ox) * (y - oy);
  }, 0)) / 2;
}
