/** The view in the address (`#map=12.5/28.7/118.6`) and from page to page; no script of the server runs for it. */
import type { View } from "./types.ts";

const FORM = /^#map=(\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)$/;
const KEPT = "luodi-view";
/** Maps that follow one another share a view; a map of one thing has its own, under its name. */
const nameOf = (kin: string) => (kin ? `${KEPT}-${kin}` : KEPT);

export function read(hash: string): View | null {
  const m = FORM.exec(hash);
  if (!m) return null;
  const view: View = [Number(m[2]), Number(m[3]), Number(m[1])];
  return Math.abs(view[0]) <= 86 && Math.abs(view[1]) <= 360 && view[2] <= 24 ? view : null;
}
export const written = ([lat, lon, zoom]: View): string => `#map=${+zoom.toFixed(2)}/${lat.toFixed(6)}/${lon.toFixed(6)}`;

export const inAddress = (): View | null => read(location.hash);
export function last(kin: string): View | null {
  try { return read(sessionStorage.getItem(nameOf(kin)) ?? ""); } catch { return null; }
}
/** Maps side by side leave the address to the map of the page. */
export function keep(view: View, kin: string, told = true): void {
  const hash = written(view);
  if (told && hash !== location.hash) history.replaceState(history.state, "", hash);
  try { sessionStorage.setItem(nameOf(kin), hash); } catch { /* a browser that keeps nothing still shows the map */ }
}

/** What the visitor set on the map himself: layers seen, their order and opacity, the card. */
export function setting<T>(name: string, first: T): T {
  try { return JSON.parse(localStorage.getItem(`luodi-map-${name}`) ?? "null") ?? first; } catch { return first; }
}
export function set(name: string, value: unknown): void {
  try { localStorage.setItem(`luodi-map-${name}`, JSON.stringify(value)); } catch { /* as above */ }
}
