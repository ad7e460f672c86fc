/** Room for names: pure, so that it is tested without a browser. */
export interface Box { x: number; y: number; w: number; h: number }

/** Which boxes stay when each takes its room in turn. */
export function spaced(boxes: Box[]): boolean[] {
  const taken: Box[] = [];
  return boxes.map((b) => {
    const free = taken.every((t) => Math.abs(t.x - b.x) * 2 >= t.w + b.w || Math.abs(t.y - b.y) * 2 >= t.h + b.h);
    if (free) taken.push(b);
    return free;
  });
}
/** How far each box goes down so that none lies on another: as little as can be, the lower one gives way; from above to below. */
export function stacked(boxes: Box[]): number[] {
  const placed: Box[] = [], moved = boxes.map(() => 0);
  for (const k of boxes.map((_, i) => i).sort((a, b) => boxes[a]!.y - boxes[b]!.y || a - b)) {
    const box = { ...boxes[k]! };
    for (const other of placed.sort((a, b) => a.y - b.y))
      if (Math.abs(other.x - box.x) * 2 < other.w + box.w && Math.abs(other.y - box.y) * 2 < other.h + box.h) box.y = other.y + (other.h + box.h) / 2;
    moved[k] = box.y - boxes[k]!.y;
    placed.push(box);
  }
  return moved;
}
/** Room a text takes, in pixels: wide signs of Chinese, narrow ones of Latin. */
export const wide = (text: string, size: number): number =>
  [...text].reduce((sum, c) => sum + (c.codePointAt(0)! > 0x2e7f ? size : size * 0.56), 0);
