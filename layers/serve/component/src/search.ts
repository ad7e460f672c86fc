/** Find a place: by id, name, park, road or coordinate; the list is the server's, chosen from by mouse or key. */
import { apart, button, el } from "./dom.ts";
import type { Found } from "./types.ts";

export class Search {
  readonly node = el("div", "lm-search");
  private field = el("input", "");
  private list = el("ul", "lm-found");
  private timer = 0;
  private asked = 0;
  constructor(private url: () => string, private words: Record<string, string>, private chosen: (found: Found) => void) {
    Object.assign(this.field, { type: "search", autocomplete: "off", spellcheck: false });
    this.rename();
    this.node.append(this.field, this.list);
    this.list.hidden = true;
    apart(this.node);
    this.field.addEventListener("input", () => { clearTimeout(this.timer); this.timer = window.setTimeout(() => void this.ask(), 150); });
    this.field.addEventListener("keydown", (e) => {
      if (e.key === "Enter") { const first = this.list.querySelector("button"); first && !this.list.hidden ? first.click() : void this.ask(true); }
      if (e.key === "ArrowDown") { this.list.querySelector("button")?.focus(); e.preventDefault(); }
      if (e.key === "Escape") this.close();
    });
    this.list.addEventListener("keydown", (e) => {
      const all = [...this.list.querySelectorAll("button")], at = all.indexOf(e.target as HTMLButtonElement);
      if (e.key === "ArrowDown") { all[at + 1]?.focus(); e.preventDefault(); }
      if (e.key === "ArrowUp") { (all[at - 1] ?? this.field).focus(); e.preventDefault(); }
      if (e.key === "Escape") { this.close(); this.field.focus(); }
    });
  }
  rename(): void {
    this.field.placeholder = this.words["search"] ?? "";
    this.field.setAttribute("aria-label", this.field.placeholder);
  }
  close(): void { this.list.hidden = true; }
  private async ask(go = false): Promise<void> {
    const text = this.field.value.trim(), turn = ++this.asked;
    if (!text || !this.url()) { this.close(); return; }
    const answer = await fetch(`${this.url()}?q=${encodeURIComponent(text)}`);
    if (!answer.ok || turn !== this.asked) return;
    const found = (await answer.json()) as Found[];
    const lines = found.map((f) => {
      const line = button("lm-hit", "", f.title, () => { this.close(); this.chosen(f); });
      line.append(el("span", "", f.title), el("small", "", f.kind));
      return el("li", "", "", line);
    });
    this.list.replaceChildren(...(lines.length ? lines : [el("li", "lm-none", this.words["nothing"])]));
    this.list.hidden = false;
    if (go && found[0]) { this.close(); this.chosen(found[0]); }
  }
}
