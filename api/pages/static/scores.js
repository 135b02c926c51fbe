// Scores and ranking, suggested measures, the ledger of measures taken. Inside the centre only.
"use strict";
desk.start(["评分排名与处理", "Scores and measures"], (root, known) => {
  const { t, h, may, button, chip, local, word, call, get, query, shown, grid, excel, list, form, ask, because } = desk;
  const period = h("input", { value: known.now.slice(0, 7), size: 10, "aria-label": t("期间", "period"), title: "2026-11, 2026-W48, 2026-Q4, 2026-H2, 2026" });
  const before = new Date(Date.UTC(Number(known.now.slice(0, 4)), Number(known.now.slice(5, 7)) - 2, 1)).toISOString().slice(0, 7);
  const measure = (one) => t(one.measure_name || word("measures", one.measure), word("measures", one.measure));

  function scoreView(panel) {
    const box = h("div", {}), praise = h("div", {});
    async function load() {
      const asked = query({ period: period.value.trim() });
      box.replaceChildren(desk.dim(t("正在统计……", "counting …")));
      const found = await shown(box, () => Promise.all([get(`/scores/units${asked}`), get(`/measures/honours${asked}`)]));
      if (!found) return;
      const [scores, honours] = found;
      const rows = [...scores.items].sort((one, other) => (one.rank ?? 1e9) - (other.rank ?? 1e9));
      box.replaceChildren(rows.length ? grid([
        [t("名次", "place"), (one) => (one.rank === null ? "—" : String(one.rank) + (one.tied ? t("(并列)", " (tied)") : ""))], [t("单位", "unit"), (one) => one.unit], [t("组别", "group"), (one) => one.group || "—"],
        [t("得分", "score"), (one) => one.score ?? "—"], [t("扣分", "points"), (one) => one.points], [t("有效核查", "effective checks"), (one) => String(one.effective)],
        [t("样本", "sample"), (one) => (one.enough ? chip("●", t("足够", "enough"), "present") : chip("○", t("样本不足,不排名", "too small, no place"), "unknown"))],
      ], rows) : h("p", { class: "empty" }, t("没有单位。请在设置中为窗口填写单位。", "No units; give windows a unit in the settings.")));
      if (rows.length) box.prepend(h("p", {}, excel(`/scores/units${asked}`)));
      praise.replaceChildren(h("p", {}, t("表扬:", "To praise: ") + (honours.units.join("、") || t("本期没有符合条件的单位。", "none this period."))));
    }
    period.onchange = load;
    panel.append(h("div", { class: "row" }, h("label", {}, t("期间 ", "period "), period)), box, praise);
    load();
  }
  function personView(panel) {
    const box = h("div", {});
    panel.append(h("p", {}, t("只计已确认且已认定到人的情形;仅限中心内部,每次查看都记入审计。", "Confirmed and attributed findings only; inside the centre, and each look is in the audit log.")),
      h("div", { class: "row" }, h("label", {}, t("期间 ", "period "), period), button(t("查看", "Look"), async () => {
        const found = await shown(box, () => get(`/scores/persons${query({ period: period.value.trim() })}`));
        if (found) box.replaceChildren(found.items.length ? grid([
          [t("单位", "unit"), (one) => one.unit], [t("人员", "person"), (one) => one.person], [t("得分", "score"), (one) => one.score], [t("扣分", "points"), (one) => one.points], [t("情形", "findings"), (one) => String(one.findings)],
        ], found.items) : h("p", { class: "empty" }, t("本期没有认定到人的情形。", "Nobody was named this period.")));
      })), box);
    period.onchange = null;
  }
  function suggestionView(panel) {
    const STATES = { waiting: ["◑", t("待批", "waiting"), "unknown"], approved: ["●", t("同意", "agreed"), "present"], refused: ["■", t("不同意", "refused"), "closed"] };
    const decide = (one, agree) => button(agree ? t("同意", "Agree") : t("不同意", "Refuse"), () => ask(`${one.subject}:${measure(one)}`, [{ ...because(), need: !agree }],
      (values) => call("POST", "/measures/suggestions/decide", { id: one.id, agree, reason: values.reason }), made.reload), agree ? "main" : "");
    const made = list({ path: (after) => `/measures/suggestions${query({ after })}`, empty: t("没有处理建议。规则在期末评估后给出建议,须经审批人决定,系统不自行处理。", "No suggestions. Rules give them at the end of a period; an approver decides, nothing happens by itself."), columns: [
      [t("单位", "subject"), (one) => one.subject], [t("期间", "period"), (one) => one.period], [t("建议", "measure"), measure], [t("理由", "why"), (one) => h("span", { class: "long" }, one.why + (one.tied ? t("(并列)", " (tied)") : ""))],
      [t("状态", "state"), (one) => chip(...STATES[one.state])], [t("决定", "decided"), (one) => (one.decided_at ? `${local(one.decided_at)} ${one.decided_by}${one.reason ? ":" + one.reason : ""}` : "—")],
      ["", (one) => (one.state === "waiting" && may("approve") ? [decide(one, true), decide(one, false)] : "")],
    ] });
    panel.append(made.element);
    if (may("manage_measures")) panel.append(desk.heading(t("按规则评估一个期间", "Let the rules look at a period")), form([{ name: "period", label: t("期间(须已结束)", "period (over)"), need: true, value: before }], t("评估", "Evaluate"), async (values) => {
      const found = await call("POST", "/measures/suggestions", values);
      await made.reload();
      return h("div", {}, h("p", { class: "good" }, t(`✓ 新增建议 ${found.new} 条。`, `✓ ${found.new} new suggestions.`)), found.too_few.map((one) => (one.units.length ? h("p", {}, t(`${one.period} 样本不足,未参与排名:`, `${one.period}, sample too small: `) + one.units.join("、")) : "")));
    }));
  }
  function ledgerView(panel) {
    const made = list({ path: (after) => `/measures/ledger${query({ after })}`, title: (page) => page.said || t(`共 ${page.total} 条`, `${page.total} in all`), empty: t("问责台账尚无记录。采取措施后登记在这里。", "The ledger is empty. Measures that were taken are entered here."), columns: [
      [t("事项", "affair"), (one) => one.case], [t("单位", "subject"), (one) => one.subject], [t("措施", "measure"), measure], [t("日期", "when"), (one) => local(one.at)],
      [t("依据", "basis"), (one) => h("span", { class: "long" }, one.basis)], [t("登记", "by"), (one) => one.by], [t("状态", "state"), (one) => (one.withdrawn ? chip("○", t("已撤回:", "withdrawn: ") + one.withdrawn, "closed") : chip("●", t("有效", "stands"), "present"))],
      ["", (one) => (may("manage_measures") && !one.withdrawn ? button(t("撤回", "take back"), () => ask(t("撤回该条", "Take it back"), [because()], (values) => call("POST", `/measures/ledger/${encodeURIComponent(one.id)}/withdraw`, values), made.reload)) : "")],
    ] });
    panel.append(made.element);
    if (may("manage_measures")) panel.append(desk.heading(t("登记已采取的措施(不写个人姓名)", "Enter a measure taken (no person's name)")), form([
      { name: "case", label: t("事项编号", "affair"), need: true, hint: "2026-12" }, { name: "subject", label: t("单位或岗位", "unit or post"), need: true, suggest: known.units },
      { name: "measure", label: t("措施", "measure"), need: true, options: Object.entries(known.measures) }, { name: "at", label: t("时间", "when"), kind: "moment", need: true, value: known.now }, { name: "basis", label: t("依据", "basis"), need: true },
    ], t("登记", "Enter"), async (values) => { await call("POST", "/measures/ledger", values); await made.reload(); return true; }));
  }
  desk.tabs(root, [["scores", t("单位得分与排名", "Units"), scoreView], ["suggestions", t("处理建议", "Suggestions"), suggestionView], ["ledger", t("问责台账", "Ledger"), ledgerView],
    ...(may("see_person_scores") ? [["persons", t("个人得分", "Persons"), personView]] : [])]);
});
