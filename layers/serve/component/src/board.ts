/** What the tools, the sheet and the preview may ask of the map they belong to. */
import type * as L from "leaflet";
import type { Cards } from "./card.ts";
import type { IdLayer } from "./ids.ts";
import type { Labels } from "./labels.ts";
import type { Layers } from "./panel.ts";
import type { Shapes } from "./shapes.ts";
import type { Data, Said, View } from "./types.ts";

export interface Board {
  readonly root: HTMLElement;
  readonly box: HTMLElement;
  readonly map: L.Map;
  readonly layers: Layers;
  readonly labels: Labels;
  readonly shapes: Shapes;
  readonly cards: Cards;
  readonly words: Record<string, string>;
  readonly data: Data;
  look(view: View): void;
  whole(): void;
  say(said: Said): void;
  idLayer(id: string): IdLayer | null;
}
