/** What Python hands to the map. Texts are the study's own: they reach the page by `textContent` alone. */
export type Rgba = [number, number, number, number];
export type View = [lat: number, lon: number, zoom: number];
export type Bounds = [[south: number, west: number], [north: number, east: number]];
export type Point = [lat: number, lon: number];

export interface Ink { fill: Rgba; line: Rgba; stripe: Rgba | null; seam: Rgba | null }

/** Polygons as numbers per pixel: coloured here by two small tables. */
export interface IdsSpec {
  kind: "ids"; id: string; title: string; ids: string; count: number; classes: string; ground: string; inks: Ink[]; grounds: Rgba[];
  cards: string; opacity: number; shown: boolean; listed: boolean; leaves: boolean;
}
/** Pictures from the server. */
export interface PictureSpec {
  kind: "picture"; id: string; title: string; vintage: string; url: string; colour: string; mark: string; outline: boolean; opacity: number; shown: boolean;
  listed: boolean; leaves: boolean;
  /** An image of the ground itself: polygons above it let it be seen. */
  base: boolean;
  /** What has to stand beside it; why it cannot be shown ("" where it can); least and greatest zoom there are tiles of. */
  credit: string; why: string; zooms: [least: number, greatest: number];
}
export type LayerSpec = IdsSpec | PictureSpec;

export interface Shape { shape: GeoJSON.GeoJsonObject; colour: string; weight: number; dash: string; fill: string }
export interface Line { points: Point[]; colour: string; weight: number; dash: string }
export interface Dot { at: Point; colour: string }
export interface Sign { at: Point; text: string; colour: string; chosen: boolean }
export interface Label { at: Point; text: string; kind: "place" | "park" | "road" | "candidate"; from: number; weight: number }
export interface LegendLine { colour: string; stripe: string; text: string }

/** Degrees into metres of the study by a polynomial that Python fitted and checked: x = Σ c·uⁱ·vʲ. */
export interface Plane { name: string; lon: number; lat: number; scale: number; degree: number; x: number[]; y: number[]; reach: number; digits: number }

export interface Data {
  name: string; words: Record<string, string>; home: Bounds; go: { n: number; view: View | null }; follow: boolean; asked: boolean;
  /** Maps of the same name are looked at side by side, "" for one that stands alone. */
  link: string;
  layers: LayerSpec[]; shapes: Shape[]; lines: Line[]; dots: Dot[]; signs: Sign[]; labels: string; legend: LegendLine[]; plane: Plane | null;
  find: string; tools: string[]; selected: number[]; sheet: { title: string; lines: string[]; file: string; refused: string };
  preview: Preview | null;
}
/** A score that is told while a slider is moved: the same sum as Python's. */
export interface Preview { values: string; weights: number[]; steps: number; sliders: string[]; layer: string }

export interface Found { title: string; kind: string; id: string; view: View }
export interface Card { title: string; lines: string[] }
export interface Component { data: Data; parentElement: ShadowRoot | HTMLElement; setTriggerValue(name: string, value: unknown): void }
export type Said =
  | { kind: "click"; lat: number; lon: number; more: boolean } | { kind: "box" | "area" | "line"; shape: GeoJSON.Geometry }
  | { kind: "pick"; of: string; id: string };
