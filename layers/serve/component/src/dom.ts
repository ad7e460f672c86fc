/** Elements: text gets onto the page as text, here and nowhere else. */
export function el<K extends keyof HTMLElementTagNameMap>(tag: K, className: string, text = "", ...children: Node[]): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  node.className = className;
  if (text) node.textContent = text;
  node.append(...children);
  return node;
}
export function button(className: string, sign: string, name: string, act: () => void): HTMLButtonElement {
  const made = el("button", className, sign);
  made.type = "button";
  made.title = name;
  made.setAttribute("aria-label", name);
  made.addEventListener("click", act);
  return made;
}
/** Nothing done here may reach the map beneath. */
export function apart(node: HTMLElement): void {
  for (const name of ["click", "dblclick", "mousedown", "pointerdown", "wheel", "contextmenu", "keydown"])
    node.addEventListener(name, (e) => e.stopPropagation());
}
const NS = "http://www.w3.org/2000/svg";
/** A sign drawn of one path in a square of 24. */
export function icon(path: string): SVGSVGElement {
  const svg = document.createElementNS(NS, "svg"), line = document.createElementNS(NS, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}
