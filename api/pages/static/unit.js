// The unit's own view: its windows, findings, reports and rectifications. No picture is live here.
"use strict";
desk.start(["本单位", "My unit"], (root, known) => {
  const { t, h, may, button, link, chip, dim, local, word, call, get, query, shown, grid, list, ask } = desk;
  const SHAPES = { present: "●", absent: "▲", unknown: "?", closed: "○" };
  root.append(h("p", { class: "dim" }, t("单位:", "Unit: ") + ((known.own_units || known.units).join("、") || "—")));

  function windowView(panel) {
    const box = h("div", {});
    panel.append(h("p", {}, t("以下为系统登记的窗口状态,不是实时视频;打开本页时读取一次。", "What was registered of your windows, not live video; read once when this page opens.")), box);
    if (!known.windows.length) return void box.append(h("p", { class: "empty" }, t("没有属于本单位的窗口。请联系监督中心核对窗口的单位。", "No windows are of your unit; ask the centre to look at it.")));
    shown(box, async () => {
      const days = [];
      box.replaceChildren(dim(t("正在读取……", "reading …")));
      for (let at = 0; at < known.windows.length; at += 4) days.push(...await Promise.all(known.windows.slice(at, at + 4).map((one) => get(`/windows/${one.id}/day`))));
      box.replaceChildren(grid([
        [t("大厅", "hall"), (one) => one.hall], [t("窗口", "window"), (one) => one.window],
        [t("状态", "state"), (one) => { const now = one.spans.at(-1); return now && !now.end ? chip(SHAPES[now.state], word("window_states", now.state), now.state) : chip("○", t("当前没有记录", "nothing recorded now"), "closed"); }],
        [t("自", "since"), (one) => { const now = one.spans.at(-1); return now && !now.end ? local(now.start, true) : "—"; }],
        [t("今日应在岗", "expected today"), (one) => h("span", { class: "long" }, one.sessions.length ? one.sessions.map((session) => `${local(session.start).slice(11)}–${local(session.end).slice(11)}`).join("、") : t("休息", "closed"))],
        [t("今日登记", "findings today"), (one) => (one.findings.length ? one.findings.map((row) => [link(`#${row.id}`, `/findings/${row.id}`), " "]) : "—")],
      ], days));
    });
  }
  function findingView(panel) {
    const made = list({ path: (after) => `/findings${query({ after })}`, empty: t("没有登记。零登记也会出现在月报中。", "No findings; the monthly report says so too."), columns: [
      [t("编号", "No."), (one) => link(`#${one.id}`, `/findings/${one.id}`)], [t("情形", "what"), (one) => (known.language === "zh" && one.label) || word("finding_kinds", one.kind)], [t("状态", "state"), (one) => word("lives", one.state)],
      [t("大厅", "hall"), (one) => one.hall], [t("窗口", "window"), (one) => one.window], [t("起", "from"), (one) => local(one.started_at, true)], [t("至少到", "at least until"), (one) => local(one.until_at_least, true)],
      [t("至少(分钟)", "at least (min)"), (one) => (one.proven_s / 60).toFixed(1)], ["", actions],
    ] });
    function actions(one) {
      const said = [];
      if (["to_verify", "confirmed"].includes(one.state)) said.push(act(one, "explanations", "text", t("情况说明", "Explain")));
      if (["confirmed", "published", "rectifying"].includes(one.state)) said.push(act(one, "appeals", "grounds", t("申诉", "Appeal")));
      return said;
    }
    function act(one, what, field, title) {
      return button(title, () => ask(`${title} #${one.id} ${one.window}`, [desk.words(field, t("内容", "what you say")), desk.attach],
        (values) => call("POST", `/findings/${one.id}/${what}`, desk.files(values, ["file"])), made.reload));
    }
    panel.append(h("p", {}, t("入通报前可作情况说明;确认或通报后在规定工作日内可申诉。", "Explain a finding before it is published; appeal within the working days after that.")), made.element);
  }
  function reportView(panel) {
    const box = h("div", {});
    const made = list({ path: (after) => `/circulars${query({ after })}`, empty: t("还没有印发的通报。印发后,本单位的月报在这里签收。", "No circular was issued yet; you sign for your report here."), columns: [
      [t("文号", "number"), (one) => one.number], [t("标题", "title"), (one) => h("span", { class: "long" }, one.title)], [t("期间", "period"), (one) => one.period], [t("印发", "issued"), (one) => local(one.steps.at(-1).at)],
      ["", (one) => button(t("打开", "open"), () => open(one))],
    ] });
    async function open(one) {
      const path = `/circulars/${encodeURIComponent(one.id)}`;
      const found = await shown(box, () => Promise.all([get(`${path}/files`), get(`${path}/receipts`)]));
      if (!found) return;
      const [files, receipts] = found;
      box.replaceChildren(desk.heading(`${one.number} ${one.title}`),
        files.items.length ? h("ul", {}, files.items.map((file) => h("li", {}, link(file.name, file.url, ""), " ", dim(file.variant === "unit" ? t("本单位", "your unit's") : t("公开版", "public"))))) : h("p", { class: "empty" }, t("没有可读的文件。", "No files that you may read.")),
        h("p", { class: "row" }, receipts.items.map((row) => (row.received_at ? chip("✓", t(`${row.unit} 已签收 ${local(row.received_at)} ${row.by}`, `${row.unit} signed for, ${local(row.received_at)} ${row.by}`), "present")
          : button(t(`签收(${row.unit})`, `Sign for it (${row.unit})`), async () => { const done = await shown(box, () => call("POST", `${path}/receipt`, { unit: row.unit })); if (done) await open(one); }, "main")))));
    }
    panel.append(made.element, box);
  }
  desk.tabs(root, [
    ["windows", t("我的窗口", "Windows"), windowView], ["findings", t("我的登记", "Findings"), findingView], ["reports", t("通报与签收", "Reports"), reportView],
    ["rectification", t("整改", "Rectification"), (panel) => panel.append(desk.rectifications(() => ({})).element)],
    ["answers", t("说明与申诉", "Answers"), (panel) => panel.append(desk.heading(t("情况说明", "Explanations")), desk.explanations(() => ({})).element, desk.heading(t("申诉", "Appeals")), desk.appeals(() => ({})).element)],
  ]);
});
