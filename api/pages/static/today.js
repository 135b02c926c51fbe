// Today: the wall's small piece of JSON tells what stands now; the rest is asked once a minute and
// when something was registered.
"use strict";
desk.start(["今日", "Today"], (root, known) => {
  const { t, h, chip, local } = desk;
  const POLL_MS = 3000, HIDDEN_POLL_MS = 15000, SLOW_MS = 60000, SHOWN = 8, LOST_AFTER_MS = 12000;
  let etag = "", wall = null, head = "", asked = -SLOW_MS, last = performance.now();

  // ---- figures
  const cards = h("div", { class: "figures" }), trouble = h("div", { class: "banner", role: "alert" });
  const figures = new Map();
  function figure(name, title, href) {
    const number = h("b", {}, "…"), tail = h("small", { class: "dim" });
    const element = h(href ? "a" : "div", { class: "figure", "data-figure": name, href }, h("span", {}, title), number, tail);
    figures.set(name, { element, number, tail });
    cards.append(element);
  }
  function put(name, number, tail, tone = "") {
    const one = figures.get(name);
    one.number.textContent = number;
    one.tail.textContent = tail;
    one.element.className = `figure ${tone}`;
  }
  figure("alerts", t("未解除告警", "alerts standing"), desk.may("handle_alerts") ? "/alerts" : "/");
  figure("waiting", t("待核实情形", "findings to verify"), "/findings?state=to_verify");
  figure("rate", t("当前在岗率", "on post now"), "/");
  figure("checked", t("今日核查在岗率", "on post in today's checks"));
  figure("checks", t("今日核查", "checks today"));
  figure("cameras", t("摄像头不可用", "cameras down"), "/");
  figure("cases", t("办件预警", "case signals"));
  figure("clues", t("行为线索待确认", "clues to confirm"), "/findings?state=clue");
  const column = (title, name) => h("section", { "data-list": name }, desk.heading(title), h("div", { class: "items" }));
  const lists = h("div", { class: "columns" },
    column(t("未解除告警", "Alerts standing"), "alerts"), column(t("待核实", "To verify"), "waiting"),
    column(t("摄像头不可用", "Cameras down"), "cameras"), column(t("办件预警", "Case signals"), "cases"));
  root.append(trouble, cards, lists);
  function fill(name, items, empty, more) {
    const box = lists.querySelector(`[data-list="${name}"] .items`);
    const shown = items.slice(0, SHOWN);
    box.replaceChildren(...(shown.length ? shown : [h("p", { class: "empty" }, empty)]));
    if (more > shown.length) box.append(h("p", { class: "dim" }, t(`另有 ${more - shown.length} 项`, `and ${more - shown.length} more`)));
  }
  const item = (href, title, tail, stands) =>
    h(href ? "a" : "div", { class: "notice" + (stands ? " stands" : ""), href }, h("div", {}, title), h("div", { class: "dim" }, tail));
  const percent = (part, whole) => (whole ? `${(100 * part / whole).toFixed(1)}%` : "—");

  // ---- what stands now
  function live() {
    const counts = wall.counts, seen = counts.present + counts.absent;
    const standing = wall.alerts.filter((one) => !one.cleared_at);
    put("alerts", String(wall.standing), wall.standing ? t("▲ 须处置", "▲ to be taken up") : t("○ 无", "○ none"), wall.standing ? "bad" : "");
    put("rate", percent(counts.present, seen), t(
      `● 在岗 ${counts.present} ▲ 无人 ${counts.absent} ? 无法核查 ${counts.unknown} ○ 非工作时间 ${counts.closed}`,
      `● staffed ${counts.present} ▲ empty ${counts.absent} ? cannot tell ${counts.unknown} ○ closed ${counts.closed}`));
    const down = wall.cameras.filter((one) => one.reason);
    put("cameras", String(down.length), t(`共 ${wall.cameras.length} 路`, `of ${wall.cameras.length}`), down.length ? "doubt" : "");
    fill("alerts", standing.map((one) => item(one.finding ? `/findings/${one.finding}` : "/alerts",
      `▲ ${desk.word("kinds", one.kind)} · ${one.window}`, `${one.hall_name} · ${clock(one.since)} ${t("起", "on")}`, true)),
      t("目前没有告警。", "No alert stands."), wall.standing);
    const halls = new Map(wall.halls.map((one) => [one.id, one.name]));
    fill("cameras", down.map((one) => item("/", `? ${one.name} · ${desk.word("reasons", one.reason)}`,
      `${halls.get(one.hall)} · ${one.taken_at ? t(`最后画面 ${clock(one.taken_at)}`, `last picture ${clock(one.taken_at)}`) : t("尚无画面", "no picture yet")}`)),
      t("所有摄像头画面均可用。", "Every camera's picture can be used."), down.length);
  }
  const clock = (iso) => new Intl.DateTimeFormat("zh-CN", { timeZone: known.time_zone, hour12: false,
    month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" }).format(new Date(iso));
  function state() {
    const lost = performance.now() - last > LOST_AFTER_MS;
    const said = lost ? t("与服务器的连接中断,数字不再更新。", "Connection lost: nothing is updated.")
      : wall && wall.record_fault ? t("数据库无法读取:", "The database cannot be read: ") + wall.record_fault
        : wall && !wall.watching ? t("监测进程未运行:状态可能已过时,空窗口不会被登记。请联系系统管理员。",
          "Watching has stopped: states may be out of date and nothing is registered. Tell the administrator.") : "";
    trouble.textContent = said;
    trouble.classList.toggle("shown", Boolean(said));
  }

  // ---- how the day goes
  const none = () => null;
  async function slow(day) {
    const [waiting, clues, summary, ...cases] = await Promise.all([
      desk.get(`/findings?state=to_verify&limit=${SHOWN}`).catch(none),
      desk.get("/findings?state=clue&limit=1").catch(none),
      desk.get(`/checks/summary?day=${day}`).catch(none),
      ...["serious", "red", "yellow", "reminder"].map((one) => desk.get(`/cases?open_only=true&signal=${one}&limit=${SHOWN}`).catch(none)),
    ]);
    if (waiting) {
      put("waiting", String(waiting.total), waiting.total ? t("点击开始核实", "click to begin") : t("○ 已全部核实", "○ all verified"), waiting.total ? "doubt" : "");
      fill("waiting", waiting.items.map((one) => item(`/findings/${one.id}`, `${desk.word("kinds", one.kind)} · ${one.window}`,
        `#${one.id} ${one.hall} · ${local(one.started_at)} ${t("起", "on")}`, !one.ended)),
        t("没有待核实的情形。", "Nothing waits to be verified."), waiting.total);
    } else put("waiting", "—", "");
    put("clues", clues ? String(clues.total) : "—", clues && clues.total ? t("线索须附图确认后才计入", "counted only when confirmed") : "");
    if (summary) {
      put("checked", summary.on_post_rate, t(`有效 ${summary.effective} / 应查 ${summary.planned} · 空岗率 ${summary.vacancy_rate}`,
        `${summary.effective} of ${summary.planned} looked at · vacant ${summary.vacancy_rate}`));
      put("checks", String(summary.done), t(`✓ 已完成 · 进行中 ${summary.running} · 未执行 ${summary.not_done}`,
        `✓ done · under way ${summary.running} · not made ${summary.not_done}`), summary.not_done ? "doubt" : "");
    } else { put("checked", "—", ""); put("checks", "—", ""); }
    signals(cases);
  }
  function signals(cases) {
    const names = [t("严重", "serious"), t("红牌", "red"), t("黄牌", "yellow"), t("提示", "reminder")], shapes = ["✖", "■", "▲", "○"];
    if (cases.some((one) => one === null)) { put("cases", "—", ""); fill("cases", [], t("没有办件预警。", "No case signals."), 0); return; }
    const own = cases.map((one) => one.total);
    put("cases", String(own[0] + own[1] + own[2]), names.map((name, place) => `${shapes[place]} ${name} ${own[place]}`).join(" "), own[0] + own[1] ? "bad" : own[2] ? "doubt" : "");
    fill("cases", cases.slice(0, 3).flatMap((one, place) => one.items.map((found) => item("",
      `${shapes[place]} ${names[place]} · ${found.project_no}`, `${found.unit} · ${t("到期", "due")} ${local(found.due_at)}`, place < 2))),
      t("没有办件预警。", "No case signals."), own[0] + own[1] + own[2]);
  }

  async function poll() {
    try {
      const answer = await fetch("/api/v1/wall", { cache: "no-store", signal: AbortSignal.timeout(6000),
        headers: etag ? { "If-None-Match": etag } : {} });
      if (answer.status === 401) location.assign("/sign-in?next=/today");
      if (answer.ok || answer.status === 304) last = performance.now();
      if (answer.ok) {
        etag = answer.headers.get("ETag");
        wall = await answer.json();
        live();
      }
      const newest = JSON.stringify(wall.findings.map((one) => [one.id, one.state]));
      if (newest !== head || performance.now() - asked > SLOW_MS) {
        head = newest;
        asked = performance.now();
        const day = new Intl.DateTimeFormat("en-CA", { timeZone: known.time_zone }).format(new Date(answer.headers.get("OnPost-Now")));
        await slow(day);
      }
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
    } finally {
      state();
      setTimeout(poll, document.hidden ? HIDDEN_POLL_MS : POLL_MS);
    }
  }
  poll();
});
