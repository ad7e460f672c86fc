/** The map: what Python says is shown, what the visitor does is told; panning and zooming stay here. */
import * as L from "leaflet";
import leafletCss from "leaflet/dist/leaflet.css";
import type { Board } from "./board.ts";
import { Cards } from "./card.ts";
import { el } from "./dom.ts";
import { bytes, type IdLayer } from "./ids.ts";
import { Labels } from "./labels.ts";
import { Linked } from "./link.ts";
import ownCss from "./map.css";
import { Layers } from "./panel.ts";
import { Scores } from "./preview.ts";
import { Shapes } from "./shapes.ts";
import { Tools } from "./tools.ts";
import type { Component, Data, Label, Said, View } from "./types.ts";
import * as view from "./view.ts";

declare global { interface Window { luodi?: { map: L.Map; chart: Chart } } }
const gone = new Map<string, number>(); // the last journey made in this document: a map made anew does not make it again

const EDGE = 12; // px between the county and what stands around it

export class Chart implements Board {
  readonly root = el("div", "lm-root");
  readonly box = el("div", "lm-map");
  readonly map: L.Map;
  readonly layers: Layers;
  readonly labels: Labels;
  readonly cards = new Cards();
  readonly linked: Linked;
  readonly shapes: Shapes;
  private tools?: Tools;
  /** Where the map was put to show the whole county; it is put anew once the legend is there, if nobody moved it. */
  private fitted: L.LatLng | null = null;
  private scores: Scores;
  private named = "";
  private stops: (() => void)[] = [];
  readonly words: Record<string, string> = {};
  coloured = false;
  /** True once the element is gone: an answer that comes late has no map to go to. */
  private over = false;

  constructor(private c: Component) {
    const d = c.data;
    Object.assign(this.words, d.words);
    this.root.append(el("style", "", leafletCss + ownCss), this.box, this.cards.node);
    c.parentElement.append(this.root);
    this.map = L.map(this.box, { zoomControl: false, attributionControl: false, boxZoom: false, fadeAnimation: false, maxZoom: 20, zoomSnap: 0.25, wheelPxPerZoomLevel: 90 });
    L.control.scale({ imperial: false, position: "bottomleft", maxWidth: 130 }).addTo(this.map);
    this.linked = new Linked(this.map);
    this.first(d);
    this.layers = new Layers(this.map, this.words);
    this.shapes = new Shapes(this.map);
    this.labels = new Labels(this.map);
    this.scores = new Scores(this);
    this.tools = new Tools(this);
    this.map.on("moveend", () => this.keep());
    this.map.on("click", (e) => this.clicked(e));
    this.map.on("mousemove", (e) => this.hover(e));
    this.map.on("mouseout movestart", () => this.cards.hide());
    // the mark of the keyboard is for the keyboard: a map that is clicked takes the focus too
    this.root.addEventListener("keydown", (e) => { if (e.key === "Tab" || e.key.startsWith("Arrow")) this.root.classList.add("lm-keys"); });
    this.root.addEventListener("keyup", (e) => { if (e.key === "Tab") this.root.classList.add("lm-keys"); });
    this.root.addEventListener("pointerdown", () => this.root.classList.remove("lm-keys"), true);
    this.box.addEventListener("keydown", (e) => { if (e.key === "Enter" && e.target === this.box) this.press(this.map.getCenter(), e.shiftKey); });
    this.follow();
    window.luodi = { map: this.map, chart: this };
  }
  get data(): Data { return this.c.data; }
  /** Maps that follow one another share their journeys. */
  private get kin(): string { return this.data.link || (this.data.follow ? "" : this.data.name); }

  update(c: Component): void {
    this.c = c;
    const d = c.data;
    Object.assign(this.words, d.words);
    if (d.go.n !== gone.get(this.kin)) this.journey();
    gone.set(this.kin, d.go.n);
    void this.layers.take(d.layers, d.selected).then(() => { if (this.over) return; this.coloured = true; this.scores.take(); });
    this.shapes.take(d);
    this.tools?.take(d);
    if (this.fitted?.equals(this.map.getCenter())) this.whole();
    this.fitted = null;
    this.linked.take(d.link);
    void this.name(d.labels);
    if (!view.inAddress()) this.keep();
  }
  end(): void {
    this.over = true;
    // timers of Leaflet outlive the map: a wheel just turned, a zoom under way would ask for a pane that is gone
    const inner = this.map as unknown as { _animatingZoom: boolean; scrollWheelZoom: { _timer?: number } };
    clearTimeout(inner.scrollWheelZoom._timer);
    inner._animatingZoom = false;
    this.stops.forEach((stop) => stop());
    this.tools?.end();
    this.scores.end();
    this.linked.end();
    this.map.remove();
    this.root.remove();
  }
  say(said: Said): void { this.c.setTriggerValue("event", { ...said, t: Date.now() }); }

  // --- the view -------------------------------------------------------------------

  /** The address wins on a refresh, a journey that was not made yet on a new page, then what the page before showed. */
  private first(d: Data): void {
    const made = gone.get(this.kin), again = gone.size === 0 && !d.link ? view.inAddress() : null;
    const wanted = d.go.n !== (made ?? 0) && !again ? d.go.view : null;
    const start = again ?? wanted ?? view.last(this.kin);
    start ? this.look(start) : this.whole();
    gone.set(this.kin, d.go.n);
  }
  private journey(): void {
    const { go } = this.data;
    if (go.view) this.look(go.view);
  }
  look([lat, lon, zoom]: View): void { if (!this.over) this.map.setView([lat, lon], zoom, { animate: false }); }
  /** The whole county, clear of an open legend: beside it or above it, whichever shows the county larger. */
  whole(): void {
    if (this.over) return;
    const home = L.latLngBounds(this.data.home), [w, h] = this.tools?.cover ?? [0, 0];
    const sides = [L.point(w + EDGE, EDGE), L.point(EDGE, h + EDGE)].map((room) => ({ room, zoom: this.map.getBoundsZoom(home, false, room.add([EDGE, EDGE])) }));
    const [best] = sides.sort((a, b) => b.zoom - a.zoom);
    this.map.fitBounds(home, { animate: false, paddingTopLeft: [EDGE, EDGE], paddingBottomRight: best!.room });
    this.fitted = this.map.getCenter();
  }
  private keep(): void {
    if (!this.box.clientWidth) return;
    const { lat, lng } = this.map.getCenter();
    view.keep([lat, lng, this.map.getZoom()], this.kin, !this.data.link);
  }
  /** Streamlit writes the address itself and drops what is behind #: put it back. Back and Forward move the map. */
  private follow(): void {
    const again = () => { if (!view.inAddress()) this.keep(); };
    const back = () => { const there = view.inAddress(); if (there && !this.data.link) this.look(there); };
    const nav = (window as unknown as { navigation?: EventTarget }).navigation;
    nav?.addEventListener("currententrychange", again);
    window.addEventListener("popstate", back);
    // an element being taken away shrinks to nothing first: that is no move, or each change of page shifts the view
    const watch = new ResizeObserver(() => { if (this.box.clientWidth && this.box.clientHeight) this.map.invalidateSize(); });
    watch.observe(this.box);
    this.stops.push(() => nav?.removeEventListener("currententrychange", again), () => window.removeEventListener("popstate", back), () => watch.disconnect());
  }

  // --- what is pointed at -----------------------------------------------------------

  private clicked(e: L.LeafletMouseEvent): void {
    if (this.tools?.busy) return;
    this.press(e.latlng, e.originalEvent.ctrlKey || e.originalEvent.metaKey);
  }
  private press(at: L.LatLng, more: boolean): void {
    if (!this.data.asked) return;
    const layer = this.layers.asked, number = layer?.at(at) ?? -1;
    // at once; Python's answer follows
    if (layer && !more) { layer.select(number < 0 ? [] : [number]); layer.recolour(); }
    this.say({ kind: "click", lat: at.lat, lon: at.lng, more });
  }
  private hover(e: L.LeafletMouseEvent): void {
    this.tools?.where(e.latlng);
    const layer = this.layers.asked, number = layer && this.tools?.hover && !this.tools.busy ? layer.at(e.latlng) ?? -1 : -1;
    if (!layer || number < 0) this.cards.hide();
    else this.cards.at(layer, number, e.containerPoint.x, e.containerPoint.y, this.box.clientWidth);
  }
  private async name(url: string): Promise<void> {
    if (url === this.named) return;
    this.named = url;
    if (!url) { this.labels.set([]); return; }
    const found = JSON.parse(new TextDecoder().decode(await bytes(url))) as Label[];
    if (url === this.named && !this.over) this.labels.set(found);
  }
  /** For walks in a browser: whether everything asked for is on the screen. */
  get ready(): boolean { return this.coloured && this.layers.ready; }
  idLayer(id: string): IdLayer | null { return this.layers.get(id); }
}
