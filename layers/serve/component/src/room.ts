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
/** Room a text takes, in pixels: wide signs of Chinese, narrow ones of Latin. */
export const wide = (text: string, size: number): number =>
  [...text].reduce((sum, c) => sum + (c.codePointAt(0)! > 0x2e7f ? size : size * 0.56), 0);
