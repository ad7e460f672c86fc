/** One picture as a PDF of one page, A4 upright or lying; nothing but the picture is in it. */
const A4: [number, number] = [841.89, 595.28], EDGE = 22;

export function pdf(jpeg: Uint8Array, width: number, height: number): Uint8Array<ArrayBuffer> {
  const [pw, ph] = width >= height ? A4 : [A4[1], A4[0]];
  const k = Math.min((pw - 2 * EDGE) / width, (ph - 2 * EDGE) / height), w = width * k, h = height * k;
  const content = `q ${w.toFixed(2)} 0 0 ${h.toFixed(2)} ${((pw - w) / 2).toFixed(2)} ${((ph - h) / 2).toFixed(2)} cm /P Do Q`;
  const text = new TextEncoder(), parts: Uint8Array[] = [], starts: number[] = [];
  let size = 0;
  const add = (piece: string | Uint8Array) => { const b = typeof piece === "string" ? text.encode(piece) : piece; parts.push(b); size += b.length; };
  const object = (n: number, body: string) => { starts[n] = size; add(`${n} 0 obj\n${body}\nendobj\n`); };
  add("%PDF-1.4\n");
  object(1, "<< /Type /Catalog /Pages 2 0 R >>");
  object(2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
  object(3, `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${pw} ${ph}] /Resources << /XObject << /P 4 0 R >> >> /Contents 5 0 R >>`);
  starts[4] = size;
  add(`4 0 obj\n<< /Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode /Length ${jpeg.length} >>\nstream\n`);
  add(jpeg);
  add("\nendstream\nendobj\n");
  object(5, `<< /Length ${content.length} >>\nstream\n${content}\nendstream`);
  const table = size;
  add(`xref\n0 6\n0000000000 65535 f \n${[1, 2, 3, 4, 5].map((n) => `${String(starts[n]).padStart(10, "0")} 00000 n \n`).join("")}`);
  add(`trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`);
  const out = new Uint8Array(size);
  let at = 0;
  for (const p of parts) { out.set(p, at); at += p.length; }
  return out;
}
