/** A basemap: tiles of a file or a service through this server; what cannot be shown is said, never left blank. */
import * as L from "leaflet";
import type { PictureSpec } from "./types.ts";

const DEEPEST = 20;

/** Sharp screens ask one zoom deeper, as long as there is one; beyond it the last one is enlarged. */
export function options(spec: PictureSpec, pane: string): L.TileLayerOptions {
  const sharp = L.Browser.retina ? 1 : 0, [least, greatest] = spec.zooms;
  // a layer on a sharp screen ends one zoom earlier than it says
  return { pane, maxZoom: DEEPEST + sharp, detectRetina: true, className: spec.base ? "lm-base" : "",
    maxNativeZoom: Math.max(greatest - sharp, 0), minZoom: Math.max(least - sharp, 0) };
}

export type Told = "" | "base_none" | "base_failed" | "base_near" | { said: string };
/** Whether a map is so far out, or so near, that there are no tiles at all. */
export const beyond = (spec: PictureSpec, zoom: number): boolean => Math.round(zoom) < spec.zooms[0] - (L.Browser.retina ? 1 : 0);

/** Follows the tiles of one basemap: what to say of it, "" while it shows something. */
export class Watch {
  private came = 0;
  private why: Told = "";
  told: Told = "";

  constructor(layer: L.TileLayer, private language: () => string, private changed: () => void) {
    layer.on("loading", () => { this.came = 0; this.why = ""; });
    layer.on("tileload", () => { this.came++; });
    layer.on("tileerror", (e) => void this.ask((e as L.TileErrorEvent).tile as HTMLImageElement));
    layer.on("load", () => setTimeout(() => this.settle(), 0));
  }
  /** Why a tile did not come: an empty answer is no fault, a fault comes with its reason. One question is enough. */
  private async ask(tile: HTMLImageElement): Promise<void> {
    if (this.why) return;
    this.why = "base_none";
    try {
      const answer = await fetch(tile.src);
      if (answer.status === 502) this.why = { said: ((await answer.json()) as Record<string, string>)[this.language()] ?? "" };
      else if (answer.status >= 400) this.why = "base_failed";
    } catch { this.why = "base_failed"; }
    this.settle();
  }
  private settle(): void {
    // some tiles beside an empty edge are a map; a fault is told even where others came
    const now = this.why === "base_none" && this.came ? "" : this.why;
    if (JSON.stringify(now) === JSON.stringify(this.told)) return;
    this.told = now;
    this.changed();
  }
}
