/** While a slider is dragged the map is coloured here, by the same sum as Python's; what Python says on release is kept. */
import type { Board } from "./board.ts";
import { bytes } from "./ids.ts";
import { classes } from "./score.ts";
import type { Preview } from "./types.ts";

export class Scores {
  private values: Float64Array | null = null;
  private asked = "";
  private firm: Uint8Array | null = null;
  private weights: number[] = [];
  private watch: MutationObserver | null = null;
  private frame = 0;
  constructor(private chart: Board) {}

  /** Python has spoken: its colours are the ones that count. */
  take(): void {
    const p = this.chart.data.preview;
    if (!p) { this.end(); return; }
    const layer = this.chart.idLayer(p.layer);
    this.firm = layer ? Uint8Array.from(layer.classes) : null;
    this.weights = [...p.weights];
    if (p.values !== this.asked) {
      this.asked = p.values;
      void bytes(p.values).then((b) => { if (this.asked === p.values) this.values = new Float64Array(b.buffer); });
    }
    if (!this.watch) {
      this.watch = new MutationObserver((changes) => this.moved(changes.map((c) => c.target)));
      this.watch.observe(document.body, { subtree: true, attributes: true, attributeFilter: ["value", "aria-valuenow", "aria-valuetext"] });
      document.addEventListener("input", this.typed, true);
    }
  }
  end(): void {
    this.watch?.disconnect();
    this.watch = null;
    document.removeEventListener("input", this.typed, true);
  }
  private typed = (e: Event): void => this.moved([e.target as Node]);

  private moved(nodes: Node[]): void {
    const p = this.chart.data.preview;
    if (!p) return;
    let any = false;
    for (const target of nodes) {
      const at = target instanceof HTMLElement ? slider(target, p) : null;
      if (!at || at.value === this.weights[at.place]) continue;
      this.weights[at.place] = at.value;
      any = true;
    }
    if (any) this.preview(this.weights);
  }
  preview(weights: number[]): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => {
      const p = this.chart.data.preview, layer = p && this.chart.idLayer(p.layer);
      if (!p || !layer || !this.values || !this.firm) return;
      const start = performance.now();
      layer.show(classes(this.values, weights, p.steps, this.firm));
      layer.recolour();
      performance.measure("luodi-recolour", { start });
    });
  }
}

/** Which weight a control of the page turns, and what it says now. */
function slider(node: HTMLElement, p: Preview): { place: number; value: number } | null {
  const place = p.sliders.findIndex((name) => node.closest(`.${CSS.escape(name)}`));
  const text = node.getAttribute("aria-valuenow") ?? (node instanceof HTMLInputElement ? node.value : "");
  const value = text === "" ? NaN : Number(text);
  return place >= 0 && Number.isFinite(value) ? { place, value } : null;
}
