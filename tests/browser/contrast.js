// Every text that is seen, with its colour over what lies behind it: those below WCAG AA are returned.
() => {
  const rgba = text => {
    const m = /rgba?\(([\d.]+)[ ,]+([\d.]+)[ ,]+([\d.]+)(?:[ ,/]+([\d.]+))?\)/.exec(text);
    if (m) return [+m[1], +m[2], +m[3], m[4] === undefined ? 1 : +m[4]];
    const s = /color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.]+))?\)/.exec(text);
    return s ? [s[1] * 255, s[2] * 255, s[3] * 255, s[4] === undefined ? 1 : +s[4]] : [0, 0, 0, 0];
  };
  const over = (top, below) => [0, 1, 2].map(k => top[k] * top[3] + below[k] * (1 - top[3]));
  const parent = e => e.parentElement || (e.getRootNode() instanceof ShadowRoot ? e.getRootNode().host : null);
  const behind = e => {
    const layers = [];
    for (let at = e; at; at = parent(at)) {
      const style = getComputedStyle(at);
      const drawn = style.backgroundImage;
      if (drawn !== 'none' && !drawn.startsWith('linear-gradient')) return null;
      const colour = rgba(drawn === 'none' ? style.backgroundColor : drawn);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    const ground = matchMedia('(prefers-color-scheme: dark)').matches ? [20, 24, 29] : [255, 255, 255];
    return layers.reverse().reduce((below, top) => over(top, below), ground);
  };
  const light = c => {
    const [r, g, b] = c.map(v => v / 255).map(v => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const out = new Map();
  const look = root => {
    for (const e of root.querySelectorAll('*')) {
      if (e.shadowRoot) look(e.shadowRoot);
      const text = [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.textContent.trim()).join(' ').trim();
      const box = e.getBoundingClientRect();
      if (!/[\p{L}\p{N}]/u.test(text) || !box.width || !box.height || !e.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
      if (['STYLE', 'SCRIPT', 'CANVAS', 'OPTION'].includes(e.tagName) || e.closest('canvas, [disabled], [aria-disabled="true"], [data-testid="stIconMaterial"], [data-testid="stSliderThumbValue"], .lm-north')) continue;
      const style = getComputedStyle(e), ground = behind(e);
      if (!ground || style.clip === 'rect(0px, 0px, 0px, 0px)' || style.textShadow !== 'none') continue;
      let shown = rgba(style.color);
      for (let at = e; at; at = parent(at)) shown = [...shown.slice(0, 3), shown[3] * getComputedStyle(at).opacity];
      const a = light(over(shown, ground)), b = light(ground);
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && +style.fontWeight >= 700);
      if (ratio < (large ? 3 : 4.5) - 0.005) {
        const sign = `${e.className && typeof e.className === 'string' ? e.className.split(' ').filter(c => !/^(st-emotion|e1|e\d)/.test(c))[0] || e.tagName : e.tagName} ${style.color} on rgb(${ground.map(Math.round)})`;
        if (!out.has(sign)) out.set(sign, `${sign}: ${ratio.toFixed(2)} “${text.slice(0, 30)}”`);
      }
    }
  };
  look(document.body);
  return [...out.values()];
}
