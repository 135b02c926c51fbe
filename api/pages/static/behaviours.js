// Behaviour on duty: clues of machines and registrations by people, and what became of them.
"use strict";
desk.start(["规范服务行为", "Behaviour on duty"], (root, known) => {
  const { t, h, may, button, chip, dim, local, word, call, get, query, shown, grid, list, form, ask, because } = desk;
  const hallName = (id) => (known.halls.find((one) => one.id === id) || { name: id }).name;
  const life = (state) => chip({ confirmed: "●", dismissed: "○", to_verify: "◐", clue: "?" }[state] || "◆", word("lives", state), state === "confirmed" ? "absent" : "unknown");
  let catalogue = [];
  const nameOf = (code) => {
    const entry = catalogue.find((one) => one.code === code);
    return entry ? t(entry.name, entry.name_en) : code;
  };

  function listView(panel) {
    const any = (text, options) => h("select", { "aria-label": text }, h("option", { value: "" }, text), options.map(([value, name]) => h("option", { value }, name)));
    const state = any(t("全部状态", "every state"), ["clue", "to_verify", "confirmed", "dismissed"].map((one) => [one, word("lives", one)]));
    const code = any(t("全部行为", "every behaviour"), catalogue.map((one) => [one.code, nameOf(one.code)]));
    const hall = any(t("全部大厅", "every hall"), known.halls.map((one) => [one.id, one.name]));
    const box = h("div", {});
    function load() {
      const asked = { state: state.value, code: code.value, hall_id: hall.value };
      const shownList = list({ path: (after) => `/behaviours${query({ ...asked, after })}`, empty: t("没有符合条件的行为线索或登记。可放宽上面的筛选条件,或到“人工登记”登记。", "No clues and no registrations like this. Choose less above, or register one by hand."), columns: [
        [t("编号", "No."), (one) => button(`#${one.id}`, () => detail(one, shownList.reload))], [t("行为", "behaviour"), (one) => nameOf(one.kind)],
        [t("状态", "state"), (one) => life(one.state)], [t("来源", "told by"), (one) => (one.basis === "machine_clue" ? t("机器线索", "machine clue") : one.by || t("人工", "by hand"))],
        [t("大厅", "hall"), (one) => one.hall], [t("窗口", "window"), (one) => one.window], [t("单位", "unit"), (one) => one.unit || "—"],
        [t("时间", "when"), (one) => local(one.started_at, true)], [t("图片", "pictures"), (one) => String(one.evidence_sha256.length)],
        [t("说明", "note"), (one) => h("span", { class: "long" }, one.note || "—")],
      ] });
      box.replaceChildren(shownList.element);
    }
    for (const one of [state, code, hall]) one.addEventListener("change", load);
    panel.append(h("div", { class: "row" }, state, code, hall), box);
    load();
  }
  function detail(one, after) {
    const dialog = h("dialog", { class: "big ask" });
    const close = async () => { dialog.close(); await after(); };
    const open = ["clue", "to_verify"].includes(one.state) && may("decide_behaviour");
    dialog.append(
      h("h2", {}, `#${one.id} ${nameOf(one.kind)} `, life(one.state)), h("p", {}, `${one.hall} · ${one.window} · ${local(one.started_at, true)}`), one.note ? h("p", {}, one.note) : "",
      one.evidence_sha256.length && may("see_evidence") ? h("div", { class: "shots" }, one.evidence_sha256.map((sha, at) => h("img", { src: `/api/v1/evidence/${sha}.jpg`, alt: t(`证据图片 ${at + 1}`, `evidence ${at + 1}`) })))
        : h("p", { class: "empty" }, t("尚无图片。确认时须附一张。", "No picture yet; confirming takes one.")),
      open ? form([{ name: "picture", label: t("图片(JPEG,没有图片时必附)", "picture (JPEG)"), kind: "file", accept: "image/jpeg" }], t("确认", "Confirm"),
        async (values) => { await call("POST", `/behaviours/${one.id}/confirm`, desk.files(values, ["picture"])); await close(); return true; }) : "",
      open ? button(t("误报排除", "Dismiss"), () => ask(t("误报排除", "Dismiss"), [because()], (values) => call("POST", `/behaviours/${one.id}/dismiss`, values), close)) : "",
      button(t("关闭", "Close"), () => dialog.close()));
    desk.open(dialog);
  }

  function newView(panel) {
    panel.append(
      h("p", {}, t("登记后为“待核实”,凭图片确认后才计入通报。", "A registration is to be verified; it counts once it is confirmed by its picture.")),
      form([
        { name: "window_id", label: t("窗口", "window"), need: true, any: t("请选择", "choose"), options: known.windows.map((one) => [one.id, `${hallName(one.hall)} · ${one.name}`]) },
        { name: "code", label: t("行为", "behaviour"), need: true, any: t("请选择", "choose"), options: catalogue.filter((one) => !one.retired).map((one) => [one.code, `${one.code} ${nameOf(one.code)}`]) },
        { name: "at", label: t("时间(空为现在)", "when (empty: now)"), kind: "moment" },
        { name: "picture", label: t("图片(JPEG)", "picture (JPEG)"), kind: "file", accept: "image/jpeg" },
        { name: "note", label: t("说明", "note"), kind: "long" },
        { name: "live", label: t("取该窗口摄像头最新画面", "take the camera's newest picture"), kind: "check" },
        { name: "recorder", label: t("从录像机取该时刻画面", "take it out of the recorder"), kind: "check" },
      ], t("登记", "Register"), async (values) => {
        const made = await call("POST", "/behaviours", desk.files(values, ["picture"]));
        return h("p", { class: "good" }, t(`✓ 已登记 #${made.id},待核实。`, `✓ Registered as #${made.id}, to be verified.`));
      }));
  }

  function reportView(panel) {
    const when = h("input", { type: "month", value: known.now.slice(0, 7), "aria-label": t("月份", "month") }), box = h("div", {});
    async function load() {
      const found = await shown(box, () => get(`/behaviours/report${query({ month: when.value })}`));
      if (found) box.replaceChildren(h("p", {}, t(`已确认 ${found.total} 次(线索不计)。`, `${found.total} confirmed; clues do not count.`)), found.counts.length ? grid([
        [t("单位", "unit"), (one) => one.unit_id || "—"], [t("行为", "behaviour"), (one) => nameOf(one.code)], [t("次数", "times"), (one) => String(one.count)],
      ], found.counts) : h("p", { class: "empty" }, t("本月没有已确认的行为。线索在“线索与登记”中确认后计入。", "Nothing was confirmed this month. Clues count once they are confirmed in the list.")));
    }
    when.addEventListener("change", load);
    panel.append(h("div", { class: "row" }, when), box);
    load();
  }
  function catalogueView(panel) {
    panel.append(h("p", {}, desk.excel("/behaviours/catalogue")), grid([
      [t("代码", "code"), (one) => one.code], [t("名称", "name"), (one) => t(one.name, one.name_en)], [t("类别", "group"), (one) => one.group],
      [t("依据", "told by"), (one) => (one.basis === "machine_clue" ? t("机器可提示,人工确认", "a machine may hint") : t("人工登记", "by hand"))],
      [t("状态", "state"), (one) => (one.retired ? chip("○", t("停用", "retired"), "closed") : chip("●", t("在用", "in use"), "present"))],
    ], catalogue));
    if (may("change_duty")) panel.append(desk.heading(t("增改条目", "Add or change an entry")), form([
      { name: "code", label: t("代码", "code"), need: true }, { name: "name", label: t("名称", "name"), need: true }, { name: "name_en", label: t("英文名称", "English name") },
      { name: "group", label: t("类别", "group"), need: true, value: "上班纪律" }, { name: "retired", label: t("停用", "retired"), kind: "check" },
    ], t("保存", "Save"), async (values) => { await call("POST", "/behaviours/catalogue", values); await read(); return true; }));
  }
  const read = async () => { catalogue = (await get("/behaviours/catalogue?limit=500")).items; };
  const box = h("div", {}, dim(t("正在读取……", "reading …")));
  root.append(box);
  shown(box, read).then(() => {
    if (!catalogue.length) return;
    box.remove();
    desk.tabs(root, [["list", t("线索与登记", "Clues and registrations"), listView], ...(may("record_behaviour") ? [["new", t("人工登记", "Register"), newView]] : []),
      ["report", t("月度次数", "Month"), reportView], ["catalogue", t("行为目录", "Catalogue"), catalogueView]]);
  });
});
