/** Maps looked at side by side: who moves one moves all, and a ring shows on the others where the mouse is. */
import * as L from "leaflet";

const groups = new Map<string, Set<Linked>>();
const RING: L.CircleMarkerOptions = { radius: 7, color: "#111827", weight: 2, fill: false, interactive: false };

export class Linked {
  private group = "";
  private following = false;
  private ring = L.circleMarker([0, 0], RING);

  constructor(readonly map: L.Map) {
    map.on("move", () => this.moved());
    map.on("mousemove", (e) => this.each((o) => o.ring.setLatLng(e.latlng).addTo(o.map)));
    map.on("mouseout", () => this.each((o) => o.ring.remove()));
  }
  /** The others of the same name. */
  get peers(): Linked[] { return [...(groups.get(this.group) ?? [])].filter((o) => o !== this); }
  take(name: string): void {
    if (name === this.group) return;
    this.end();
    this.group = name;
    if (!name) return;
    groups.set(name, (groups.get(name) ?? new Set()).add(this));
    const [first] = this.peers;
    if (first) this.follow(first.map);
  }
  end(): void { groups.get(this.group)?.delete(this); this.group = ""; }

  private each(act: (o: Linked) => void): void { if (this.group) this.peers.forEach(act); }
  private moved(): void { if (!this.following) this.each((o) => o.follow(this.map)); }
  private follow(other: L.Map): void {
    if (!this.map.getContainer().clientWidth || !other.getContainer().clientWidth) return;
    this.following = true;
    try { this.map.setView(other.getCenter(), other.getZoom(), { animate: false }); } finally { this.following = false; }
  }
}
