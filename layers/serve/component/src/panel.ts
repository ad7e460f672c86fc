/** The list of layers: seen or not, how strongly, above or below; kept for the next page and the next day. */
import * as L from "leaflet";
import { IdLayer } from "./ids.ts";
import { beyond, options, Watch } from "./base.ts";
import { apart, button, el } from "./dom.ts";
import type { LayerSpec, PictureSpec } from "./types.ts";
import { set, setting } from "./view.ts";

interface Own { shown?: boolean; opacity?: number; order?: number }
const FIRST_PANE = 210;

export class Layers {
  readonly node = el("div", "lm-layers");
  /** What has to stand beside the basemaps that are seen, and what cannot be shown of them. */
  readonly credit = el("div", "lm-credit");
  private made = new Map<string, { spec: LayerSpec; layer: IdLayer | L.TileLayer; watch?: Watch }>();
  private order: string[] = [];
  private own = setting<Record<string, Own>>("layers", {});
  private drawn = "";

  constructor(private map: L.Map, private words: Record<string, string>) {
    apart(this.node);
    map.on("zoomend", () => this.tell());
  }

  /** Take the layers Python names; those it no longer names go. Resolves once all know their colours. */
  async take(specs: LayerSpec[], selected: number[]): Promise<void> {
    const named = new Set(specs.map((s) => s.id)), waiting: Promise<void>[] = [];
    for (const [id, { layer }] of this.made) if (!named.has(id)) { layer.remove(); this.made.delete(id); }
    this.order = this.ordered(specs);
    const asked = [...this.order].reverse().find((id) => specs.some((s) => s.id === id && s.kind === "ids" && s.cards));
    for (const spec of specs) waiting.push(this.one(spec, spec.id === asked ? selected : []));
    this.stack();
    this.thin();
    const drawn = JSON.stringify([this.words["opacity"], specs.map((s) => [s.id, s.title, s.listed, s.kind === "picture" && s.why]), this.order]);
    if (drawn !== this.drawn) { this.drawn = drawn; this.list(); }
    this.tell();
    await Promise.all(waiting);
  }
  private async one(spec: LayerSpec, selected: number[]): Promise<void> {
    const pane = `layer-${spec.id}`, there = this.made.get(spec.id);
    if (!this.map.getPane(pane)) this.map.createPane(pane);
    let layer = there?.layer, waiting = Promise.resolve();
    if (!layer || (layer instanceof IdLayer) !== (spec.kind === "ids") || (spec.kind === "ids" && (there!.spec as typeof spec).count !== spec.count) || (spec.kind === "picture" && String((there!.spec as typeof spec).zooms) !== String(spec.zooms))) {
      layer?.remove();
      layer = spec.kind === "ids" ? new IdLayer(spec, { pane }) : L.tileLayer(spec.url, options(spec, pane));
    } else if (spec.kind === "picture" && (there!.spec as typeof spec).url !== spec.url) (layer as L.TileLayer).setUrl(spec.url);
    const watch = spec.kind === "picture" && spec.base && !(layer instanceof IdLayer) ? (layer === there?.layer && there.watch) || new Watch(layer, () => this.words["lang"] ?? "", () => this.tell()) : undefined;
    this.made.set(spec.id, { spec, layer, watch });
    layer.setOpacity(this.opacity(spec));
    const seen = this.seen(spec);
    if (seen && !this.map.hasLayer(layer)) layer.addTo(this.map);
    if (!seen && this.map.hasLayer(layer)) layer.remove();
    if (spec.kind === "ids") waiting = (layer as IdLayer).take(spec, selected);
    return waiting;
  }
  /** Where an image of the ground is seen, what lies over it lets it be seen. */
  private thin(): void {
    const made = [...this.made.values()], on = made.some(({ spec }) => spec.kind === "picture" && spec.base && this.seen(spec));
    for (const { layer } of made) if (layer instanceof IdLayer) layer.thin(on);
  }
  /** Attributions of what is seen, each once, and in words what of it cannot be shown. */
  private tell(): void {
    const seen = [...this.made.values()].filter(({ spec }) => spec.kind === "picture" && spec.base && this.seen(spec));
    const credits = seen.map(({ spec }) => (spec as PictureSpec).credit).filter((c, k, all) => c && all.indexOf(c) === k);
    const troubles = seen.flatMap(({ spec, watch }) => {
      const told = beyond(spec as PictureSpec, this.map.getZoom()) ? "base_near" : watch?.told ?? "";
      return told ? [`${spec.title}: ${typeof told === "string" ? this.words[told] : told.said}`] : [];
    });
    this.credit.replaceChildren(...troubles.map((t) => el("b", "", t)), ...credits.map((c) => el("span", "", c)));
  }
  private seen(spec: LayerSpec): boolean {
    if (spec.kind === "picture" && spec.why) return false;
    return spec.listed ? this.own[spec.id]?.shown ?? spec.shown : spec.shown;
  }
  private opacity(spec: LayerSpec): number { return spec.listed ? this.own[spec.id]?.opacity ?? spec.opacity : spec.opacity; }
  private ordered(specs: LayerSpec[]): string[] {
    return specs.map((s, k) => ({ id: s.id, at: (s.listed ? this.own[s.id]?.order : undefined) ?? k })).sort((a, b) => a.at - b.at).map((s) => s.id);
  }
  private stack(): void { this.order.forEach((id, k) => { this.map.getPane(`layer-${id}`)!.style.zIndex = String(FIRST_PANE + k); }); }
  private keep(id: string, more: Own): void { this.own[id] = { ...this.own[id], ...more }; set("layers", this.own); }

  /** The numbers a click and the card ask first: the topmost that tells of its polygons. */
  get asked(): IdLayer | null {
    for (const id of [...this.order].reverse()) {
      const layer = this.made.get(id)?.layer;
      if (layer instanceof IdLayer && layer.spec.cards) return layer;
    }
    return null;
  }
  get(id: string): IdLayer | null { const layer = this.made.get(id)?.layer; return layer instanceof IdLayer ? layer : null; }
  /** What is seen, from below to above. */
  get shown(): { spec: LayerSpec; layer: IdLayer | L.TileLayer; opacity: number }[] {
    return this.order.map((id) => this.made.get(id)!).filter((m) => m && this.map.hasLayer(m.layer)).map((m) => ({ ...m, opacity: this.opacity(m.spec) }));
  }
  get ready(): boolean {
    return [...this.made.values()].every(({ layer }) => !this.map.hasLayer(layer) || (layer instanceof IdLayer ? layer.ready : !layer.isLoading()));
  }

  /** The topmost layer stands first in the list, as on the map. */
  private list(): void {
    const lines = [...this.order].reverse().map((id) => this.made.get(id)!.spec).filter((s) => s.listed).map((s) => this.line(s));
    this.node.replaceChildren(...lines);
  }
  private line(spec: LayerSpec): HTMLElement {
    const { layer } = this.made.get(spec.id)!, box = el("input", ""), name = el("label", "lm-name");
    box.type = "checkbox";
    box.checked = this.seen(spec);
    box.disabled = spec.kind === "picture" && spec.why !== "";
    box.addEventListener("change", () => {
      this.keep(spec.id, { shown: box.checked });
      box.checked ? layer.addTo(this.map) : layer.remove();
      this.thin();
      this.tell();
    });
    const mark = el("i", "lm-swatch");
    if (spec.kind === "picture") Object.assign(mark.style, { borderColor: spec.colour, borderStyle: spec.mark === "dashes" ? "dashed" : "solid", background: ground(spec) });
    const vintage = spec.kind === "picture" && spec.vintage ? [el("small", "", spec.vintage)] : [];
    name.append(box, mark, el("span", "", spec.title), ...vintage);
    if (spec.kind === "picture" && spec.why) return el("div", "lm-layer lm-shut", "", name, el("div", "lm-why", spec.why));
    const strength = el("input", "lm-strength");
    Object.assign(strength, { type: "range", min: "10", max: "100", step: "5", value: String(Math.round(this.opacity(spec) * 100)), title: this.words["opacity"] });
    strength.setAttribute("aria-label", `${this.words["opacity"]} ${spec.title}`);
    strength.addEventListener("input", () => { this.keep(spec.id, { opacity: Number(strength.value) / 100 }); layer.setOpacity(Number(strength.value) / 100); });
    const up = button("lm-small", "↑", `${this.words["up"]} ${spec.title}`, () => this.move(spec.id, 1));
    const down = button("lm-small", "↓", `${this.words["down"]} ${spec.title}`, () => this.move(spec.id, -1));
    return el("div", "lm-layer", "", name, strength, up, down);
  }
  private move(id: string, by: number): void {
    const listed = this.order.filter((i) => this.made.get(i)!.spec.listed), at = listed.indexOf(id), other = listed[at + by];
    if (!other) return;
    const a = this.order.indexOf(id), b = this.order.indexOf(other);
    [this.order[a], this.order[b]] = [this.order[b]!, this.order[a]!];
    this.order.forEach((each, k) => { if (this.made.get(each)!.spec.listed) this.keep(each, { order: k }); });
    this.stack();
    this.list();
  }
}

/** The swatch is filled as the map is: clear, even, or hatched. */
function ground(spec: PictureSpec): string {
  if (spec.outline) return "transparent";
  const angle = spec.mark === "rising" ? 135 : spec.mark === "falling" ? 45 : 0;
  return angle ? `repeating-linear-gradient(${angle}deg, ${spec.colour} 0 1px, ${spec.colour}22 1px 4px)` : `${spec.colour}44`;
}
