/** The card at the mouse: asked of the server once per polygon, kept, and off when the visitor says so. */
import { el } from "./dom.ts";
import type { IdLayer } from "./ids.ts";
import type { Card } from "./types.ts";

const WAIT_MS = 70, KEPT = 400;

export class Cards {
  readonly node = el("div", "lm-card");
  private known = new Map<string, Card>();
  private now = "";
  private timer = 0;
  constructor() { this.node.hidden = true; this.node.setAttribute("aria-live", "off"); }

  hide(): void { this.node.hidden = true; this.now = ""; clearTimeout(this.timer); }
  at(layer: IdLayer, number: number, x: number, y: number, width: number): void {
    const left = x > width - 260;
    this.node.style.transform = `translate(${left ? x - 14 : x + 14}px, ${y + 14}px)${left ? " translateX(-100%)" : ""}`;
    const url = layer.spec.cards.replace("{n}", String(number));
    if (url === this.now) return;
    this.hide();
    this.now = url;
    const card = this.known.get(url);
    if (card) this.show(card);
    else this.timer = window.setTimeout(() => void this.ask(url), WAIT_MS);
  }
  private async ask(url: string): Promise<void> {
    const answer = await fetch(url);
    if (!answer.ok) return;
    const card = (await answer.json()) as Card;
    if (this.known.size > KEPT) this.known.clear();
    this.known.set(url, card);
    if (this.now === url) this.show(card);
  }
  private show(card: Card): void {
    this.node.replaceChildren(el("b", "", card.title), ...card.lines.map((line) => el("div", "", line)));
    this.node.hidden = false;
  }
}
