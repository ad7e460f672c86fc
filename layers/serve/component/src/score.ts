/** The score of polygons by weights: the same sum as Python's, for the moment a slider is dragged. */
/**
 * Class of every polygon. Rows of `values` are scaled values of a polygon by criterion, NaN where a score is not known;
 * `firm` is the class Python gave: a polygon without a score, or beyond a hard limit, keeps it.
 */
export function classes(values: Float64Array, weights: number[], steps: number, firm: Uint8Array): Uint8Array {
  const wide = weights.length, out = Uint8Array.from(firm), total = weights.reduce((a, b) => a + b, 0);
  if (!(total > 0)) return out;
  const scores = new Float64Array(firm.length);
  let low = Infinity, high = -Infinity;
  for (let i = 0; i < firm.length; i++) {
    let sum = 0;
    for (let k = 0; k < wide; k++) sum += (weights[k]! / total) * values[i * wide + k]! * 100;
    const score = Math.round(sum * 1e6) / 1e6;
    scores[i] = score;
    if (score < low) low = score;
    if (score > high) high = score;
  }
  const span = Math.max(high - low, 1e-9);
  for (let i = 0; i < firm.length; i++) {
    const was = firm[i]!;
    if (Number.isNaN(scores[i]!) || was === 0 || was > 2 * steps) continue;
    const step = Math.min(Math.max(Math.floor(((scores[i]! - low) / span) * steps), 0), steps - 1);
    out[i] = 1 + step + (was > steps ? steps : 0);
  }
  return out;
}
