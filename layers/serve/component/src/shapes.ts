/** The few things drawn as lines: outlines, cuts, calls with their tags. */
import * as L from "leaflet";
import { el } from "./dom.ts";
import type { Data } from "./types.ts";

export class Shapes {
  private group = L.layerGroup();
  private last = "";
  constructor(map: L.Map) { this.group.addTo(map); }

  take(d: Data): void {
    const now = JSON.stringify([d.shapes, d.lines, d.dots, d.signs]);
    if (now === this.last) return;
    this.last = now;
    this.group.clearLayers();
    for (const s of d.shapes)
      L.geoJSON(s.shape, { interactive: false, style: {
        color: s.colour, weight: s.weight, dashArray: s.dash || undefined, fill: s.fill !== "", fillColor: s.fill || undefined, fillOpacity: 0.85, interactive: false,
      } }).addTo(this.group);
    for (const l of d.lines)
      L.polyline(l.points, { color: l.colour, weight: l.weight, dashArray: l.dash || undefined, opacity: 0.95, interactive: false }).addTo(this.group);
    for (const p of d.dots)
      L.circleMarker(p.at, { radius: 4, color: "#FFFFFF", weight: 1.5, fill: true, fillOpacity: 1, fillColor: p.colour, interactive: false }).addTo(this.group);
    for (const s of d.signs) {
      const tag = el("span", s.chosen ? "lm-tag lm-chosen" : "lm-tag", s.text);
      tag.style.background = s.colour;
      L.marker(s.at, { interactive: false, keyboard: false, icon: L.divIcon({ className: "lm-sign", iconSize: [0, 0], html: tag }) }).addTo(this.group);
    }
  }
}
