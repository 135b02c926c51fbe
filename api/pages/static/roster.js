// Rosters: a month as a grid, import with preview, leave and stops.
"use strict";
desk.start(["排班", "Rosters"], (root, known) => {
  const { t, h, may, button, link, chip, dim, local, call, get, query, shown, grid, list, form, ask, because } = desk;
  const WEEK = t("日一二三四五六", "SMTWTFS");
  const TROUBLES = {
    no_roster: ["△", t("无排班", "no roster"), "wrong"], unmanned: ["▲", t("空岗", "unmanned"), "wrong"],
    several: ["✕", t("多人同岗", "several at once"), "clash"], double: ["✕", t("一人两岗", "one person, two windows"), "clash"],
  };
  const windowName = (id) => (known.windows.find((one) => one.id === id) || { name: id }).name;
  const hallName = (id) => (known.halls.find((one) => one.id === id) || { name: id }).name;
  const hallOptions = known.halls.map((one) => [one.id, one.name]);
  const month = known.now.slice(0, 7);
  const state = { month, hall: known.halls.length ? known.halls[0].id : "" };

  // ---- the month
  function monthView(panel) {
    const box = h("div", {});
    const hall = h("select", { "aria-label": t("大厅", "hall") }, hallOptions.map(([id, name]) => h("option", { value: id }, name)));
    hall.value = state.hall;
    const when = h("input", { type: "month", value: state.month, "aria-label": t("月份", "month") });
    const out = h("span", { class: "row" });
    async function load() {
      state.hall = hall.value;
      state.month = when.value || month;
      const asked = { month: state.month, hall_id: state.hall, limit: 200 };
      out.replaceChildren();
      if (may("export")) out.append(link(t("导出 Excel", "Export Excel"), `/api/v1/rosters/export${query({ month: state.month, hall_id: state.hall })}`, ""),
        desk.excel(`/rosters/coverage${query({ month: state.month, hall_id: state.hall })}`, "export", t("导出空缺与冲突", "Export gaps and clashes")));
      box.replaceChildren(dim(t("正在读取……", "reading …")));
      const found = await shown(box, () => Promise.all([whole("/rosters/current", asked), whole("/rosters/coverage", asked)]));
      if (found) box.replaceChildren(...drawn(...found));
    }
    hall.addEventListener("change", load);
    when.addEventListener("change", load);
    panel.append(h("div", { class: "row" }, hall, when, out), box);
    load();
  }
  // All pages of it: a gap on the last day must not be left out.
  async function whole(path, asked) {
    const first = await get(path + query(asked));
    for (let after = first.next_after; after;) {
      const page = await get(path + query({ ...asked, after }));
      first.items.push(...page.items);
      after = page.next_after;
    }
    return first;
  }
  function drawn(made, cover) {
    const wrong = new Map();
    for (const one of cover.items) {
      const key = `${one.window_id} ${one.start.slice(0, 10)}`;
      wrong.set(key, (wrong.get(key) || []).concat([one]));
    }
    const rate = cover.open_s ? `${(100 * cover.rostered_s / cover.open_s).toFixed(1)}%` : "—";
    const rows = made.items.map((one) => {
      const days = new Map(one.days.map((day) => [day.date, day.rows]));
      return h("tr", {}, h("th", { class: "window", scope: "row" }, one.window, h("br"), dim(one.unit)),
        made.days.map((day) => cell(day, days.get(day.date) || [], wrong.get(`${one.window_id} ${day.date}`) || [])),
        h("td", {}, one.chain.concat(one.turns).map(who)));
    });
    const heads = made.days.map((day) => h("th", { class: day.worked ? "" : "off", title: day.name },
      String(Number(day.date.slice(8))), h("br"), WEEK[new Date(day.date + "T00:00Z").getUTCDay()], day.worked ? "" : t(" 休", " off")));
    const table = desk.scroller(h("table", { class: "month" },
      h("thead", {}, h("tr", {}, h("th", { class: "window" }, t("窗口", "window")), heads, h("th", {}, t("常设岗与轮值", "standing and turns")))),
      h("tbody", {}, rows)));
    return [
      h("p", { class: "dim" }, t(`开放时间的排班覆盖:${rate};排班版本:`, `Open time that is rostered: ${rate}; roster version: `) + (made.roster_version || "—")),
      cover.notice_zh ? h("p", { class: "warning" }, t(cover.notice_zh, cover.notice_en)) : null,
      rows.length ? table : h("p", { class: "empty" }, t("该大厅没有窗口。请在设置中为大厅添加窗口。", "This hall has no windows; add them in the settings.")),
      h("p", { class: "row" }, Object.values(TROUBLES).map(([shape, text, tone]) => chip(shape, text, tone === "clash" ? "absent" : "unknown"))),
      ahead(cover),
    ].filter(Boolean);
  }
  const who = (row) => h("span", { class: "who", title: `${local(row.start)}–${local(row.end)} ${row.unit_id}` }, `${row.person} ${row.grade}`);
  function cell(day, rows, wrong) {
    const marks = [...new Set(wrong.map((one) => one.trouble))].map((name) => TROUBLES[name]);
    const worst = marks.some((one) => one[2] === "clash") ? "clash" : marks.length ? "wrong" : "";
    return h("td", { class: `${day.worked ? "" : "off"} ${worst}`, title: wrong.map((one) => `${local(one.start)}–${local(one.end)} ${t(one.why_zh, one.why_en)}`).join("\n") },
      rows.map(who), marks.map(([shape, text]) => h("span", { class: `mark chip ${worst === "clash" ? "absent" : "unknown"}` }, shape, h("br"), text)));
  }
  function ahead(cover) {
    if (!cover.items.length) return h("p", { class: "good" }, t("✓ 本月没有空缺或冲突。", "✓ No gaps and no clashes this month."));
    const columns = [
      [t("窗口", "window"), (one) => windowName(one.window_id)],
      [t("情形", "what"), (one) => chip(TROUBLES[one.trouble][0], TROUBLES[one.trouble][1], TROUBLES[one.trouble][2] === "clash" ? "absent" : "unknown")],
      [t("起", "from"), (one) => local(one.start)], [t("止", "to"), (one) => local(one.end)],
      [t("说明", "why"), (one) => t(one.why_zh, one.why_en)],
    ];
    return h("details", {}, h("summary", {}, t(`空缺与冲突 ${cover.total} 段`, `${cover.total} gaps and clashes`)), grid(columns, cover.items));
  }

  // ---- import
  function importView(panel) {
    const told = (found) => h("div", {},
      h("p", {}, t(`新增 ${found.added} 条,删除 ${found.removed} 条,请假外出 ${found.notices.length} 条。`, `${found.added} added, ${found.removed} removed, ${found.notices.length} notices.`),
        " ", found.layouts.map((one) => `${one.place}:${t("版式", "layout")} ${one.layout}`).join(";"),
        found.written ? t(` 排班版本 ${found.version}。`, ` Version ${found.version}.`) : ""),
      found.warnings.length ? desk.problems(found.warnings) : null,
      found.rows.length ? h("details", {}, h("summary", {}, t("逐条变化", "every change")), grid([
        [t("变化", "change"), (one) => (one.added ? "+ " + t("新增", "added") : "− " + t("删除", "removed"))],
        [t("日期", "day"), (one) => one.day], [t("窗口", "window"), (one) => windowName(one.window_id)],
        [t("人员", "person"), (one) => one.person_id], [t("岗", "grade"), (one) => one.grade], [t("时段", "times"), (one) => one.times],
      ], found.rows)) : null);
    panel.append(
      h("p", {}, t("上传排班工作簿(.xlsx 或 .csv),先预览:有错时逐条列出位置和改法,不写入任何内容。", "Upload workbooks (.xlsx or .csv) and look first: what is wrong is listed with its place and how to mend it, and nothing is written.")),
      h("p", { class: "row" }, t("空白模板:", "Templates: "), ["A", "B", "C", "D", "E", "F"].map((layout) => link(`${t("版式", "layout")} ${layout}`, `/api/v1/rosters/templates/${layout}.xlsx?month=${month}`, ""))),
      desk.importer({
        accept: ".xlsx,.csv", preview: "/rosters/preview", commit: "/rosters", told,
        fields: [
          { name: "month", label: t("月份(只收这个月的)", "month (rows outside are refused)"), kind: "month" },
          { name: "correction", label: t("更正理由(改动已过或已通报的月份时)", "why a past month is corrected") },
        ],
      }));
  }

  // ---- leave
  function leaveView(panel) {
    const columns = [
      [t("人员", "person"), (one) => one.person || one.person_id], [t("单位", "unit"), (one) => one.unit_id],
      [t("类别", "kind"), (one) => t(one.kind_name, one.kind)], [t("起", "from"), (one) => local(one.start)],
      [t("止", "to"), (one) => local(one.back_at || one.end)], [t("顶岗", "cover"), (one) => one.cover || "—"], [t("批准", "approver"), (one) => one.approver || "—"],
      [t("效力", "counts"), (one) => [one.counts ? chip("●", t("有效", "counts"), "present") : chip("○", t("待批准", "waits"), "unknown"), one.late ? " " + t("补登记", "late") : ""]],
      ["", (one) => (may("register_leave") ? [
        one.back_at ? null : button(t("销假", "back"), () => ask(t("提前返岗", "Back before the end"), [{ name: "at", label: t("返岗时间(空为现在)", "when (empty: now)"), kind: "moment" }],
          (values) => call("POST", `/leave/${one.id}/back`, values.at ? values : {}), shownList.reload)),
        button(t("撤销", "withdraw"), () => ask(t("撤销登记", "Withdraw"), [because()], (values) => call("POST", `/leave/${one.id}/withdraw`, values), shownList.reload)),
      ] : "")],
    ];
    const when = h("input", { type: "month", value: state.month, "aria-label": t("月份", "month"), onchange: () => { state.month = when.value; shownList.reload(); } });
    const shownList = list({ path: (after) => `/leave${query({ month: when.value, after })}`, columns,
      empty: t("本月没有请假、外出登记。需要时在下方登记。", "No notices this month; register one below.") });
    panel.append(h("div", { class: "row" }, when), shownList.element);
    if (!may("register_leave")) return;
    const fresh = h("div", {});
    panel.append(desk.heading(t("登记请假、外出", "Register a notice")), fresh);
    shown(fresh, () => get("/staff?limit=500")).then((staff) => staff && fresh.append(form([
      { name: "person", label: t("人员(单位/姓名)", "person (unit/name)"), need: true, suggest: staff.items.map((one) => one.id) },
      { name: "kind", label: t("类别", "kind"), need: true, options: Object.entries(known.notice_kinds).map(([kind, name]) => [name, t(name, kind)]) },
      { name: "start", label: t("起", "from"), kind: "moment", need: true }, { name: "end", label: t("止", "to"), kind: "moment", need: true },
      { name: "cover", label: t("顶岗人", "who stands in"), suggest: staff.items.map((one) => one.id) },
      { name: "approver", label: t("批准人(未批准不生效)", "approver (without one it has no effect)") },
    ], t("登记", "Register"), async (values) => { await call("POST", "/leave", values); await shownList.reload(); return true; })));
    panel.append(desk.heading(t("导入请假外出台账(版式 E)", "Import a leave book (layout E)")), form(
      [{ name: "file", label: t("文件", "file"), kind: "file", need: true, several: true, accept: ".xlsx,.csv" }], t("导入", "Import"),
      async (values) => { await call("POST", "/leave/import", desk.files(values, ["file"])); await shownList.reload(); return true; }));
  }

  // ---- stops
  function stopView(panel) {
    const columns = [
      [t("类别", "kind"), (one) => t(one.kind_name, one.kind)], [t("范围", "where"), (one) => (one.window_id ? windowName(one.window_id) : one.hall_id ? hallName(one.hall_id) : t("全部", "all"))],
      [t("起", "from"), (one) => local(one.start)], [t("止", "to"), (one) => local(one.end)],
      [t("批准", "approver"), (one) => one.approver], [t("事由", "reason"), (one) => h("span", { class: "long" }, one.reason || "—")],
      ["", (one) => (may("change_duty") ? button(t("撤销", "withdraw"), () => ask(t("撤销豁免", "Withdraw the stop"), [because()],
        (values) => call("POST", `/stops/${one.id}/withdraw`, values), shownList.reload)) : "")],
    ];
    const shownList = list({ path: (after) => `/stops${query({ after })}`, columns, empty: t("没有停止服务(豁免)登记。需要时在下方登记。", "No stops of service are registered. Register one below when needed.") });
    panel.append(shownList.element);
    if (!may("change_duty")) return;
    panel.append(desk.heading(t("登记停止服务(豁免)", "Register a stop")), form([
      { name: "kind", label: t("类别", "kind"), need: true, options: Object.entries(known.stop_kinds).map(([kind, name]) => [name, t(name, kind)]) },
      { name: "hall_id", label: t("大厅(或选窗口)", "hall (or a window)"), options: hallOptions },
      { name: "window_id", label: t("窗口", "window"), options: known.windows.map((one) => [one.id, `${hallName(one.hall)} · ${one.name}`]) },
      { name: "start", label: t("起", "from"), kind: "moment", need: true }, { name: "end", label: t("止", "to"), kind: "moment", need: true },
      { name: "approver", label: t("批准人", "approver"), need: true }, { name: "reason", label: t("事由", "reason") },
    ], t("登记", "Register"), async (values) => { await call("POST", "/stops", values); await shownList.reload(); return true; }));
  }

  function versionView(panel) {
    panel.append(list({ path: (after) => `/rosters${query({ after })}`, empty: t("尚未导入排班。请在“导入”中上传工作簿。", "No roster yet; upload a workbook under Import."), columns: [
      [t("版本", "version"), (one) => String(one.number)], [t("导入时间", "imported"), (one) => local(one.imported_at)], [t("经办", "by"), (one) => one.by || "—"],
      [t("文件", "files"), (one) => h("span", { class: "long" }, one.files.map((file) => file.name).join("、") || one.file_name)],
      [t("班次", "shifts"), (one) => String(one.shifts)], [t("常设", "chains"), (one) => String(one.chains)], [t("轮值", "turns"), (one) => String(one.turns)],
      [t("更正", "correction"), (one) => (one.correction ? t("是", "yes") : "—")],
    ] }).element);
  }

  desk.tabs(root, [
    ["month", t("排班月表", "Month"), monthView], ...(may("change_duty") ? [["import", t("导入", "Import"), importView]] : []),
    ["leave", t("请假外出", "Leave"), leaveView], ["stops", t("豁免", "Stops"), stopView], ["versions", t("版本", "Versions"), versionView],
  ]);
});
