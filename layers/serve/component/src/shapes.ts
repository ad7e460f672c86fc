/** The few things drawn as lines: outlines, cuts, calls with their tags. */
import * as L from "leaflet";
import { el } from "./dom.ts";
import { stacked, wide } from "./room.ts";
import type { Data, Line, Sign } from "./types.ts";

const HIGH = 22, TEXT = 12; // px of a tag, and of its letters

export class Shapes {
  private group = L.layerGroup();
  private calls = L.layerGroup();
  private last = "";
  private given: { signs: Sign[]; lines: Line[] } = { signs: [], lines: [] };
  /** Tags and lines where they stand now: none on another, whatever the zoom. */
  spread: { signs: Sign[]; lines: Line[] } = { signs: [], lines: [] };
  constructor(private map: L.Map) {
    this.group.addTo(map);
    this.calls.addTo(map);
    map.on("zoomend", () => this.call());
  }

  take(d: Data): void {
    const now = JSON.stringify([d.shapes, d.lines, d.dots, d.signs]);
    if (now === this.last) return;
    this.last = now;
    this.group.clearLayers();
    for (const s of d.shapes)
      L.geoJSON(s.shape, { interactive: false, style: {
        color: s.colour, weight: s.weight, dashArray: s.dash || undefined, fill: s.fill !== "", fillColor: s.fill || undefined, fillOpacity: 0.85, interactive: false,
      } }).addTo(this.group);
    for (const p of d.dots)
      L.circleMarker(p.at, { radius: 4, color: "#FFFFFF", weight: 1.5, fill: true, fillOpacity: 1, fillColor: p.colour, interactive: false }).addTo(this.group);
    this.given = { signs: d.signs, lines: d.lines };
    this.call();
  }
  /** Put the tags where they have room; a line that begins at a tag begins where it stands. */
  private call(): void {
    const { signs, lines } = this.given, zoom = this.map.getZoom();
    const at = signs.map((s) => this.map.project(s.at, zoom));
    const down = stacked(signs.map((s, k) => ({ x: at[k]!.x, y: at[k]!.y, w: wide(s.text, TEXT) + 18, h: HIGH })));
    const put = signs.map((s, k): Sign => {
      if (!down[k]) return s;
      const { lat, lng } = this.map.unproject(at[k]!.add([0, down[k]]), zoom);
      return { ...s, at: [lat, lng] };
    });
    const stands = new Map(signs.map((s, k) => [String(s.at), put[k]!.at]));
    this.spread = { signs: put, lines: lines.map((l) => ({ ...l, points: l.points.map((p, k) => (k === 0 && stands.get(String(p))) || p) })) };
    this.calls.clearLayers();
    for (const l of this.spread.lines)
      L.polyline(l.points, { color: l.colour, weight: l.weight, dashArray: l.dash || undefined, opacity: 0.95, interactive: false }).addTo(this.calls);
    for (const s of this.spread.signs) {
      const tag = el("span", s.chosen ? "lm-tag lm-chosen" : "lm-tag", s.text);
      tag.style.background = s.colour;
      L.marker(s.at, { interactive: false, keyboard: false, icon: L.divIcon({ className: "lm-sign", iconSize: [0, 0], html: tag }) }).addTo(this.calls);
    }
  }
}
