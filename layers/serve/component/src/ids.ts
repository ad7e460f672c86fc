/** Polygons as numbers per pixel: coloured in the browser, so that no colour is ever asked for. */
import * as L from "leaflet";
import { SIZE, blocks, coded, paint, palette, thinner } from "./colour.ts";
import type { IdsSpec, Rgba } from "./types.ts";

const NEAR = 15, SEAMS = 12;
const MARKED: Rgba = [20, 78, 190, 255];
interface Tile { canvas: HTMLCanvasElement; pen: CanvasRenderingContext2D; picture: ImageData; out: Uint32Array; codes: Uint32Array | null; z: number; stamp: number; stop: AbortController }

export class IdLayer extends L.GridLayer {
  readonly tiles = new Map<string, Tile>();
  classes: Uint8Array;
  private grounds: Uint8Array | null = null;
  private block: Uint16Array;
  private near: Uint32Array;
  private far: Uint32Array;
  private plain: Uint32Array;
  private chosen: number[] = [];
  private stamp = 0;
  private thinned = false;
  private asked = { classes: "", ground: "" };

  constructor(public spec: IdsSpec, options: L.GridLayerOptions = {}) {
    super({ tileSize: 256, maxZoom: 20, updateWhenZooming: false, ...options });
    this.classes = new Uint8Array(spec.count);
    this.block = new Uint16Array(spec.count + 1);
    this.near = this.far = this.plain = palette([], [], false, MARKED);
    this.on("tileunload", (e) => {
      const key = keyOf((e as L.TileEvent).coords);
      this.tiles.get(key)?.stop.abort();
      this.tiles.delete(key);
    });
  }

  /** Take what Python says now; only what differs is asked for. Resolves once the colours are known. */
  async take(spec: IdsSpec, selected: number[]): Promise<void> {
    const moved = spec.ids !== this.spec.ids;
    this.spec = spec;
    this.mixed();
    this.select(selected);
    const wanted = { classes: spec.classes, ground: spec.ground };
    if (wanted.classes !== this.asked.classes || wanted.ground !== this.asked.ground) {
      this.asked = wanted;
      const [classes, grounds] = await Promise.all([bytes(wanted.classes), wanted.ground ? bytes(wanted.ground) : null]);
      if (this.asked !== wanted) return; // another answer is on its way
      this.classes = classes;
      this.grounds = grounds;
      this.mix();
    }
    if (moved) this.redraw();
    else this.recolour();
  }
  /** Over an image of the ground nothing stands for the ground, and what stands on it is thinner. */
  thin(on: boolean): void {
    if (on === this.thinned) return;
    this.thinned = on;
    this.mixed();
    this.recolour();
  }
  private mixed(): void {
    const { inks, grounds } = this.thinned ? thinner(this.spec.inks, this.spec.grounds) : this.spec;
    this.near = palette(inks, grounds, true, MARKED);
    this.far = palette(inks, grounds, false, MARKED);
    this.plain = palette(inks.map((i) => ({ ...i, seam: null })), grounds, false, MARKED);
  }
  select(numbers: number[]): void { this.chosen = numbers; this.mix(); }
  show(classes: Uint8Array): void { this.classes = classes; this.mix(); }
  private mix(): void { this.block = blocks(this.classes, this.grounds, this.spec.inks.length, this.spec.grounds.length, this.chosen); }

  override createTile(coords: L.Coords, done: L.DoneCallback): HTMLElement {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SIZE;
    const pen = canvas.getContext("2d")!, picture = pen.createImageData(SIZE, SIZE), stop = new AbortController();
    const tile: Tile = { canvas, pen, picture, out: new Uint32Array(picture.data.buffer), codes: null, z: coords.z, stamp: -1, stop };
    this.tiles.set(keyOf(coords), tile);
    const url = L.Util.template(this.spec.ids, { x: coords.x, y: coords.y, z: coords.z });
    numbers(url, stop.signal).then((raw) => {
      tile.codes = coded(raw);
      this.paint(tile);
      done(undefined, canvas);
    }, (error) => { if (!stop.signal.aborted) done(error, canvas); });
    return canvas;
  }

  /** Paint what is seen now, the rest when there is time. */
  recolour(): void {
    const stamp = ++this.stamp, box = this.getContainer()?.closest(".lm-map")?.getBoundingClientRect();
    if (!box) return;
    for (const tile of this.tiles.values()) {
      const r = tile.canvas.getBoundingClientRect();
      if (r.right > box.left && r.left < box.right && r.bottom > box.top && r.top < box.bottom) this.paint(tile);
    }
    setTimeout(() => { if (stamp === this.stamp) for (const tile of this.tiles.values()) if (tile.stamp !== stamp) this.paint(tile); }, 60);
  }
  private paint(tile: Tile): void {
    tile.stamp = this.stamp;
    if (!tile.codes) return;
    paint(tile.codes, this.block, tile.z >= NEAR ? this.near : tile.z >= SEAMS ? this.far : this.plain, tile.out);
    tile.pen.putImageData(tile.picture, 0, 0);
  }

  /** Number of the polygon at a place, counted from 0; -1 where there is none, null where no tile is there yet. */
  at(place: L.LatLng): number | null {
    const z = (this as unknown as { _tileZoom?: number })._tileZoom, map = (this as unknown as { _map: L.Map | null })._map;
    if (!map || z === undefined) return null;
    const p = map.project(place, z), tile = this.tiles.get(`${Math.floor(p.x / 256)}/${Math.floor(p.y / 256)}/${z}`);
    if (!tile?.codes) return null;
    return (tile.codes[Math.floor((p.y % 256) * 2) * SIZE + Math.floor((p.x % 256) * 2)]! >>> 3) - 1;
  }
  get ready(): boolean { return this.tiles.size > 0 && [...this.tiles.values()].every((t) => t.codes); }
}

const keyOf = (c: L.Coords) => `${c.x}/${c.y}/${c.z}`;

/** 513 × 513 numbers, as bytes: a picture would have to be read back from a canvas, which some browsers falsify. */
async function numbers(url: string, signal: AbortSignal): Promise<Uint32Array> {
  const answer = await fetch(url, { signal });
  if (!answer.ok) throw new Error(String(answer.status));
  return new Uint32Array(await answer.arrayBuffer());
}
export async function bytes(url: string): Promise<Uint8Array> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(String(answer.status));
  return new Uint8Array(await answer.arrayBuffer());
}
