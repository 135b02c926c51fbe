// Spot checks: the day so far, results and sheets, campaigns, roll-calls, visits, verification.
"use strict";
desk.start(["抽查", "Spot checks"], (root, known) => {
  const { t, h, may, button, link, chip, dim, local, word, call, get, query, shown, grid, list, form, ask, because } = desk;
  const today = known.now.slice(0, 10);
  const SHAPES = {
    on_post: ["●", "present"], covered: ["●", "present"], away: ["▲", "absent"], off_post: ["▲", "absent"], absent: ["▲", "absent"],
    unmanned: ["▲", "absent"], late: ["◣", "absent"], early: ["◢", "absent"], exempt: ["○", "closed"], no_roster: ["△", "closed"],
    unverifiable: ["?", "unknown"], not_done: ["✕", "unknown"], pending: ["…", "unknown"],
  };
  const STATES = { due: "…", claimed: "…", looking: "◐", settled: "✓", not_done: "✕" };
  const result = (name, count) => chip(SHAPES[name][0], word("results", name) + (count === undefined ? "" : `×${count}`), SHAPES[name][1]);
  const results = (counts) => Object.entries(counts).map(([name, count]) => [result(name, count), " "]);
  const hallOptions = known.halls.map((one) => [one.id, one.name]);
  const windowName = (id) => (known.windows.find((one) => one.id === id) || { name: id }).name;
  const forms = (path) => (may("export") ? ["docx", "pdf", "xlsx"].map((form) => [link(form.toUpperCase(), `/api/v1${path(form)}`, ""), " "]) : null);

  // ---- the day so far
  function todayView(panel) {
    const figures = h("div", {}), promise = h("div", {});
    panel.append(figures, promise);
    shown(figures, () => get(`/checks/summary?day=${today}`)).then((day) => {
      if (!day) return;
      const card = (name, value) => h("div", { class: "card" }, dim(name), h("b", {}, value));
      figures.append(
        h("div", { class: "cards" },
          card(t("已完成", "done"), String(day.done)), card(t("进行中", "under way"), String(day.running)), card(t("未执行", "not made"), String(day.not_done)),
          card(t("在岗率", "on-post rate"), day.on_post_rate), card(t("空缺率", "vacancy rate"), day.vacancy_rate), card(t("无法核查率", "cannot-tell rate"), day.unverifiable_rate)),
        h("p", {}, results(day.results)),
        day.kinds.length ? grid([
          [t("类别", "kind"), (one) => word("kinds", one.kind)], [t("已完成", "done"), (one) => String(one.done)], [t("进行中", "under way"), (one) => String(one.running)],
          [t("未执行", "not made"), (one) => String(one.not_done)], [t("结果", "results"), (one) => results(one.results)],
        ], day.kinds) : h("p", { class: "empty" }, t("今天尚无抽查。到点的抽查会自动出现;时间不预先告知。", "No checks yet today. They appear when they are due; their times are told to nobody."),
          may("call_roll") ? t("需要马上核查时用“一键查岗”。", " Use the roll-call to check now.") : ""),
        may("export") ? h("p", { class: "row" }, t("今日登记表:", "Today's register sheet: "), forms((form) => `/checks/sheet.${form}?day=${today}`)) : "");
    });
    if (may("verify_checks")) commitment(promise, today);
  }
  async function commitment(box, day) {
    box.append(desk.heading(t(`${day} 的承诺`, `Commitment of ${day}`)));
    const said = h("div", {});
    box.append(said);
    let plan;
    try {
      plan = await get(`/plans/${day}`);
    } catch (error) {
      if (error.status !== 404) return void said.append(error.message);
      return void said.append(h("p", { class: "empty" }, t("这一天没有承诺。承诺由调度进程(onpost schedule)在开门前作出。", "Nothing was committed for this day; the scheduling process (onpost schedule) does so before opening.")));
    }
    said.append(desk.facts([
      [t("承诺(SHA-256)", "commitment (SHA-256)"), h("span", { class: "hash" }, plan.commitment)],
      [t("作出时间", "made at"), local(plan.committed_at, true) + (plan.late ? t("(迟于开门)", " (after opening)") : "")],
      [t("状态", "state"), plan.revealed ? chip("✓", t("已揭示", "revealed"), "present") : chip("◐", t("已承诺,收班后揭示", "committed; revealed after closing"), "unknown")],
      [t("纪检随机数", "nonce"), plan.nonce ? `${plan.nonce}(${plan.nonce_by})` : "—"],
    ]));
    if (may("give_nonce") && !plan.nonce && !plan.revealed) {
      said.append(form([{ name: "nonce", label: t("随机数(骰子点数或一句话,开门前一次)", "nonce (dice or a sentence, once, before opening)"), need: true }], t("加入随机数", "Give it"),
        async (values) => { await call("POST", `/plans/${day}/nonce`, values); return true; }));
    }
  }

  // ---- checks
  function checksView(panel) {
    const day = h("input", { type: "date", value: today, "aria-label": t("日期", "day") });
    const hall = select(hallOptions, t("全部大厅", "every hall")), kind = select(Object.entries(known.kinds), t("全部类别", "every kind"));
    const box = h("div", {});
    const columns = [
      [t("编号", "No."), (one) => button(`#${one.id}`, () => detail(one.id))], [t("大厅", "hall"), (one) => one.hall],
      [t("类别", "kind"), (one) => word("kinds", one.kind)], [t("时间", "due"), (one) => local(one.due_at, true)],
      [t("状态", "state"), (one) => chip(STATES[one.state], word("states", one.state), one.state === "not_done" ? "unknown" : "")],
      [t("结果", "results"), (one) => h("span", { class: "long" }, one.windows ? results(one.results) : one.reason_text || "—")],
      [t("计入比率", "counted"), (one) => (one.counted ? "✓" : t("否(非工作时间)", "no (closed)"))],
      [t("登记表", "sheet"), (one) => forms((form) => `/checks/${one.id}/sheet.${form}`) || "—"],
    ];
    function load() {
      const asked = { day: day.value, hall_id: hall.value, kind: kind.value };
      const sheet = { day: day.value, hall_id: hall.value };
      box.replaceChildren(
        day.value && may("export") ? h("p", { class: "row" }, t("合并登记表:", "One sheet of all: "), forms((form) => `/checks/sheet.${form}${query(sheet)}`)) : "",
        h("p", {}, desk.excel(`/checks/results${query(asked)}`, "export", t("导出各窗口结果 Excel", "Results by window to Excel"))),
        list({ path: (after) => `/checks${query({ ...asked, after })}`, columns, empty: t("没有符合条件的抽查。请换日期或大厅。", "No such checks; choose another day or hall.") }).element);
    }
    for (const one of [day, hall, kind]) one.addEventListener("change", load);
    panel.append(h("div", { class: "row" }, day, hall, kind), box);
    load();
  }
  function select(options, any) {
    return h("select", { "aria-label": any }, h("option", { value: "" }, any), options.map(([value, text]) => h("option", { value }, text)));
  }
  async function detail(id) {
    const dialog = h("dialog", { class: "big ask" }), box = h("div", {});
    dialog.append(h("h2", {}, t(`抽查 #${id}`, `Check #${id}`)), box, button(t("关闭", "Close"), () => dialog.close()));
    desk.open(dialog);
    const one = await shown(box, () => get(`/checks/${id}`));
    if (!one) return;
    box.append(
      h("p", {}, `${one.hall} · ${word("kinds", one.kind)} · ${local(one.due_at, true)} · ${word("states", one.state)}`, one.by ? ` · ${one.by}` : "", one.why ? ` · ${one.why}` : ""),
      one.note ? h("p", {}, one.note) : "",
      one.found.length ? grid([
        [t("窗口", "window"), (row) => row.window], [t("单位", "unit"), (row) => row.unit || "—"],
        [t("结果", "result"), (row) => result(row.result)], [t("依据", "because"), (row) => row.reason_text || "—"],
        [t("首次查看", "first look"), (row) => local(row.looked_at, true)],
        [t("登记", "finding"), (row) => (row.finding_id && may("see_findings") ? link(`#${row.finding_id}`, `/findings/${row.finding_id}`) : "—")],
        [t("证据", "evidence"), (row) => row.evidence_sha256.map((sha, at) => [link(t(`图${at + 1}`, `picture ${at + 1}`), `/api/v1/evidence/${sha}.jpg`), " "])],
      ], one.found) : h("p", { class: "empty" }, one.reason_text || t("尚无结果。", "No results yet.")));
  }

  // ---- campaigns
  function campaignView(panel) {
    const shownList = list({ path: (after) => `/campaigns${query({ after })}`, empty: t("没有专项。需要时在下方新建,从次日起生效。", "No campaigns; make one below, it holds from the next day on."), columns: [
      [t("编号", "id"), (one) => `${one.id} v${one.version}`], [t("名称", "name"), (one) => one.name], [t("类别", "kind"), (one) => word("kinds", one.kind)],
      [t("起止", "days"), (one) => `${one.first} – ${one.last}`], [t("大厅", "halls"), (one) => h("span", { class: "long" }, one.halls.length ? one.halls.map((id) => (known.halls.find((hall) => hall.id === id) || { name: id }).name).join("、") : t("全部", "all"))],
      [t("每日", "a day"), (one) => one.times.concat(one.random ? [t(`随机 ${one.random}`, `random ${one.random}`)] : []).join("、")],
      [t("牵头", "leads"), (one) => one.leads.join("、") || "—"], [t("状态", "state"), (one) => (one.withdrawn ? chip("○", t("已撤销", "withdrawn"), "closed") : one.last < today ? chip("✓", t("已结束", "over")) : chip("●", t("有效", "stands"), "present"))],
      [t("登记表", "sheet"), (one) => forms((form) => `/checks/sheet.${form}?campaign=${one.id}`) || "—"],
      ["", (one) => (may("plan_checks") && !one.withdrawn ? button(t("撤销", "withdraw"), () => ask(t("今日后结束该专项", "End it after today"), [because()], (values) => call("POST", `/campaigns/${one.id}/withdraw`, values), shownList.reload)) : "")],
    ] });
    panel.append(shownList.element);
    if (!may("plan_checks")) return;
    const split = (text) => text.split(/[\s,,、]+/).filter(Boolean);
    panel.append(desk.heading(t("新建专项(同编号为新版本)", "Make a campaign (the same id: a new version)")), form([
      { name: "id", label: t("编号(字母、数字)", "id"), need: true, hint: "slack-2026" }, { name: "name", label: t("名称", "name"), need: true },
      { name: "first", label: t("首日", "first day"), kind: "day", need: true }, { name: "last", label: t("末日", "last day"), kind: "day", need: true },
      { name: "hall", label: t("大厅", "hall"), options: hallOptions, any: t("全部大厅", "every hall") },
      { name: "times", label: t("每日固定时刻(空格分开)", "times of day"), hint: "09:45 15:20" }, { name: "random", label: t("每厅每日随机次数", "random a day and hall"), kind: "number", value: 0, least: 0, most: 12 },
      { name: "leads", label: t("牵头单位(两个以上为联合督查)", "lead bodies") }, { name: "behaviours", label: t("关注行为代码", "behaviour codes"), hint: "B-PHONE" }, { name: "reason", label: t("理由", "reason") },
    ], t("保存专项", "Save"), async ({ hall, times, leads, behaviours, ...rest }) => {
      await call("POST", "/campaigns", { ...rest, halls: hall ? [hall] : [], times: split(times), leads: split(leads), behaviours: split(behaviours) });
      await shownList.reload();
      return true;
    }));
  }

  // ---- roll-call
  function rollView(panel) {
    const box = h("div", { "aria-live": "polite" });
    panel.append(
      h("p", {}, t("立即核查当前开放的大厅。未开放的大厅须写明理由,且不计入任何比率。", "Checks halls that are open, now. A closed one needs a reason and counts in no rate.")),
      form([
        { name: "hall", label: t("大厅", "hall"), options: hallOptions, any: t("全部开放的大厅", "every open hall") },
        { name: "reason", label: t("理由", "reason"), hint: t("大厅开放时可不填", "may be empty while open") },
      ], t("一键查岗", "Call the roll"), async (values) => {
        const begun = await call("POST", "/rollcalls", { hall_ids: values.hall ? [values.hall] : null, reason: values.reason });
        follow(begun);
        return h("p", { class: "good" }, t("✓ 已发起。", "✓ Begun."));
      }), box);
    function follow(begun) {
      const bar = h("progress", { max: Math.max(1, begun.windows), "aria-label": t("进度", "progress") });
      const words = h("p", { class: "progress" }), table = h("div", {});
      box.replaceChildren(bar, words, table);
      draw(begun);
      function draw(now) {
        bar.value = now.certain;
        words.textContent = t(`${now.halls.length} 个大厅 ${now.windows} 个窗口:已查看 ${now.told},已确定 ${now.certain}。`, `${now.halls.length} halls, ${now.windows} windows: ${now.told} looked at, ${now.certain} certain. `)
          + (now.over ? t("✓ 查岗完成。", "✓ Done.") : t("正在核查……", "looking …"));
        table.replaceChildren(h("p", {}, results(now.results)), grid([
          [t("大厅", "hall"), (one) => one.hall], [t("状态", "state"), (one) => chip(STATES[one.state], word("states", one.state))],
          [t("已确定/窗口", "certain/windows"), (one) => `${one.certain}/${one.windows}`], [t("结果", "results"), (one) => results(one.results)],
          ["", (one) => button(t("详情", "details"), () => detail(one.check_id))],
        ], now.halls));
        if (!now.over && bar.isConnected) setTimeout(again, 1500);
      }
      async function again() {
        const now = await shown(table, () => get(`/rollcalls/${begun.plan}`));
        if (now) draw(now);
      }
    }
  }

  // ---- visits
  function visitView(panel) {
    const told = Object.entries(known.results).filter(([name]) => !["pending", "not_done"].includes(name));
    const rows = h("div", {});
    const line = (window) => h("div", { class: "row visited", "data-window": window.id }, h("span", { style: "min-width:9em" }, window.name), dim(window.unit),
      h("select", { "aria-label": window.name }, h("option", { value: "" }, t("未看", "not looked at")), told.map(([name, text]) => h("option", { value: name }, text))),
      h("input", { placeholder: t("所见", "what was seen"), "aria-label": t("所见", "what was seen") }), h("input", { type: "file", accept: "image/jpeg", "aria-label": t("照片", "picture") }));
    const element = form([
      { name: "hall_id", label: t("大厅", "hall"), options: hallOptions, need: true, any: t("请选择", "choose") },
      { name: "kind", label: t("方式", "kind"), need: true, options: ["open_visit", "secret_visit"].map((name) => [name, word("kinds", name)]) },
      { name: "seen_at", label: t("到场时间", "when"), kind: "moment", need: true, value: known.now }, { name: "note", label: t("备注(未开放时必填)", "note (needed where closed)") },
    ], t("登记现场检查", "Enter the visit"), async (values) => {
      const pictures = [], found = [];
      for (const one of rows.children) {
        const [chosen, seen, file] = one.querySelectorAll("select, input");
        if (!chosen.value) continue;
        if (file.files.length) pictures.push(file.files[0]);
        found.push({ window_id: one.dataset.window, result: chosen.value, reason: seen.value, picture: file.files.length ? pictures.length : null });
      }
      const data = desk.files({ ...values, pictures, results: JSON.stringify(found) }, ["pictures"]);
      const made = await call("POST", "/visits", data);
      return h("p", { class: "good" }, t(`✓ 已登记为抽查 #${made.id}。`, `✓ Entered as check #${made.id}.`));
    });
    element.elements.hall_id.addEventListener("change", (event) => rows.replaceChildren(...known.windows.filter((one) => one.hall === event.target.value).map(line)));
    element.insertBefore(h("div", { style: "grid-column:1/-1" }, rows), element.querySelector(".row"));
    panel.append(h("p", {}, t("人工到场检查(明查、暗访)的结果,登记后不可更改。", "What was found on the spot; it is never changed afterwards.")), element);
  }

  // ---- verification
  function verifyView(panel) {
    const box = h("div", {});
    const before = new Date(Date.parse(today + "T00:00Z") - 86400000).toISOString().slice(0, 10);
    panel.append(
      h("p", {}, t("收班并揭示后,任何人都可以重算当日的抽签和计划,并与登记台账、实际抽查逐项对照。", "Once a day is revealed, its draw and plan can be computed again and held against the register and the checks.")),
      form([{ name: "day", label: t("日期", "day"), kind: "day", need: true, value: before }], t("验证", "Verify"), async ({ day }) => {
        box.replaceChildren();
        const found = await call("GET", `/plans/${day}/verify`);
        box.append(h("p", { class: found.verifies ? "good verdict" : "warning verdict" }, found.verifies
          ? t(`✓ 验证通过:${day} 的 ${found.planned} 次抽查与开门前的承诺一致,未被更改。`, `✓ Verified: the ${found.planned} checks of ${day} are those that were committed before opening.`)
          : t(`✕ 验证不通过:${day} 有 ${found.differences.length} 处不一致。`, `✕ Not verified: ${found.differences.length} differences on ${day}.`)),
        ...found.differences.map((one) => h("p", {}, "✕ " + t(one.zh, one.en))), ...found.notes.map((one) => h("p", { class: "dim" }, "! " + t(one.zh, one.en))));
        await commitment(box, day);
        return h("span", {});
      }), box);
  }

  const parts = [["today", t("今天", "Today"), todayView], ["checks", t("抽查记录", "Checks"), checksView]];
  if (may("call_roll") && known.own_units === null) parts.push(["rollcall", t("一键查岗", "Roll-call"), rollView]);
  if (may("verify_checks")) parts.push(["campaigns", t("专项", "Campaigns"), campaignView]);
  if (may("enter_visits")) parts.push(["visits", t("现场检查", "Visits"), visitView]);
  if (may("verify_checks")) parts.push(["verify", t("事后验证", "Verification"), verifyView]);
  desk.tabs(root, parts);
});
