// Cases of electronic supervision: figures with their formulas, cards, clues, import.
"use strict";
desk.start(["电子监察办件", "Cases"], (root, known) => {
  const { t, h, may, button, chip, local, word, get, query, shown, grid, list } = desk;
  const CARDS = { reminder: ["△", "unknown"], yellow: ["◆", "unknown"], red: ["▲", "absent"], serious: ["■", "absent"] };
  const card = (name, count) => chip(CARDS[name][0], word("cards", name) + (count === undefined ? "" : `×${count}`), CARDS[name][1]);
  const month = known.now.slice(0, 7);
  const unitSelect = () => h("select", { "aria-label": t("单位", "unit") }, h("option", { value: "" }, t("全部单位", "every unit")), known.units.map((one) => h("option", { value: one }, one)));

  function kpiView(panel) {
    const when = h("input", { value: month, size: 10, "aria-label": t("期间", "period"), title: "2026-11, 2026-W48, 2026-Q4, 2026-H2, 2026" }), box = h("div", {});
    const rate = (one) => h("span", { title: `${one.part}/${one.whole}` }, `${one.text}`, h("span", { class: "dim" }, ` ${one.part}/${one.whole}`));
    const columns = [
      [t("单位", "unit"), (one) => one.unit || t("合计", "all")], [t("期初在办", "opening"), (one) => String(one.opening)], [t("受理", "accepted"), (one) => String(one.accepted)],
      [t("办结", "closed"), (one) => String(one.closed)], [t("退回/撤销", "left"), (one) => String(one.left)], [t("期末在办", "closing"), (one) => String(one.closing)],
      [t("平衡", "balance"), (one) => (one.balanced ? chip("✓", t("平", "balanced"), "present") : chip("✕", t("不平", "not balanced"), "absent"))],
      [t("办结率", "closing rate"), (one) => rate(one.closing_rate)], [t("当期办结率", "own closing rate"), (one) => rate(one.own_closing_rate)],
      [t("按时办结率", "on time"), (one) => rate(one.on_time_rate)], [t("提前办结率", "early"), (one) => rate(one.early_rate)], [t("平均用时", "mean days"), (one) => one.average_days],
      [t("牌", "cards"), (one) => Object.entries(one.cards).filter(([, count]) => count).map(([name, count]) => [card(name, count), " "])],
    ];
    async function load() {
      const found = await shown(box, () => get(`/cases/kpi${query({ period: when.value.trim() })}`));
      if (found) box.replaceChildren(
        h("p", { class: "dim" }, `${found.name}(${found.first} – ${found.last}) `, desk.excel(`/cases/kpi${query({ period: when.value.trim() })}`)),
        found.units.length ? grid(columns, found.units.concat([{ ...found.total, unit: "" }])) : h("p", { class: "empty" }, t("没有办件数据。请在“导入”中上传办件表,或把文件放进投放文件夹。", "No cases yet; upload a file under Import.")),
        desk.heading(t("计算公式", "Formulas")), h("ul", {}, found.formulas.map((one) => h("li", {}, one))));
    }
    when.addEventListener("change", load);
    panel.append(h("div", { class: "row" }, h("label", {}, t("期间 ", "period "), when)), box);
    load();
  }

  function listView(panel) {
    const unit = unitSelect(), signal = h("select", { "aria-label": t("牌", "card") }, h("option", { value: "" }, t("全部", "all")), Object.entries(known.cards).map(([value, text]) => h("option", { value }, text)));
    const open = h("input", { type: "checkbox" }), box = h("div", {});
    const columns = [
      [t("办件编号", "number"), (one) => button(one.project_no, () => detail(one.project_no))], [t("单位", "unit"), (one) => one.unit], [t("类型", "type"), (one) => word("types", one.case_type)],
      [t("事项", "item"), (one) => h("span", { class: "long" }, one.task_name || one.task_code || "—")], [t("受理", "accepted"), (one) => local(one.accepted_at)],
      [t("承诺期限", "promised by"), (one) => (one.due_at ? local(one.due_at) : t("特别程序中止计时", "stopped"))], [t("办结", "ended"), (one) => (one.ended_at ? `${local(one.ended_at)} ${word("endings", one.ending)}` : t("在办", "open"))],
      [t("用时(工作日)", "working days"), (one) => `${one.used_days}/${one.promise_days}`], [t("牌", "cards"), (one) => (one.cards.length ? one.cards.map((name) => [card(name), " "]) : "—")],
    ];
    function load() {
      const asked = { unit: unit.value, signal: signal.value, open_only: open.checked };
      box.replaceChildren(list({ path: (after) => `/cases${query({ ...asked, after })}`, columns, empty: t("没有符合条件的办件。", "No such cases.") }).element);
    }
    for (const one of [unit, signal, open]) one.addEventListener("change", load);
    panel.append(h("div", { class: "row" }, unit, signal, h("label", {}, open, t(" 只看在办", " open only"))), box);
    load();
  }
  async function detail(number) {
    const dialog = h("dialog", { class: "big ask" }), box = h("div", {});
    dialog.append(h("h2", {}, number), box, button(t("关闭", "Close"), () => dialog.close()));
    desk.open(dialog);
    const one = await shown(box, () => get(`/cases/${encodeURIComponent(number)}`));
    if (!one) return;
    box.append(
      desk.facts([
        [t("单位", "unit"), one.unit], [t("类型", "type"), word("types", one.case_type)], [t("事项", "item"), `${one.task_code} ${one.task_name}`], [t("申请人", "applicant"), one.applicant || "—"],
        [t("受理", "accepted"), local(one.accepted_at)], [t("承诺期限", "promised by"), local(one.due_at)], [t("法定期限", "statutory"), local(one.statutory_at)], [t("办结", "ended"), local(one.ended_at)],
        [t("补正次数", "asked for papers"), String(one.corrections)], [t("来源", "source"), one.source],
      ]),
      one.suspensions.length ? h("p", {}, t("特别程序:", "Special procedures: "), one.suspensions.map((row) => `${row.name} ${row.first}–${row.last || "…"}`).join(";")) : "",
      one.history.length ? grid([
        [t("牌", "card"), (row) => card(row.card)], [t("期限", "due"), (row) => local(row.due_at)], [t("亮牌", "raised"), (row) => local(row.raised_at)],
        [t("收回", "taken back"), (row) => local(row.taken_back_at)], [t("理由", "reason"), (row) => row.reason || "—"],
      ], one.history) : h("p", { class: "empty" }, t("没有亮过牌。", "No card was raised.")));
  }

  function clueView(panel) {
    const when = h("input", { value: month, size: 10, "aria-label": t("期间", "period") }), box = h("div", {});
    const load = () => box.replaceChildren(list({ path: (after) => `/cases/items${query({ period: when.value.trim(), after })}`, empty: t("没有事项线索。", "No clues."), columns: [
      [t("单位", "unit"), (one) => one.unit], [t("事项", "item"), (one) => `${one.task_code} ${one.task_name}`], [t("线索", "clue"), (one) => h("span", { class: "long" }, t(one.zh, one.en))], [t("办件数", "cases"), (one) => String(one.cases)], [t("办件", "case"), (one) => one.project_no],
    ] }).element);
    when.addEventListener("change", load);
    panel.append(h("p", {}, t("线索不是问题认定,须由人核实。", "Clues are no findings; a person looks into them.")), h("div", { class: "row" }, when), box);
    load();
  }

  function importView(panel) {
    const told = (found) => h("div", {},
      h("p", {}, t(`新增 ${found.new} 件,更新 ${found.changed} 件,不变 ${found.same} 件。`, `${found.new} new, ${found.changed} changed, ${found.same} the same. `),
        Object.entries(found.cards).filter(([, count]) => count).map(([name, count]) => [" ", card(name, count)])), found.problems.length ? desk.problems(found.problems) : null);
    panel.append(
      h("p", {}, t("上传办件表(.xlsx 或 .csv,UTF-8 或 GB18030)。申请人只保留首字;同一编号再次导入即更新。", "Upload case files (.xlsx or .csv). Of applicants one character is kept; the same number again renews the case.")),
      desk.importer({ accept: ".xlsx,.csv", preview: "/cases/preview", commit: "/cases/import", told }));
  }
  desk.tabs(root, [["kpi", t("指标", "Figures"), kpiView], ["list", t("办件", "Cases"), listView], ["clues", t("事项线索", "Clues"), clueView],
    ...(may("import_cases") ? [["import", t("导入", "Import"), importView]] : [])]);
});
