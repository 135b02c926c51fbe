// The audit log: looked through by who, what, when; verified; exported as it was hashed.
"use strict";
desk.start(["审计日志", "Audit log"], (root, known) => {
  const { t, h, link, chip, dim, local, query, list, moment, may } = desk;
  const OUTCOMES = { done: ["●", t("完成", "done"), "present"], refused: ["✕", t("拒绝", "refused"), "absent"], failed: ["!", t("失败", "failed"), "unknown"] };
  const field = (name, label, attrs = {}) => h("label", {}, h("span", {}, label), h("input", { name, ...attrs }));
  const outcome = h("label", {}, h("span", {}, t("结果", "outcome")), h("select", { name: "outcome" },
    h("option", { value: "" }, t("全部", "all")), Object.entries(OUTCOMES).map(([value, [, text]]) => h("option", { value }, text))));
  const form = h("form", { class: "fields" },
    field("who", t("何人(登录名)", "who (login)")), field("action", t("操作", "action"), { placeholder: "evidence_viewed" }),
    field("target", t("对象", "target"), { placeholder: "finding:17" }), outcome,
    field("since", t("自", "from"), { type: "datetime-local" }), field("until", t("至", "until"), { type: "datetime-local" }),
    h("div", { class: "row" }, h("button", { type: "submit", class: "main" }, t("查询", "Search"))));
  const asked = () => {
    const values = Object.fromEntries(["who", "action", "target", "outcome"].map((name) => [name, form.elements[name].value.trim()]));
    return { ...values, since: moment(form.elements.since.value), until: moment(form.elements.until.value) };
  };
  const exports = h("div", { class: "row" });
  const told = (said) => {
    const text = JSON.stringify(said);
    return text === "{}" ? "—" : h("span", { class: "long hash" }, text.length > 300 ? text.slice(0, 300) + "…" : text);
  };
  const found = list({
    path: (after) => "/audit" + query({ ...asked(), after, limit: 100 }),
    exporting: "export_audit",
    empty: t("没有符合条件的记录。请放宽查询条件。", "No entry fits. Ask for less."),
    columns: [
      [t("编号", "No."), (one) => one.seq],
      [t("时间", "when"), (one) => local(one.at, true)],
      [t("何人", "who"), (one) => one.who || dim(t("未登录", "nobody"))],
      [t("来自", "from"), (one) => one.address || "—"],
      [t("操作", "action"), (one) => one.action],
      [t("对象", "target"), (one) => h("span", { class: "long" }, one.target)],
      [t("结果", "outcome"), (one) => chip(...(OUTCOMES[one.outcome] || ["?", one.outcome, ""]))],
      [t("详情", "details"), (one) => told(one.said)],
    ],
  });
  function files() {
    const values = asked();
    exports.replaceChildren(t("导出当前查询:", "export this search: "), ...["jsonl", "csv"].map((format) =>
      link(format.toUpperCase(), "/api/v1/audit/export" + query({ ...values, format }), `audit.${format}`)),
      dim(t("导出本身也记入审计日志。", "The export itself is entered too.")));
  }
  form.addEventListener("submit", (event) => { event.preventDefault(); files(); found.reload(); });
  form.addEventListener("change", files);
  root.append(...desk.chains(), form, may("export_audit") ? exports : "", found.element);
  files();
});
