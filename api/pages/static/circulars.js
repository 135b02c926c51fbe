// Circulars from draft to issued: preview, review, signature, files, receipts, correction.
"use strict";
desk.start(["通报", "Circulars"], (root, known) => {
  const { t, h, may, button, link, chip, dim, local, word, call, get, query, shown, grid, list, form, ask, because } = desk;
  const STATES = { draft: ["◔", "unknown"], review: ["◑", "unknown"], signed: ["◕", "unknown"], issued: ["●", "present"], dropped: ["✕", "closed"] };
  const state = (one) => chip(STATES[one.state][0], word("states", one.state), STATES[one.state][1]);
  const writes = may("write_circulars"), signs = may("approve");
  const path = (one) => `/circulars/${encodeURIComponent(one.id)}`;
  const opened = h("div", { class: "opened" });

  const columns = [
    [t("文号", "number"), (one) => one.number || dim(t("未编号", "none yet"))], [t("标题", "title"), (one) => h("span", { class: "long" }, one.title)],
    [t("种类", "kind"), (one) => word("kinds", one.kind)], [t("期间", "period"), (one) => one.period], [t("状态", "state"), state],
    [t("情形", "findings"), (one) => String(one.findings)], [t("最近一步", "last step"), (one) => { const step = one.steps.at(-1); return step ? `${local(step.at)} ${step.by}` : "—"; }],
    ["", (one) => button(t("打开", "open"), () => show(one))],
  ];
  const shownList = list({ path: (after) => `/circulars${query({ after })}`, columns,
    empty: writes ? t("还没有通报。在下方选择期间起草;每月首个工作日也会自动起草月报。", "No circulars yet; draft one below. Monthly ones are drafted by themselves on the first working day.") : t("还没有印发的通报。", "No circular was issued yet.") });
  root.append(shownList.element, opened);
  if (writes) root.append(desk.heading(t("起草", "Draft")), form([
    { name: "period", label: t("期间(如 2026-11、2026-Q4)", "period (2026-11, 2026-Q4)"), need: true, value: known.now.slice(0, 7) },
    { name: "kind", label: t("种类", "kind"), any: t("按期间", "by the period"), options: ["special", "criticism"].map((one) => [one, word("kinds", one)]) },
  ], t("起草通报", "Draft"), async (values) => {
    const made = await call("POST", "/circulars", values.kind ? values : { period: values.period });
    await shownList.reload();
    await show(made);
    return h("p", { class: "good" }, t("✓ 已起草。", "✓ Drafted."));
  }));

  async function changed(one) {
    await shownList.reload();
    await show(await get(path(one)));
  }
  const act = (one, name, title, fields = [], class_ = "") => button(title, () => ask(title, fields, (values) => call("POST", `${path(one)}/${name}`, fields.length ? values : undefined), () => changed(one)), class_);
  function actions(one) {
    const made = [];
    if (one.state === "draft" && writes) made.push(act(one, "submit", t("送审", "Send to review"), [{ name: "despite", label: t("仍有未核实情形时,说明为何送审", "why, although not all is decided"), kind: "long" }], "main"));
    if (one.state === "review" && signs) made.push(act(one, "sign", t("签发", "Sign"), [], "main"));
    if (["review", "signed"].includes(one.state) && signs) made.push(act(one, "return", t("退回", "Send back"), [because()]));
    if (one.state === "signed" && signs) made.push(act(one, "issue", t("印发(不可更改)", "Issue (for good)"), [], "main"));
    if (["draft", "review"].includes(one.state) && writes) made.push(act(one, "drop", t("作废", "Give up"), [because()]));
    if (one.state === "issued") made.push(button(t("验证文件", "Verify files"), () => verify(one)));
    if (one.state === "issued" && writes) made.push(button(t("起草更正通知", "Draft a correction"), () => ask(t("更正通知", "Correction"), [
      { name: "finding_id", label: t("情形编号", "finding"), kind: "number", need: true, least: 1 }, { name: "what", label: t("更正内容", "what is corrected"), kind: "long", need: true },
    ], (values) => call("POST", "/circulars/corrections", { number: one.number, items: [values] }), async (made_) => { await shownList.reload(); await show(made_); })));
    return made;
  }
  async function verify(one) {
    const box = opened.querySelector(".verdict");
    const found = await shown(box, () => get(`/circulars/verify${query({ number: one.number })}`));
    if (found) box.replaceChildren(h("p", { class: found.ok ? "good" : "warning" }, found.ok ? t(`✓ ${found.files} 个文件与登记台账一致。`, `✓ ${found.files} files agree with the register.`) : "✕ " + t(found.faults_zh, found.faults_en).join(";")));
  }

  async function show(one) {
    const inner = h("div", {}), inside = writes || signs;
    opened.replaceChildren(
      h("h2", { class: "section" }, one.number ? `${one.number} ` : "", one.title, " ", state(one)),
      h("p", { class: "row" }, actions(one)), h("div", { class: "verdict", "aria-live": "polite" }),
      one.despite ? h("p", { class: "warning" }, t("带未核实情形送审:", "Sent although not all is decided: ") + one.despite) : "",
      h("ol", { class: "steps" }, one.steps.map((step) => h("li", {}, `${local(step.at)} ${word("states", step.state)} ${step.by}${step.reason ? ":" + step.reason : ""}`))), inner);
    opened.scrollIntoView({ block: "nearest" });
    if (one.state === "issued") await issued(one, inner);
    if (inside && one.state !== "dropped") preview(one, inner);
  }
  function preview(one, inner) {
    const box = h("div", { class: "preview" });
    const variant = h("select", { "aria-label": t("版本", "variant") }, h("option", { value: "full" }, t("全文", "full")), h("option", { value: "public" }, t("公开版", "public")), known.units.map((unit) => h("option", { value: `unit:${unit}` }, unit)));
    const at = (kind) => `${path(one)}/preview.${kind}${query({ variant: variant.value })}`;
    const busy = () => box.replaceChildren(dim(t("正在生成……", "composing …")));
    inner.append(desk.heading(t("预览", "Preview")), h("div", { class: "row" }, variant,
      button(t("PDF 预览", "PDF"), async () => { busy(); box.replaceChildren(await desk.pdf(at("pdf"))); }),
      button(t("文字预览", "Text"), async () => { busy(); const made = await shown(box, () => get(at("json"))); if (made) box.replaceChildren(desk.paper(made)); }),
      button(t("下载 DOCX", "DOCX"), () => location.assign("/api/v1" + at("docx"))), button(t("下载 XLSX", "XLSX"), () => location.assign("/api/v1" + at("xlsx")))), box);
  }
  async function issued(one, inner) {
    const found = await shown(inner, () => Promise.all([get(`${path(one)}/files`), get(`${path(one)}/receipts`)]));
    if (!found) return;
    const [files, receipts] = found;
    const VARIANTS = { full: t("全文", "full"), public: t("公开版", "public"), unit: t("单位版", "unit") };
    inner.append(desk.heading(t("文件", "Files")), files.items.length ? grid([
      [t("文件", "file"), (file) => link(file.name, file.url, "")], [t("版本", "variant"), (file) => VARIANTS[file.variant] || file.variant], [t("单位", "unit"), (file) => file.unit || "—"],
      [t("大小", "size"), (file) => `${Math.ceil(file.bytes / 1024)} KB`], ["SHA-256", (file) => h("span", { class: "hash", title: file.sha256 }, file.sha256.slice(0, 16) + "…")],
    ], files.items) : h("p", { class: "empty" }, t("没有可读的文件。", "No files that you may read.")));
    inner.append(desk.heading(t("签收", "Receipts")), receipts.items.length ? grid([
      [t("单位", "unit"), (row) => row.unit], [t("签收", "received"), (row) => (row.received_at ? chip("✓", local(row.received_at), "present") : chip("○", t("未签收", "not yet"), "unknown"))], [t("签收人", "by"), (row) => row.by || "—"],
    ], receipts.items) : h("p", { class: "empty" }, t("本通报没有单位版,无需签收。", "No unit reports, nothing to sign for.")));
  }
});
