// Alerts as they come: one small question every two seconds (304 while nothing changed), a sound for
// what is new, and what to do with each by key or button.
"use strict";
desk.start(["告警", "Alerts"], (root, known) => {
  const { t, h, button, chip, dim, call, local } = desk;
  const POLL_MS = 2000, LOST_AFTER_MS = 8000, MOST_OVER = 12;
  const heard = new Set(), loud = new Set();
  let alerts = [], etag = "", first = true, chosen = 0, chosenId = 0, server = { now: 0, at: 0, speed: 1 }, last = performance.now();

  // ---- sound: two notes of our own making, as soon as the browser allows any
  let player = null, muted = localStorage.getItem("onpost.sound") === "off";
  const wake = () => {
    if (!player && window.AudioContext) player = new AudioContext();
    if (player && player.state === "suspended") player.resume().then(tell);
    tell();
  };
  for (const event of ["pointerdown", "keydown"]) addEventListener(event, wake);
  function ring(notes) {
    root.dataset.rings = String(Number(root.dataset.rings || 0) + 1);
    if (muted || !player || player.state !== "running") return;
    notes.forEach((pitch, place) => {
      const from = player.currentTime + place * 0.22, tone = player.createOscillator(), gain = player.createGain();
      tone.frequency.value = pitch;
      gain.gain.setValueAtTime(0.0001, from);
      gain.gain.exponentialRampToValueAtTime(0.3, from + 0.02);
      gain.gain.exponentialRampToValueAtTime(0.0001, from + 0.2);
      tone.connect(gain).connect(player.destination);
      tone.start(from);
      tone.stop(from + 0.22);
    });
  }
  const soundSwitch = button("", () => {
    muted = !muted;
    localStorage.setItem("onpost.sound", muted ? "off" : "on");
    tell();
    if (!muted) ring([880]);
  });
  function tell() {
    const silent = !muted && (!player || player.state !== "running");
    soundSwitch.textContent = muted ? t("♪ 声音:关 (m)", "♪ sound: off (m)")
      : silent ? t("♪ 按任意键启用声音", "♪ press any key to enable sound") : t("♪ 声音:开 (m)", "♪ sound: on (m)");
    soundSwitch.setAttribute("aria-pressed", String(!muted));
  }

  // ---- frame of the page
  const length = h("select", { "aria-label": t("稍后提醒的时长", "how long to snooze") },
    [5, 10, 15, 30, 60].map((one) => new Option(t(`${one} 分钟`, `${one} min`), String(one), one === 10, one === 10)));
  const count = h("span", { class: "count zero" }, "0"), said = h("div", { "aria-live": "assertive" });
  const trouble = h("div", { class: "banner", role: "alert" });
  const standing = h("div", { class: "alert-list", "aria-live": "polite" }), over = h("div", { class: "alert-over" });
  root.append(
    h("div", { class: "row" }, h("strong", {}, t("未解除", "standing")), count, soundSwitch,
      h("label", { class: "inline" }, t("稍后提醒:", "snooze for:"), length)),
    h("p", { class: "keys dim" }, t(
      `按键:↑↓ 选择 · c 认领/取消认领 · s 稍后提醒 · u 升级 · Enter 查看登记。${known.escalate_after_min} 分钟无人处置的告警自动升级,排在最前。`,
      `Keys: ↑↓ choose · c claim or give back · s snooze · u escalate · Enter open the finding. What nobody takes up within ${known.escalate_after_min} min escalates and comes first.`)),
    trouble, said, standing, desk.heading(t("已解除", "Over")), h("p", {}, desk.excel("/alerts")), over);
  tell();

  // ---- what there is
  const now = () => server.now + (performance.now() - server.at) * server.speed;
  const ago = (iso) => {
    const seconds = Math.max(0, Math.floor((now() - Date.parse(iso)) / 1000)), minutes = Math.floor(seconds / 60);
    return minutes < 1 ? t(`${seconds} 秒`, `${seconds} s`) : t(`${minutes} 分钟`, `${minutes} min`);
  };
  const rank = (one) => (one.escalated ? 0 : one.snoozed_until ? 3 : one.claimed_by ? 2 : 1);
  // By window: a window's alerts stand together, the most pressing window first.
  function groups() {
    const found = new Map();
    for (const one of alerts.filter((item) => !item.cleared_at)) {
      if (!found.has(one.window_id)) found.set(one.window_id, []);
      found.get(one.window_id).push(one);
    }
    const order = (one) => [Math.min(...one.map(rank)), Math.min(...one.map((item) => Date.parse(item.since)))];
    return [...found.values()].sort((a, b) => {
      const [one, other] = [order(a), order(b)];
      return one[0] - other[0] || one[1] - other[1];
    });
  }
  const flat = () => groups().flat();

  function row(one, place) {
    const mine = one.claimed_by === known.login;
    const name = known.language === "en" ? "en" : "zh";
    const acts = [
      button(mine ? t("取消认领", "give back") : t("认领", "claim"), () => act(one, mine ? "release" : "claim")),
      button(t("稍后提醒", "snooze"), () => act(one, "snooze")),
      one.escalated_by ? null : button(t("升级", "escalate"), () => act(one, "escalate")),
      one.finding_id ? h("a", { class: "act", href: `/findings/${one.finding_id}` }, t(`查看登记 #${one.finding_id}`, `open finding #${one.finding_id}`)) : null,
    ];
    const marks = [
      one.escalated ? chip("↑", one.escalated_by ? t(`已升级(${one.escalated_by})`, `escalated (${one.escalated_by})`) : t("已升级(超时未处置)", "escalated (nobody took it up)"), "absent") : null,
      one.claimed_by ? chip("◆", t(`${one.claimed_by} 已认领`, `in the hand of ${one.claimed_by}`), "present") : chip("○", t("未认领", "in nobody's hand"), "unknown"),
      one.snoozed_until ? chip("‖", t(`${local(one.snoozed_until).slice(11)} 后提醒`, `quiet until ${local(one.snoozed_until).slice(11)}`), "closed") : null,
    ];
    const element = h("article", {
      class: "alert" + (one.escalated ? " escalated" : "") + (one.snoozed_until ? " quiet" : "") + (place === chosen ? " chosen" : ""),
      "data-alert": one.id, "aria-current": place === chosen ? "true" : undefined,
      onclick: () => choose(place),
    },
      h("div", { class: "what" }, h("strong", {}, `▲ ${desk.word("kinds", one.kind)}`), " ",
        h("span", {}, t(`${local(one.since, true).slice(11)} 起,已 `, `since ${local(one.since, true).slice(11)}, for `), h("b", { "data-since": one.since }, ago(one.since)))),
      one.why[name] ? h("div", { class: "dim" }, one.why[name]) : null,
      h("div", { class: "row" }, marks), h("div", { class: "row" }, acts));
    return element;
  }
  function draw() {
    const all = groups(), flatted = all.flat();
    const still = flatted.findIndex((one) => one.id === chosenId);  // it is followed where it goes
    chosen = still >= 0 ? still : Math.max(0, Math.min(chosen, flatted.length - 1));
    chosenId = flatted.length ? flatted[chosen].id : 0;
    let place = 0;
    standing.replaceChildren(...all.map((found) => {
      const earlier = alerts.filter((one) => one.cleared_at && one.window_id === found[0].window_id).length;
      return h("section", { class: "alert-window", "data-window": found[0].window_id },
        h("h2", {}, `${found[0].hall} · ${found[0].window}`, earlier ? dim(t(` 近来已解除 ${earlier} 次`, ` ${earlier} over lately`)) : null),
        found.map((one) => row(one, place++)));
    }));
    if (!all.length) {
      standing.append(h("p", { class: "empty" }, t("目前没有告警。有新告警时会自动出现并响铃,无需刷新。",
        "No alert stands. New ones appear here by themselves, with a sound.")));
    }
    const past = alerts.filter((one) => one.cleared_at).slice(0, MOST_OVER);
    over.replaceChildren(past.length ? desk.grid([
      [t("窗口", "window"), (one) => `${one.hall} · ${one.window}`],
      [t("情形", "kind"), (one) => "○ " + desk.word("kinds", one.kind)],
      [t("起", "from"), (one) => local(one.since, true)],
      [t("解除", "over"), (one) => local(one.cleared_at, true).slice(11)],
      [t("认领人", "taken by"), (one) => one.claimed_by || "—"],
      [t("登记", "finding"), (one) => (one.finding_id ? desk.link(`#${one.finding_id}`, `/findings/${one.finding_id}`) : "—")],
    ], past) : h("p", { class: "empty" }, t("近来没有已解除的告警。告警在人员回岗或处置后移到这里。", "None was over lately. An alert comes here when somebody is back or it was dealt with.")));
    count.textContent = String(flatted.length);
    count.classList.toggle("zero", !flatted.length);
    document.title = (flatted.length ? `(${flatted.length}) ` : "") + t("告警 · 在岗 OnPost", "Alerts · OnPost");
  }
  function choose(place) {
    const all = flat();
    chosen = Math.max(0, Math.min(place, all.length - 1));
    chosenId = all.length ? all[chosen].id : 0;
    mark();
  }
  function mark() {
    [...standing.querySelectorAll(".alert")].forEach((element, place) => {
      element.classList.toggle("chosen", place === chosen);
      if (place === chosen) { element.setAttribute("aria-current", "true"); element.scrollIntoView({ block: "nearest" }); }
      else element.removeAttribute("aria-current");
    });
  }
  function news() {
    const up = alerts.filter((one) => !one.cleared_at && !one.snoozed_until);
    const fresh = up.filter((one) => !heard.has(one.id)), risen = up.filter((one) => one.escalated && !loud.has(one.id));
    for (const one of up) heard.add(one.id);
    for (const one of alerts) if (one.escalated) loud.add(one.id); else loud.delete(one.id);
    for (const one of alerts) if (one.snoozed_until) heard.delete(one.id);
    if (!first && risen.length) ring([988, 784, 988, 784]);
    else if (!first && fresh.length) ring([784, 988]);
    first = false;
  }

  // ---- what is done
  async function act(one, what) {
    said.replaceChildren();
    const done = await desk.shown(said, () => call("POST", `/alerts/${one.id}/${what}`,
      what === "snooze" ? { minutes: Number(length.value) } : undefined));
    if (!done) return;
    alerts = alerts.map((item) => (item.id === done.id ? done : item));
    etag = "";
    draw();
  }
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    const one = flat()[chosen];
    const done = {
      ArrowDown: () => choose(chosen + 1),
      ArrowUp: () => choose(chosen - 1),
      m: () => soundSwitch.click(),
      c: () => one && act(one, one.claimed_by === known.login ? "release" : "claim"),
      s: () => one && act(one, "snooze"),
      u: () => one && act(one, "escalate"),
      Enter: () => one && one.finding_id && location.assign(`/findings/${one.finding_id}`),
    }[event.key];
    if (!done || (event.key === "Enter" && /^(A|BUTTON)$/.test(event.target.tagName))) return;
    event.preventDefault();
    done();
  });

  async function poll() {
    try {
      const answer = await fetch("/api/v1/alerts", { cache: "no-store", signal: AbortSignal.timeout(6000),
        headers: etag ? { "If-None-Match": etag } : {} });
      if (answer.status === 401) location.assign("/sign-in?next=/alerts");
      if (answer.ok || answer.status === 304) {
        last = performance.now();
        server = { now: Date.parse(answer.headers.get("OnPost-Now")), at: last, speed: Number(answer.headers.get("OnPost-Speed")) };
      }
      if (answer.ok) {
        etag = answer.headers.get("ETag");
        alerts = await answer.json();
        news();
        draw();
      }
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
    } finally {
      setTimeout(poll, POLL_MS);
    }
  }
  setInterval(() => {
    for (const element of standing.querySelectorAll("[data-since]")) element.textContent = ago(element.dataset.since);
    const lost = performance.now() - last > LOST_AFTER_MS;
    trouble.textContent = lost ? t("与服务器的连接中断,告警不再更新。", "Connection lost: nothing is updated.") : "";
    trouble.classList.toggle("shown", lost);
  }, 1000);
  poll();
});
