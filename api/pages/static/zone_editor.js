// One camera's zones: drawn and moved on its newest picture, by mouse or by keys, tried, saved.
"use strict";
desk.start(["工位区域", "Staff zones"], async (root, known) => {
  const { t, h, button, link, chip, dim, local, call, get, shown, grid } = desk;
  const base = `/cameras/${encodeURIComponent(known.camera)}/zones`;
  const COLOURS = ["#4da3ff", "#f2b632", "#c98bff", "#5fd3bc", "#ff9f6b", "#9fd356"];
  const COVERAGES = { full: t("完整可见", "seen in full"), partial: t("部分可见", "seen in part"), none: t("看不到(不判定)", "not in view (never judged)") };
  const said = h("div", { class: "said", "aria-live": "polite" }), panel = h("div", { class: "zone-panel" });
  const canvas = h("canvas", { tabindex: 0, role: "application", "aria-label": t("画面与工位区域;方向键移动,N 选下一个顶点", "picture with zones; arrows move, N takes the next corner") });
  const pen = canvas.getContext("2d"), picture = new Image();
  let camera = null, zones = [], chosen = 0, corner = -1, drag = null, drawing = null, boxes = [], past = [];

  const zone = () => zones[chosen];
  const snapshot = () => JSON.stringify(zones);
  function remember() { past.push(snapshot()); if (past.length > 200) past.shift(); }
  const plainOf = (one) => JSON.stringify([one.polygon, one.coverage, one.required, one.seats]);
  const dirty = () => zones.filter((one) => plainOf(one) !== one.saved);
  const colour = (index) => COLOURS[index % COLOURS.length];

  // ---- drawing
  function paint() {
    pen.fillStyle = "#1b2733";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    if (picture.naturalWidth) pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    zones.forEach((one, index) => paintZone(one, index));
    boxes.forEach(paintBox);
    if (drawing) paintPath(drawing, "#ffffff", false);
  }
  const px = ([x, y]) => [x * canvas.width, y * canvas.height];
  function paintPath(points, stroke, closed, dashed) {
    pen.beginPath();
    points.forEach((point, i) => (i ? pen.lineTo(...px(point)) : pen.moveTo(...px(point))));
    if (closed) pen.closePath();
    pen.strokeStyle = stroke;
    pen.setLineDash(dashed ? [12, 8] : []);
    pen.stroke();
    for (const point of points) { pen.fillStyle = stroke; pen.fillRect(px(point)[0] - 3, px(point)[1] - 3, 6, 6); }
  }
  function paintZone(one, index) {
    if (!one.polygon.length) return;
    const mine = index === chosen, wrong = shape.crossing(one.polygon);
    pen.lineWidth = mine ? 4 : 2;
    const stroke = wrong ? "#ff5a52" : colour(index);
    paintPath(one.polygon, stroke, true, one.coverage === "none" || wrong);
    pen.globalAlpha = mine ? 0.22 : 0.12;
    pen.fillStyle = stroke;
    pen.beginPath();
    one.polygon.forEach((point, i) => (i ? pen.lineTo(...px(point)) : pen.moveTo(...px(point))));
    pen.fill();
    pen.globalAlpha = 1;
    const [x, y] = px([Math.min(...one.polygon.map((p) => p[0])), Math.min(...one.polygon.map((p) => p[1]))]);
    label(one.window + (wrong ? t(" ✕自相交", " ✕crosses itself") : ""), x, y, stroke);
    if (!mine) return;
    one.polygon.forEach((point, i) => dot(point, i === corner ? 11 : 8, i === corner ? "#ffffff" : stroke));
    one.polygon.forEach((_, i) => dot(shape.middle(one.polygon, i), 5, "#ffffff80"));
  }
  function dot(point, radius, fill) {
    pen.beginPath(); pen.arc(...px(point), radius, 0, 7); pen.fillStyle = fill; pen.fill();
    pen.lineWidth = 2; pen.setLineDash([]); pen.strokeStyle = "#0d1822"; pen.stroke();
  }
  function label(text, x, y, fill) {
    pen.font = "700 20px sans-serif";
    const wide = pen.measureText(text).width + 12, top = Math.max(0, y - 28);
    const left = Math.min(x, canvas.width - wide);
    pen.fillStyle = fill; pen.fillRect(left, top, wide, 26);
    pen.fillStyle = "#07121c"; pen.fillText(text, left + 6, top + 20);
  }
  function paintBox(found) {
    const [x1, y1, x2, y2] = found.box, index = zones.findIndex((one) => one.window_id === found.window_id);
    pen.lineWidth = 4;
    pen.setLineDash(index < 0 ? [8, 8] : []);
    pen.strokeStyle = index < 0 ? "#c9d3dd" : "#2fbf71";
    pen.strokeRect(x1 * canvas.width, y1 * canvas.height, (x2 - x1) * canvas.width, (y2 - y1) * canvas.height);
    const text = index < 0 ? t("○ 不计入", "○ counts for none") : `● ${zones[index].window}`;
    label(`${text} ${found.score.toFixed(2)}`, x1 * canvas.width, y2 * canvas.height, index < 0 ? "#c9d3dd" : "#2fbf71");
  }

  // ---- pointer
  function at(event) {
    const box = canvas.getBoundingClientRect();
    return [shape.clamp((event.clientX - box.left) / box.width), shape.clamp((event.clientY - box.top) / box.height)];
  }
  canvas.addEventListener("pointerdown", (event) => {
    const here = at(event), size = [canvas.width, canvas.height];
    if (drawing) {
      if (drawing.length > 2 && shape.near([drawing[0]], here, size, 16) === 0) finish();
      else drawing.push(here);
      return paint();
    }
    const own = zone() ? zone().polygon : [];
    corner = shape.near(own, here, size, 18);
    const edge = corner < 0 ? shape.near(own.map((_, i) => shape.middle(own, i)), here, size, 14) : -1;
    if (corner < 0 && edge < 0) {
      const found = zones.findIndex((one) => shape.inside(one.polygon, here));
      if (found >= 0) chosen = found;
      if (found < 0) return tell();
    }
    remember();
    if (edge >= 0) { own.splice(edge + 1, 0, here); corner = edge + 1; }
    drag = { from: here, points: zone().polygon.map((one) => [...one]) };
    canvas.setPointerCapture(event.pointerId);
    tell();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const here = at(event);
    if (corner >= 0) zone().polygon[corner] = here;
    else zone().polygon = shape.shifted(drag.points, here[0] - drag.from[0], here[1] - drag.from[1]);
    boxes = [];
    paint();
  });
  canvas.addEventListener("pointerup", () => {
    if (!drag) return;
    drag = null;
    if (past[past.length - 1] === snapshot()) past.pop();
    tell();
  });
  canvas.addEventListener("dblclick", () => { if (drawing && drawing.length > 3) { drawing.pop(); finish(); } });

  // ---- keys
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener("keydown", (event) => {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if ((event.ctrlKey || event.metaKey) && key === "z") undo();
    else if (event.ctrlKey || event.metaKey || event.altKey || !zone()) return;
    else if (ARROWS[key]) move(ARROWS[key], event.shiftKey ? 0.02 : 0.002);
    else if (key === "n" || key === "p") turnTo(key === "n" ? 1 : -1);
    else if (key === "w") { chosen = (chosen + 1) % zones.length; corner = -1; tell(); }
    else if (key === "Insert" || key === "i") insert();
    else if (key === "Delete" || key === "Backspace") remove();
    else if (key === "Enter" && drawing) finish();
    else if (key === "Escape") { drawing = null; corner = -1; tell(); }
    else return;
    event.preventDefault();
  });
  function move([x, y], step) {
    remember();
    if (corner < 0) zone().polygon = shape.shifted(zone().polygon, x * step, y * step);
    else {
      const point = zone().polygon[corner];
      zone().polygon[corner] = [shape.clamp(point[0] + x * step), shape.clamp(point[1] + y * step)];
    }
    boxes = [];
    tell();
  }
  function turnTo(step) {
    const count = zone().polygon.length;
    corner = corner < 0 ? (step > 0 ? 0 : count - 1) : (corner + step + count) % count;
    tell();
  }
  function insert() {
    remember();
    const own = zone().polygon, place = Math.max(0, corner);
    own.splice(place + 1, 0, shape.middle(own, place));
    corner = place + 1;
    tell();
  }
  function remove() {
    if (corner < 0 || zone().polygon.length <= 3) return say(t("区域至少要有 3 个顶点。", "a zone has at least 3 corners."));
    remember();
    zone().polygon.splice(corner, 1);
    corner = -1;
    tell();
  }
  function undo() {
    if (drawing) drawing.pop();
    else if (past.length) zones = JSON.parse(past.pop());
    boxes = [];
    corner = -1;
    tell();
  }
  function finish() {
    remember();
    zone().polygon = drawing;
    drawing = null;
    boxes = [];
    tell();
  }

  // ---- panel
  const say = (text, tone = "warning") => said.replaceChildren(h("p", { class: tone }, text));
  function tell() { paint(); fields(); }
  function fields() {
    const one = zone();
    const pick = h("select", { name: "window", "aria-label": t("窗口", "window"), onchange: (event) => { chosen = Number(event.target.value); corner = -1; drawing = null; tell(); } },
      zones.map((each, index) => h("option", { value: index, selected: index === chosen }, `${each.window} · ${each.unit || "—"}${plainOf(each) === each.saved ? "" : " *"}`)));
    const put = (name, value) => { remember(); one[name] = value; boxes = []; tell(); };
    const number = (name, text) => h("label", {}, h("span", {}, text), h("input", { type: "number", name, min: 1, max: 20, value: one[name], onchange: (event) => put(name, Math.min(20, Math.max(1, Number(event.target.value) || 1))) }));
    const wrong = shape.crossing(one.polygon);
    panel.replaceChildren(
      h("label", {}, h("span", {}, t("窗口", "window")), pick),
      h("label", {}, h("span", {}, t("可视程度", "coverage")), h("select", { name: "coverage", onchange: (event) => put("coverage", event.target.value) },
        Object.entries(COVERAGES).map(([value, text]) => h("option", { value, selected: value === one.coverage }, text)))),
      number("required", t("须在岗人数", "people required")), number("seats", t("坐席数", "seats")),
      h("p", {}, t(`第 ${one.version} 版`, `version ${one.version}`), one.drawn ? "" : dim(t("(设置文件)", " (settings file)")), dim(t(` · ${one.polygon.length} 个顶点`, ` · ${one.polygon.length} corners`))),
      wrong ? h("p", { class: "late", role: "alert" }, t(`✕ 第 ${wrong[0]} 条边与第 ${wrong[1]} 条边相交,不能保存。`, `✕ edges ${wrong[0]} and ${wrong[1]} cross; it cannot be saved.`)) : "",
      drawing ? h("p", { class: "warning" }, t("依次点出各顶点;点回第一个顶点、双击或按 Enter 结束,Esc 放弃。", "Click the corners in order; click the first one again, double-click or press Enter to end, Esc to give up.")) : "",
      h("div", { class: "row" },
        button(t("重新画", "Draw anew"), () => { drawing = []; corner = -1; tell(); canvas.focus(); }),
        button(t("加顶点", "Add corner"), insert), button(t("删顶点", "Remove corner"), remove), button(t("撤销", "Undo"), undo)),
      h("div", { class: "row" },
        button(t("立即测试", "Test now"), test, "try"), button(t("保存", "Save"), save, "main save")),
      h("p", { class: "dim" }, dirty().length ? t(`${dirty().length} 个窗口有改动,尚未保存。`, `${dirty().length} windows changed, not saved yet.`) : t("没有未保存的改动。", "Nothing to save.")));
  }

  // ---- calls
  const asked = (one) => ({ window_id: one.window_id, polygon: one.polygon, coverage: one.coverage, required: one.required, seats: one.seats, based_on: one.version });
  async function test() {
    say(t("正在识别……", "looking …"), "dim");
    const found = await shown(said, () => call("POST", base + "/try", { zones: zones.map(asked) }));
    if (!found) return;
    boxes = found.boxes;
    const name = (id) => (zones.find((one) => one.window_id === id) || {}).window || id;
    said.replaceChildren(
      h("p", { class: "good" }, t(`✓ 已在 ${local(found.taken_at, true)} 的画面上测试(未保存),见到 ${found.boxes.length} 人。`, `✓ Tried on the picture of ${local(found.taken_at, true)}, not saved; ${found.boxes.length} people seen.`)),
      grid([
        [t("窗口", "window"), (one) => name(one.window_id)],
        [t("计入人数", "people counted"), (one) => `${one.people} / ${one.required}`],
        [t("此画面", "this picture"), (one) => (one.staffed ? chip("●", t("在岗", "staffed"), "present") : chip("▲", t("无人", "empty"), "absent"))],
      ], found.windows, { "data-tried": "" }),
      h("p", { class: "dim" }, t("一张画面不作判定:监测要看多次取样。", "One picture is no verdict: the watch looks many times.")));
    paint();
  }
  async function save() {
    const changed = dirty();
    if (!changed.length) return say(t("没有未保存的改动。", "Nothing to save."), "dim");
    const kept = await shown(said, () => call("PUT", base, { zones: changed.map(asked) }));
    if (!kept) return;
    take(kept);
    say(t(`✓ 已保存 ${kept.changed.length} 个窗口的新版本,监测约半分钟内采用。`, `✓ Saved new versions of ${kept.changed.length} windows; the watch takes them within half a minute.`), "good");
    versions();
  }
  function take(found) {
    camera = found;
    zones = found.zones.map((one) => ({ ...one, saved: plainOf(one) }));
    chosen = Math.min(chosen, Math.max(0, zones.length - 1));
    past = [];
    boxes = [];
    head.replaceChildren(h("strong", {}, `${found.hall} · ${found.camera}`),
      dim(found.taken_at ? t(`画面 ${local(found.taken_at, true)}`, `picture of ${local(found.taken_at, true)}`) : t("尚无画面:请先运行监测,或到“系统管理”测试连接。", "no picture yet: run the watch, or test the connection under Administration.")),
      found.in_watch ? chip("●", t("监测已采用", "in force in the watch"), "present") : chip("?", t("监测尚未采用", "not taken by the watch yet"), "unknown"));
    if (zones.length) tell();
    else panel.replaceChildren(h("p", { class: "empty" }, t("设置文件中没有窗口用此摄像头。请在 windows.*.views 中写上它。", "No window of the settings names this camera. Enter it under windows.*.views.")));
  }
  async function versions() {
    const found = await shown(history, () => get(base + "/versions"));
    if (!found) return;
    const name = (id) => (zones.find((one) => one.window_id === id) || {}).window || id;
    history.replaceChildren(h("h2", {}, t("历次版本", "Versions")), grid([
      [t("窗口", "window"), (one) => name(one.window_id)],
      [t("版本", "version"), (one) => one.version],
      [t("时间", "when"), (one) => (one.at ? local(one.at, true) : "—")],
      [t("何人", "who"), (one) => (one.at ? one.by : t("设置文件", "settings file"))],
      [t("可视程度", "coverage"), (one) => COVERAGES[one.coverage]],
      ["", (one) => button(t("载入画面", "Load"), () => restore(one))],
    ], found.items));
  }
  function restore(one) {
    remember();
    chosen = zones.findIndex((each) => each.window_id === one.window_id);
    Object.assign(zone(), { polygon: one.polygon.map((point) => [...point]), coverage: one.coverage, required: one.required, seats: one.seats });
    boxes = [];
    tell();
    canvas.focus();
  }

  const head = h("div", { class: "row" }), history = h("div", { class: "versions" });
  const keys = t("键盘:Tab 到画面,W 换窗口,N/P 选顶点,方向键移动(Shift 快),I 加顶点,Delete 删顶点,Ctrl+Z 撤销。",
    "Keys: Tab to the picture, W next window, N/P corners, arrows move (Shift faster), I adds a corner, Delete removes it, Ctrl+Z undoes.");
  root.append(h("p", {}, link(t("← 全部摄像头", "← all cameras"), "/zones")), head,
    h("div", { class: "zone-editor" }, h("div", {}, canvas, h("p", { class: "dim" }, keys)), h("div", {}, panel, said)), history);
  addEventListener("beforeunload", (event) => { if (dirty().length) event.preventDefault(); });
  [canvas.width, canvas.height] = [1280, 720];
  picture.addEventListener("load", () => {
    canvas.width = 1280;
    canvas.height = Math.max(200, Math.round((1280 * picture.naturalHeight) / picture.naturalWidth));
    paint();
  });
  const found = await shown(said, () => get(base));
  if (!found) return;
  take(found);
  if (found.taken_at) picture.src = "/api/v1" + base + "/picture.jpg";
  versions();
});
