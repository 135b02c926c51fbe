// Rectification, appeals and explanations, as the centre works on them.
"use strict";
desk.start(["整改与申诉", "Rectification and appeals"], (root, known) => {
  const { t, h, may, button, link, local, call, get, query, list, form } = desk;
  const chosen = (box, make, table, names) => {
    let made;
    const state = desk.chooser(table, names, t("全部状态", "every state"), () => made.reload());
    made = make(() => ({ state: state.value }));
    box.append(h("div", { class: "row" }, state), made.element);
  };
  function ledgerView(panel) {
    const overdue = h("input", { type: "checkbox" });
    const state = desk.chooser("rectify_states", ["issued", "claimed", "reported", "closed", "withdrawn"], t("全部状态", "every state"), () => made.reload());
    const made = desk.rectifications(() => ({ state: state.value, overdue: overdue.checked }));
    overdue.addEventListener("change", made.reload);
    panel.append(h("div", { class: "row" }, state, h("label", {}, overdue, t(" 只看逾期", " overdue only"))), made.element);
    if (may("manage_rectification")) panel.append(newForm(made.reload, {}));
  }
  function newForm(done, given) {
    const numbers = (text) => text.split(/[\s,,、#]+/).filter(Boolean);
    return h("div", {}, desk.heading(t("下发整改通知", "Issue a notice")), form([
      { name: "matter", label: t("整改事项", "matter"), need: true, value: given.matter }, { name: "findings", label: t("情形编号(已确认,空格分开)", "confirmed findings"), value: given.findings },
      { name: "cases", label: t("办件编号(空格分开)", "cases"), value: given.cases }, { name: "unit", label: t("单位(空则按情形、办件)", "unit (empty: of the findings)"), options: known.units.map((one) => [one, one]), any: t("按情形、办件", "of the findings") },
      { name: "basis", label: t("其他依据", "what else it rests on") }, { name: "days", label: t("工作日(空为默认)", "working days (empty: as usual)") },
    ], t("下发", "Issue"), async ({ findings, cases, days, ...rest }) => {
      const made = await call("POST", "/rectifications", { ...rest, findings: numbers(findings).map(Number), cases: numbers(cases), days: days ? Number(days) : null });
      await done();
      return h("p", { class: "good" }, t(`✓ 已下发 ${made.number},期限 ${made.due}。`, `✓ Issued ${made.number}, due ${made.due}.`));
    }));
  }
  function proposalView(panel) {
    const fresh = h("div", {});
    const made = list({ path: (after) => `/rectifications/proposals${query({ after })}`, empty: t("没有待下发的整改建议。严重情形确认后、红牌亮出后会出现在这里。", "Nothing proposes a notice; serious confirmed findings and red cards appear here."), columns: [
      [t("单位", "unit"), (one) => one.unit], [t("时间", "when"), (one) => local(one.at)], [t("情形", "what"), (one) => one.what],
      [t("依据", "rests on"), (one) => (one.finding_id ? link(`#${one.finding_id}`, `/findings/${one.finding_id}`) : one.project_no)],
      ["", (one) => button(t("拟整改通知", "draft a notice"), () => {
        fresh.replaceChildren(newForm(made.reload, { matter: one.what, findings: one.finding_id ? String(one.finding_id) : "", cases: one.project_no }));
        fresh.querySelector("input").focus();
      })],
    ] });
    panel.append(made.element, fresh);
  }
  function appealView(panel) {
    chosen(panel, desk.appeals, "appeal_states", ["accepted", "upheld", "granted"]);
    if (may("override_limits")) panel.append(desk.heading(t("准予逾期申诉", "Let a late appeal in")), form([
      { name: "finding", label: t("情形编号", "finding"), kind: "number", need: true, least: 1 }, desk.because(),
    ], t("准予", "Let it in"), async (values) => { await call("POST", `/findings/${values.finding}/appeals/leave`, { reason: values.reason }); return true; }));
  }
  desk.tabs(root, [
    ["ledger", t("整改台账", "Ledger"), ledgerView], ...(may("manage_rectification") ? [["proposals", t("整改建议", "Proposals"), proposalView]] : []),
    ["appeals", t("申诉", "Appeals"), appealView], ["explanations", t("情况说明", "Explanations"), (panel) => chosen(panel, desk.explanations, "explanation_states", ["waiting", "accepted", "refused"])],
  ]);
});
