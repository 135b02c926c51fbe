// The work calendar of a year: its plan, special days, days of one's own.
"use strict";
desk.start(["工作日历", "Work calendar"], (root, known) => {
  const { t, h, button, chip, dim, call, get, query, shown, grid, form, ask, because, files, heading, may } = desk;
  const year = h("input", { type: "number", min: 1990, max: 2099, value: known.now.slice(0, 4), "aria-label": t("年份", "year") });
  const hall = h("select", { "aria-label": t("大厅", "hall") }, h("option", { value: "" }, t("全部大厅", "every hall")), known.halls.map((one) => h("option", { value: one.id }, one.name)));
  const box = h("div", { "aria-live": "polite" });
  const KINDS = { workday: t("上班", "workday"), make_up: t("调休上班", "make-up day"), rest: t("休息", "rest"), holiday: t("放假", "holiday") };
  const change = may("change_duty");
  async function load() {
    const found = await shown(box, () => get(`/calendar/${year.value}` + query({ hall_id: hall.value })));
    if (!found) return;
    box.replaceChildren(
      found.official ? h("p", { class: "good" }, t(`✓ ${found.year} 年已有正式放假安排。`, `✓ The official plan of ${found.year} is known.`)) : h("p", { class: "warning" }, t(found.notice_zh || "尚无正式放假安排,按周末推算。", found.notice_en || "There is no official plan yet; weekends are assumed.")),
      grid([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((month) => [t(`${month}月`, month), (row) => t(`${row[month - 1]} 天`, row[month - 1])]), [found.workdays]),
      heading(t("特殊日", "Special days")),
      found.days.length ? h("p", {}, desk.excel("/calendar" + query({ year: year.value, hall_id: hall.value }))) : "",
      found.days.length ? grid([
        [t("日期", "date"), (one) => one.date], [t("名称", "name"), (one) => one.name || "—"],
        [t("类别", "kind"), (one) => (one.worked ? chip("●", KINDS[one.kind], "present") : chip("○", KINDS[one.kind], "closed"))],
        [t("依据", "by"), (one) => ({ official: t("正式安排", "official plan"), estimated: t("推算", "estimated"), override: t("本地调整", "own") })[one.status]],
        [t("大厅", "hall"), (one) => (one.hall_id ? (known.halls.find((each) => each.id === one.hall_id) || {}).name || one.hall_id : t("全部", "all"))],
        ["", (one) => (change && one.status === "override" ? button(t("撤回", "Take back"), () => ask(t(`撤回 ${one.date} 的调整`, `Take ${one.date} back`), [because()],
          (values) => call("POST", `/calendar/overrides/${encodeURIComponent((one.hall_id || "*") + "@" + one.date)}/withdraw`, values), load)) : "")],
      ], found.days) : h("p", { class: "empty" }, t("本年没有特殊日。", "There is no special day in this year.")));
  }
  for (const one of [year, hall]) one.addEventListener("change", load);
  root.append(h("div", { class: "row" }, year, hall), box);
  if (change) {
    root.append(heading(t("导入放假安排", "Import a year's plan")),
      h("p", { class: "dim" }, t("国务院办公厅公布的放假安排,JSON 或 CSV(日期、休/班)。它代替此前的同年安排。", "The official plan as JSON or CSV of date and 休/班; it replaces what was known of that year.")),
      form([{ name: "file", label: t("文件", "file"), kind: "file", need: true, accept: ".json,.csv" }], t("导入", "Import"), async (values) => {
        const done = await call("POST", "/calendar", files(values, ["file"]));
        year.value = done.year;
        await load();
        return h("p", { class: "good" }, t(`✓ 已导入 ${done.year} 年:放假 ${done.days_off} 天,调休上班 ${done.make_up_days} 天。`, `✓ ${done.year}: ${done.days_off} days off, ${done.make_up_days} make-up days.`));
      }),
      heading(t("本地调整", "A day of one's own")),
      form([
        { name: "date", label: t("日期", "date"), kind: "day", need: true },
        { name: "worked", label: t("当天", "that day"), need: true, options: [["true", t("上班", "is worked")], ["false", t("不上班", "is not worked")]] },
        { name: "hall_id", label: t("大厅", "hall"), options: known.halls.map((one) => [one.id, one.name]), any: t("全部大厅", "every hall") },
        { name: "reason", label: t("名称与理由", "name and reason"), need: true },
      ], t("保存", "Save"), async (values) => { await call("POST", "/calendar/overrides", { ...values, worked: values.worked === "true" }); await load(); return true; }));
  } else root.append(dim(t("修改日历须由复核员进行。", "The calendar is changed by reviewers.")));
  load();
});
