/** What stands around the map: bar of tools, search, layers, legend, where the mouse is, drawing and measuring. */
import * as L from "leaflet";
import type { Board } from "./board.ts";
import { apart, button, el, icon } from "./dom.ts";
import { pen, type Pen } from "./draw.ts";
import { area, length, metres } from "./plane.ts";
import { Search } from "./search.ts";
import { print } from "./sheet.ts";
import type { Data } from "./types.ts";
import { set, setting } from "./view.ts";

const SIGNS: Record<string, string> = {
  whole: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5", area: "M5 6l8-2 6 7-4 9-9-3z", line: "M4 19L10 8l5 6 5-9",
  box: "M4 4h3M10 4h4M17 4h3v3M20 10v4M20 17v3h-3M14 20h-4M7 20H4v-3M4 14v-4M4 7V4", print: "M7 9V4h10v5M7 17H4v-8h16v8h-3M7 14h10v6H7z",
  layers: "M12 3l9 5-9 5-9-5zM3 13l9 5 9-5", measure: "M3 17L17 3l4 4L7 21zM8 12l2 2M12 8l2 2",
};
type Mode = "" | "area" | "line" | "measure" | "box";

export class Tools {
  private bar = el("div", "lm-bar");
  private told = el("output", "lm-told");
  private place = el("div", "lm-where");
  private legend = el("details", "lm-legend");
  private box = el("div", "lm-box");
  private head = el("span", "");
  private cardName = el("span", "");
  private search: Search;
  private pressed = new Map<string, HTMLButtonElement>();
  private pen: Pen | null = null;
  private mode: Mode = "";
  private words: Record<string, string>;
  private was = "";
  hover = setting("hover", true);

  constructor(private chart: Board) {
    const { root } = chart;
    this.words = chart.words;
    this.search = new Search(() => chart.data.find, chart.words, (f) => {
      chart.look(f.view);
      if (f.id) chart.say({ kind: "pick", of: f.kind, id: f.id });
    });
    this.bar.setAttribute("role", "toolbar");
    apart(this.bar);
    root.append(this.bar, this.search.node, this.layerBox(), north(this.words["north"] ?? ""), this.legend, this.place, chart.layers.credit, this.told);
    this.legend.open = setting("legend", true) && chart.box.clientHeight > 300; // a small map is for the ground
    this.legend.addEventListener("toggle", () => set("legend", this.legend.open));
    apart(this.legend);
    this.boxes();
    root.addEventListener("keydown", (e) => { if (e.key === "Escape") this.use(""); });
  }
  get busy(): boolean { return this.mode !== ""; }
  /** What an open legend covers, px from the right and from the bottom; a shut one is small enough to lie over the ground. */
  get cover(): [number, number] {
    if (this.legend.hidden || !this.legend.open) return [0, 0];
    const { chart: { box }, legend } = this;
    return [box.getBoundingClientRect().right - legend.getBoundingClientRect().left, box.getBoundingClientRect().bottom - legend.getBoundingClientRect().top];
  }

  take(d: Data): void {
    const now = JSON.stringify([d.words, d.tools, d.legend, d.find === "", d.layers.some((l) => l.listed)]);
    if (now === this.was) return;
    this.was = now;
    this.search.rename();
    this.head.textContent = this.words["layers"] ?? "";
    this.cardName.textContent = this.words["card"] ?? "";
    this.search.node.hidden = d.find === "";
    this.box.hidden = !d.layers.some((l) => l.listed) && !d.layers.some((l) => l.kind === "ids" && l.cards);
    this.legend.hidden = d.legend.length === 0;
    this.legend.replaceChildren(el("summary", "", this.words["legend"]), ...d.legend.map((l) => {
      const mark = el("i", "");
      mark.style.background = l.stripe ? `repeating-linear-gradient(135deg, ${l.colour} 0 3px, ${l.stripe} 3px 5px)` : l.colour;
      return el("div", "", "", mark, el("span", "", l.text));
    }));
    const { map } = this.chart;
    this.pressed.clear();
    this.bar.replaceChildren(
      button("", "+", this.words["in"]!, () => map.zoomIn(1)), button("", "−", this.words["out"]!, () => map.zoomOut(1)),
      this.tool("whole", () => this.chart.whole()),
      ...d.tools.map((t) => t === "print" ? this.tool("print", () => void print(this.chart)) : this.tool(t, () => this.use(this.mode === t ? "" : (t as Mode)))),
    );
  }
  private tool(name: string, act: () => void): HTMLButtonElement {
    const made = button(`lm-tool-${name}`, "", this.words[name] ?? name, act);
    made.append(icon(SIGNS[name] ?? SIGNS["area"]!));
    this.pressed.set(name, made);
    return made;
  }
  private layerBox(): HTMLElement {
    const panel = el("div", "lm-panel"), card = el("input", "");
    Object.assign(card, { type: "checkbox", checked: this.hover });
    card.addEventListener("change", () => { this.hover = card.checked; set("hover", card.checked); this.chart.cards.hide(); });
    const options = el("div", "lm-options", "", el("label", "", "", card, this.cardName));
    panel.append(this.chart.layers.node, options);
    panel.hidden = true;
    const head = button("lm-head", "", this.words["layers"] ?? "", () => { panel.hidden = !panel.hidden; head.setAttribute("aria-expanded", String(!panel.hidden)); });
    head.append(icon(SIGNS["layers"]!), this.head);
    head.setAttribute("aria-expanded", "false");
    this.box.append(head, panel);
    apart(this.box);
    return this.box;
  }

  // --- where the mouse is -----------------------------------------------------------

  where(at: L.LatLng): void {
    const p = this.chart.data.plane, xy = p && metres(p, at.lat, at.lng);
    const degrees = `${at.lng.toFixed(6)}°, ${at.lat.toFixed(6)}°`;
    this.place.textContent = xy && p ? `${p.name}  E ${xy[0].toFixed(p.digits)}  N ${xy[1].toFixed(p.digits)}  ·  ${degrees}` : degrees;
  }

  // --- drawing ----------------------------------------------------------------------

  use(mode: Mode): void {
    this.mode = mode;
    this.chart.cards.hide();
    for (const [name, b] of this.pressed) b.setAttribute("aria-pressed", String(name === mode));
    this.chart.box.style.cursor = mode ? "crosshair" : "";
    this.told.textContent = mode ? this.words[`do_${mode}`] ?? "" : "";
    if (mode === "" || mode === "box") { this.pen?.stop(); if (mode) this.pen?.clear(); return; }
    this.pen ??= pen(this.chart.map, (shape) => setTimeout(() => this.drawn(shape), 50), (shape) => this.measured(shape));
    this.pen.start(mode === "area" ? "polygon" : "linestring");
  }
  /** After the click that ended it, or that click would also choose a polygon. */
  private drawn(shape: GeoJSON.Geometry): void {
    const mode = this.mode, text = this.told.textContent;
    this.use("");
    if (mode === "measure") { this.told.textContent = text; return; }
    this.pen?.clear();
    if (mode === "area" || mode === "line") this.chart.say({ kind: mode, shape });
  }
  private measured(shape: GeoJSON.Geometry | null): void {
    const p = this.chart.data.plane;
    if (!p || !shape || !this.busy) return;
    if (shape.type === "LineString") {
      const m = length(p, shape.coordinates);
      if (m !== null && shape.coordinates.length > 1) this.told.textContent = `${m.toLocaleString("en", { maximumFractionDigits: 1 })} m`;
    } else if (shape.type === "Polygon") {
      const m2 = area(p, shape.coordinates[0] ?? []);
      if (m2) this.told.textContent = `${m2.toLocaleString("en", { maximumFractionDigits: 0 })} m²  ·  ${(m2 / 10000 * 15).toLocaleString("en", { maximumFractionDigits: 2 })} ${this.words["mu"]}`;
    }
  }

  /** Shift and drag, or the tool: several polygons. */
  private boxes(): void {
    const { map, box } = this.chart;
    box.addEventListener("mousedown", (down) => {
      if (!this.chart.data.tools.includes("box") || !(down.shiftKey || this.mode === "box") || down.button !== 0) return;
      down.preventDefault();
      map.dragging.disable();
      const from = map.mouseEventToContainerPoint(down), frame = el("div", "lm-frame");
      box.append(frame);
      const move = (e: MouseEvent) => {
        const b = L.bounds(from, map.mouseEventToContainerPoint(e)), size = b.getSize();
        Object.assign(frame.style, { left: `${b.min!.x}px`, top: `${b.min!.y}px`, width: `${size.x}px`, height: `${size.y}px` });
      };
      const up = (e: MouseEvent) => {
        document.removeEventListener("mousemove", move);
        document.removeEventListener("mouseup", up);
        frame.remove();
        map.dragging.enable();
        // a drag ends with a click, which would choose a polygon
        const swallow = (click: Event) => click.stopPropagation();
        box.addEventListener("click", swallow, { capture: true });
        setTimeout(() => box.removeEventListener("click", swallow, { capture: true }));
        const to = map.mouseEventToContainerPoint(e);
        this.use("");
        if (Math.abs(to.x - from.x) < 4 && Math.abs(to.y - from.y) < 4) return;
        const b = L.latLngBounds(map.containerPointToLatLng(from), map.containerPointToLatLng(to));
        const [w, s, n, o] = [b.getWest(), b.getSouth(), b.getNorth(), b.getEast()];
        this.chart.say({ kind: "box", shape: { type: "Polygon", coordinates: [[[w, s], [o, s], [o, n], [w, n], [w, s]]] } });
      };
      document.addEventListener("mousemove", move);
      document.addEventListener("mouseup", up);
    });
  }
  end(): void { this.pen?.end(); }
}

function north(title: string): HTMLElement {
  const sign = icon("M12 1l7 20-7-5-7 5z"), node = el("div", "lm-north", "", sign, el("div", "", "N"));
  node.title = title;
  return node;
}
