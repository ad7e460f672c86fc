"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const words = data.words, columns = data.columns, count = data.count;
  const text = (c, i) => {
    const v = columns[c].codes ? columns[c].values[columns[c].codes[i]] : columns[c].values[i];
    return v === null || v === undefined ? "" : typeof v === "number" ? v.toLocaleString(data.lang, { maximumFractionDigits: 4 }) : v;
  };
  const shapes = data.shapes.map((parts) => parts && parts.map((ring) => {
    const out = new Float64Array(ring.length);
    let x = 0, y = 0;
    for (let k = 0; k < ring.length; k += 2) { x += ring[k]; y += ring[k + 1]; out[k] = x; out[k + 1] = y; }
    return out;
  }));
  const boxes = shapes.map((parts) => {
    if (!parts) return null;
    const b = [Infinity, Infinity, -Infinity, -Infinity];
    for (const r of parts) for (let k = 0; k < r.length; k += 2) {
      b[0] = Math.min(b[0], r[k]); b[1] = Math.min(b[1], r[k + 1]); b[2] = Math.max(b[2], r[k]); b[3] = Math.max(b[3], r[k + 1]);
    }
    return b;
  });
  const whole = boxes.reduce((a, b) => b ? [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])] : a, [Infinity, Infinity, -Infinity, -Infinity]);
  const colour = (i) => data.look < 0 ? data.plain : data.colours[text(data.look, i)] || data.plain;
  const canvas = document.querySelector("canvas"), pen = canvas.getContext("2d");
  let view = { x: 0, y: 0, k: 1 }, selected = -1, shown = new Uint8Array(count).fill(1), waiting = false;
  const el = (tag, said, cls) => { const e = document.createElement(tag); if (said !== undefined) e.textContent = said; if (cls) e.className = cls; return e; };
  function fit(b) {
    if (!isFinite(b[0])) return;
    const w = canvas.clientWidth, h = canvas.clientHeight, k = Math.min(w / Math.max(b[2] - b[0], 1), h / Math.max(b[3] - b[1], 1)) * .9;
    view = { k, x: (b[0] + b[2]) / 2 - w / 2 / k, y: (b[1] + b[3]) / 2 + h / 2 / k };
    later();
  }
  const later = () => { if (!waiting) { waiting = true; requestAnimationFrame(draw); } };
  function trace(parts) {
    pen.beginPath();
    for (const r of parts) for (let k = 0; k < r.length; k += 2) {
      const px = (r[k] - view.x) * view.k, py = (view.y - r[k + 1]) * view.k;
      if (k) pen.lineTo(px, py); else pen.moveTo(px, py);
    }
    pen.closePath();
  }
  function draw() {
    waiting = false;
    const ratio = window.devicePixelRatio || 1, w = canvas.clientWidth, h = canvas.clientHeight;
    if (canvas.width !== Math.round(w * ratio) || canvas.height !== Math.round(h * ratio)) { canvas.width = Math.round(w * ratio); canvas.height = Math.round(h * ratio); }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, w, h);
    pen.lineWidth = .6; pen.strokeStyle = "rgba(31,41,55,.55)";
    const right = view.x + w / view.k, below = view.y - h / view.k;
    for (let i = 0; i < count; i++) {
      const b = boxes[i];
      if (!b || b[2] < view.x || b[0] > right || b[3] < below || b[1] > view.y) continue;
      trace(shapes[i]);
      pen.globalAlpha = shown[i] ? .85 : .12;
      pen.fillStyle = colour(i); pen.fill("evenodd"); pen.stroke();
    }
    pen.globalAlpha = 1;
    if (selected >= 0 && shapes[selected]) { trace(shapes[selected]); pen.lineWidth = 3; pen.strokeStyle = "#111827"; pen.stroke(); }
    const most = 120 / view.k * data.step, ten = 10 ** Math.floor(Math.log10(most)), metres = [5, 2, 1].map((f) => f * ten).find((m) => m <= most) || ten;
    const bar = document.getElementById("scale");
    bar.style.width = metres / data.step * view.k + "px";
    bar.textContent = metres >= 1000 ? metres / 1000 + " km" : metres + " m";
  }
  function pick(i, go) {
    selected = i;
    const why = document.getElementById("why");
    why.replaceChildren();
    if (i < 0) { why.append(el("p", words.pick)); later(); return; }
    why.append(el("h2", text(0, i)));
    if (data.look >= 0) why.append(el("p", text(data.look, i)));
    const at = columns.findIndex((c) => c.name === "why");
    if (at >= 0 && text(at, i)) why.append(el("p", text(at, i)));
    const list = el("dl");
    columns.forEach((c, k) => { const v = text(k, i); if (k && k !== at && k !== data.look && v !== "") list.append(el("dt", c.head), el("dd", v)); });
    why.append(list);
    document.querySelectorAll("#rows tr[data-i]").forEach((r) => r.setAttribute("aria-selected", String(Number(r.dataset.i) === i)));
    if (go && boxes[i]) { const b = boxes[i], m = Math.max(b[2] - b[0], b[3] - b[1]) * 3; fit([b[0] - m, b[1] - m, b[2] + m, b[3] + m]); }
    later();
  }
  function inside(parts, x, y) {
    let odd = false;
    for (const r of parts) for (let k = 0, j = r.length - 2; k < r.length; j = k, k += 2) {
      if ((r[k + 1] > y) !== (r[j + 1] > y) && x < (r[j] - r[k]) * (y - r[k + 1]) / (r[j + 1] - r[k + 1]) + r[k]) odd = !odd;
    }
    return odd;
  }
  function listed(wanted) {
    const needle = wanted.trim().toLowerCase(), rows = document.getElementById("rows"), found = [];
    const known = columns.map((c) => c.codes ? c.values.map((v) => v.toLowerCase().includes(needle)) : null);
    const holds = (c, k, i) => known[k] ? known[k][c.codes[i]] : c.values[i] !== null && String(c.values[i]).includes(needle);
    for (let i = 0; i < count; i++) {
      const hit = !needle || columns.some((c, k) => holds(c, k, i));
      shown[i] = hit ? 1 : 0;
      if (hit) found.push(i);
    }
    document.getElementById("count").textContent = words.count.replace("{found}", found.length).replace("{all}", count).replace("{most}", Math.min(found.length, data.most));
    const table = el("table"), head = el("tr"), body = el("tbody");
    data.list.forEach((c) => head.append(el("th", columns[c].head, columns[c].number ? "n" : "")));
    const top = el("thead"); top.append(head);
    for (const i of found.slice(0, data.most)) {
      const row = el("tr"); row.dataset.i = i; row.tabIndex = 0;
      data.list.forEach((c) => row.append(el("td", text(c, i), columns[c].number ? "n" : "")));
      row.addEventListener("click", () => pick(i, true));
      row.addEventListener("keydown", (e) => { if (e.key === "Enter") pick(i, true); });
      body.append(row);
    }
    table.append(top, body);
    rows.replaceChildren(table);
    later();
  }
  let held = null;
  canvas.addEventListener("pointerdown", (e) => { held = { x: e.clientX, y: e.clientY, vx: view.x, vy: view.y, moved: false }; canvas.setPointerCapture(e.pointerId); });
  canvas.addEventListener("pointermove", (e) => {
    if (!held) return;
    held.moved = held.moved || Math.hypot(e.clientX - held.x, e.clientY - held.y) > 4;
    view.x = held.vx - (e.clientX - held.x) / view.k; view.y = held.vy + (e.clientY - held.y) / view.k; later();
  });
  canvas.addEventListener("pointerup", (e) => {
    if (held && !held.moved) {
      const r = canvas.getBoundingClientRect(), x = view.x + (e.clientX - r.left) / view.k, y = view.y - (e.clientY - r.top) / view.k;
      let hit = -1;
      for (let i = 0; i < count; i++) { const b = boxes[i]; if (b && x >= b[0] && x <= b[2] && y >= b[1] && y <= b[3] && inside(shapes[i], x, y)) hit = i; }
      pick(hit, false);
    }
    held = null;
  });
  function zoom(f, px, py) { const x = view.x + px / view.k, y = view.y - py / view.k; view.k *= f; view.x = x - px / view.k; view.y = y + py / view.k; later(); }
  canvas.addEventListener("wheel", (e) => { e.preventDefault(); const r = canvas.getBoundingClientRect(); zoom(e.deltaY < 0 ? 1.25 : .8, e.clientX - r.left, e.clientY - r.top); }, { passive: false });
  const half = () => [canvas.clientWidth / 2, canvas.clientHeight / 2];
  document.getElementById("in").addEventListener("click", () => zoom(1.5, ...half()));
  document.getElementById("out").addEventListener("click", () => zoom(1 / 1.5, ...half()));
  document.getElementById("all").addEventListener("click", () => fit(whole));
  document.getElementById("find").addEventListener("input", (e) => listed(e.target.value));
  window.addEventListener("resize", later);
  const legend = document.getElementById("legend");
  Object.entries(data.colours).forEach(([word, c]) => { const line = el("div"), sign = el("i"); sign.style.background = c; line.append(sign, el("span", word)); legend.append(line); });
  listed(""); pick(-1, false); fit(whole);
})();
