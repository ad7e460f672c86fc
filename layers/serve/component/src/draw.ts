/** Drawing an area or a line by hand; what comes out is one GeoJSON geometry. */
import * as L from "leaflet";
import { TerraDraw, TerraDrawLineStringMode, TerraDrawPolygonMode } from "terra-draw";
import { TerraDrawLeafletAdapter } from "terra-draw-leaflet-adapter";

export interface Pen { start(kind: "polygon" | "linestring"): void; stop(): void; clear(): void; end(): void }

export function pen(map: L.Map, finished: (shape: GeoJSON.Geometry) => void, moved: (shape: GeoJSON.Geometry | null) => void): Pen {
  const draw = new TerraDraw({
    adapter: new TerraDrawLeafletAdapter({ lib: L, map }),
    modes: [new TerraDrawPolygonMode(), new TerraDrawLineStringMode()],
  });
  draw.on("finish", (id) => { const f = draw.getSnapshotFeature(id); if (f) finished(f.geometry as GeoJSON.Geometry); });
  draw.on("change", () => {
    const f = draw.getSnapshot().find((s) => s.geometry.type === "Polygon" || s.geometry.type === "LineString");
    moved(f ? (f.geometry as GeoJSON.Geometry) : null);
  });
  return {
    start(kind) { if (!draw.enabled) draw.start(); draw.clear(); draw.setMode(kind); },
    stop() { if (draw.enabled) draw.setMode("static"); },
    clear() { if (draw.enabled) draw.clear(); },
    end() { if (draw.enabled) draw.stop(); },
  };
}
