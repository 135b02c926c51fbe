// The figures of a period as they stand now, and the same as a file.
"use strict";
desk.start(["月报与指标", "Reports"], (root, known) => {
  const { t, h, link, dim, get, query, shown } = desk;
  const period = h("input", { value: known.now.slice(0, 7), size: 10, "aria-label": t("期间", "period"), title: "2026-11, 2026-W48, 2026-Q4, 2026-H2, 2026" });
  const unit = h("select", { "aria-label": t("单位", "unit") }, known.own_units === null ? h("option", { value: "" }, t("全部单位", "every unit")) : "", known.units.map((one) => h("option", { value: one }, one)));
  const box = h("div", { "aria-live": "polite" }), files = h("span", { class: "row" });
  async function load() {
    const asked = query({ unit: unit.value }), path = `/reports/${encodeURIComponent(period.value.trim())}`;
    box.replaceChildren(dim(t("正在统计……", "counting …")));
    files.replaceChildren();
    const found = await shown(box, () => get(path + asked));
    if (!found) return;
    files.append(...["docx", "pdf", "xlsx"].map((form) => link(form.toUpperCase(), `/api/v1${path}/export.${form}${asked}`, "")));
    box.replaceChildren(
      found.waiting ? h("p", { class: "warning" }, t(`另有 ${found.waiting} 条情形待核实,未计入。`, `${found.waiting} findings are still to be verified and are not counted.`)) : "",
      desk.paper(found.document));
  }
  for (const one of [period, unit]) one.addEventListener("change", load);
  root.append(h("div", { class: "row" }, h("label", {}, t("期间 ", "period "), period), unit, h("span", {}, t("草稿文件:", "draft files: ")), files), box);
  load();
});
