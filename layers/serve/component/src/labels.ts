/** Names on the map: the weightier first, none over another. */
import * as L from "leaflet";
import { el } from "./dom.ts";
import { spaced, wide } from "./room.ts";
import type { Label } from "./types.ts";

const LOOK: Record<Label["kind"], number> = { place: 14, park: 13, road: 11, candidate: 11 };

export class Labels {
  private layer = L.layerGroup();
  private all: Label[] = [];
  constructor(private map: L.Map) {
    const pane = map.createPane("names");
    pane.style.zIndex = "450";
    pane.style.pointerEvents = "none";
    this.layer.addTo(map);
    map.on("moveend zoomend resize", () => this.draw());
  }
  set(all: Label[]): void { this.all = [...all].sort((a, b) => b.weight - a.weight); this.draw(); }
  get seen(): Label[] {
    const zoom = this.map.getZoom(), view = this.map.getBounds();
    const near = this.all.filter((l) => zoom >= l.from && view.contains(l.at)).slice(0, 400);
    const free = spaced(near.map((l) => {
      const p = this.map.latLngToContainerPoint(l.at), size = LOOK[l.kind];
      return { x: p.x, y: p.y, w: wide(l.text, size) + 10, h: size + 8 };
    }));
    return near.filter((_, i) => free[i]).slice(0, 120);
  }
  draw(): void {
    this.layer.clearLayers();
    for (const l of this.seen)
      L.marker(l.at, { interactive: false, keyboard: false, pane: "names",
        icon: L.divIcon({ className: `lm-label lm-${l.kind}`, iconSize: [0, 0], html: el("span", "", l.text) }) }).addTo(this.layer);
  }
}
