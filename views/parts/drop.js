// Files dropped or chosen go straight to the disk of the study, one after the other; no library, no other server.
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".ld-root");
  const words = data.words;
  const input = root.querySelector(".ld-files"), tree = root.querySelector(".ld-tree");
  const status = root.querySelector(".ld-status"), bar = root.querySelector("progress"), stop = root.querySelector(".ld-stop");
  for (const [cls, key] of [["ld-drop", "drop"], ["ld-pick", "files"], ["ld-pick-tree", "folder"], ["ld-stop", "stop"]])
    root.querySelector("." + cls + (cls === "ld-drop" ? " span" : "")).textContent = words[key];
  if (root.dataset.busy === "yes") return;
  let request = null, stopped = false;
  const say = (text, bad) => { status.textContent = text; status.className = "ld-status" + (bad ? " ld-bad" : ""); };

  function send(file, name, before, total) {
    return new Promise((done, fail) => {
      request = new XMLHttpRequest();
      request.open("PUT", new URL("/upload/" + data.token + "?lang=" + data.lang, location.origin));
      request.setRequestHeader("x-luodi-name", encodeURIComponent(name));
      request.upload.onprogress = (e) => { bar.value = total ? (before + e.loaded) / total : 1; };
      request.onload = () => {
        if (request.status === 201) return done();
        let text = words.failed;
        try { text = JSON.parse(request.responseText).text || text; } catch (e) { /* no words of ours */ }
        fail(new Error(text));
      };
      request.onerror = () => fail(new Error(words.failed));
      request.onabort = () => fail(new Error(words.stopped));
      request.send(file);
    });
  }

  async function take(found) {
    if (!found.length || root.dataset.busy === "yes") return;
    root.dataset.busy = "yes"; stopped = false;
    bar.hidden = stop.hidden = false;
    const total = found.reduce((sum, one) => sum + one.file.size, 0);
    let before = 0, n = 0;
    try {
      for (const { file, name } of found) {
        if (stopped) throw new Error(words.stopped);
        say(words.sending + " " + (++n) + "/" + found.length + " " + name);
        await send(file, name, before, total);
        before += file.size;
      }
      say(words.sent + " " + found.length);
      setTriggerValue("done", { token: data.token, count: found.length, bytes: total });
    } catch (problem) {
      say(problem.message, true);
    } finally {
      root.dataset.busy = "no"; bar.hidden = stop.hidden = true; input.value = tree.value = "";
    }
  }

  async function walk(entry, path, out) {
    if (entry.isFile) {
      const file = await new Promise((y, n) => entry.file(y, n));
      out.push({ file, name: path + entry.name });
    } else if (entry.isDirectory) {
      const reader = entry.createReader();
      for (;;) {
        const some = await new Promise((y, n) => reader.readEntries(y, n));
        if (!some.length) break;
        for (const inner of some) await walk(inner, path + entry.name + "/", out);
      }
    }
  }

  const zone = root.querySelector(".ld-drop");
  zone.ondragover = (e) => { e.preventDefault(); zone.classList.add("ld-over"); };
  zone.ondragleave = () => zone.classList.remove("ld-over");
  zone.ondrop = async (e) => {
    e.preventDefault(); zone.classList.remove("ld-over");
    const entries = [...e.dataTransfer.items].map((i) => i.webkitGetAsEntry && i.webkitGetAsEntry()).filter(Boolean);
    const out = [];
    for (const entry of entries) await walk(entry, "", out);
    take(out);
  };
  const chosen = (files) => [...files].map((file) => ({ file, name: file.webkitRelativePath || file.name }));
  input.onchange = () => take(chosen(input.files));
  tree.onchange = () => take(chosen(tree.files));
  root.querySelector(".ld-pick").onclick = () => input.click();
  root.querySelector(".ld-pick-tree").onclick = () => tree.click();
  stop.onclick = () => { stopped = true; if (request) request.abort(); };
}
