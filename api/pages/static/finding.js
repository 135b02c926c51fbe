// What is done with one finding, by keys alone: confirm, dismiss with a reason, excuse, the next one.
"use strict";
desk.start(["核实", "Verify"], (root, known) => {
  const { t, h, button, dim, call, get } = desk;
  const finding = known.finding, base = (finding.behaviour ? "/behaviours/" : "/findings/") + finding.id;
  const REASONS = [t("群众遮挡", "people of the public in the way"), t("人在画面外", "somebody there, outside the picture"),
    t("识别错误", "recognised wrongly"), t("其他", "other")];
  const open = ["to_verify", "clue"].includes(finding.state);
  const bar = h("div", { class: "row" }), said = h("div", { "aria-live": "assertive" }), rest = h("span", { class: "rest dim" });
  const keyed = (text, key) => [text, h("kbd", {}, key)];
  let busy = false, done = false;
  root.append(bar, said);

  // ---- what may be done, by state and permission
  const acts = [];
  const add = (name, key, text, run, className = "") => { acts.push({ name, key, text, run, className }); };
  if (finding.decides && open) {
    add("confirm", "c", t("确认", "Confirm"), () => decide("confirm", ""), "main");
    add("dismiss", "d", t("误报排除", "Dismiss"), () => ask(t("误报排除:选择理由", "Dismiss: the reason"), "dismiss", REASONS));
  }
  if (!finding.behaviour && desk.may("excuse") && ["to_verify", "confirmed"].includes(finding.state)) {
    add("excuse", "x", t("情况说明成立", "Excuse"), () => ask(t("情况说明成立:理由", "Excuse: the reason"), "excuse", []));
  }
  if (!finding.behaviour && desk.may("reverse") && ["dismissed", "excused", "exempted"].includes(finding.state)) {
    add("reopen", "o", t("撤回,重新核实", "Take back"), () => ask(t("撤回处置:理由", "Take back: the reason"), "reopen", []));
  }
  function draw() {
    const next = finding.decides ? button(keyed(t("下一条", "Next"), "n"), () => follow(), done ? "main" : "") : null;
    bar.replaceChildren(...(done ? [] : acts.map((one) =>
      h("button", { type: "button", class: one.className, "data-act": one.name, onclick: one.run },
        keyed(one.text, one.name === "confirm" ? "Enter / c" : one.key)))),
      ...(next ? [next] : []), ...(finding.decides ? [rest] : [dim(t("仅供查看:处置由监察员办理。", "To look at only: operators decide."))]));
    if (finding.decides && !acts.length && !done) bar.prepend(dim(t("此登记已处置。", "This is decided.")));
  }
  draw();

  // ---- the others that wait
  async function waiting() {
    const found = [];
    for (const state of finding.state === "clue" ? ["clue", "to_verify"] : ["to_verify", "clue"]) {
      const after = await get(`/findings?state=${state}&after=${finding.id}&limit=1`);
      const newest = await get(`/findings?state=${state}&limit=2`);
      found.push({ total: newest.total, one: [...after.items, ...newest.items].find((item) => item.id !== finding.id) });
    }
    return found;
  }
  async function count() {
    const found = await waiting();
    const more = found.reduce((sum, one) => sum + one.total, 0);
    rest.textContent = t(`待核实共 ${more} 条`, `${more} to verify`);
    return found;
  }
  async function follow() {
    const found = await desk.shown(said, count);
    if (!found) return;
    const next = found.map((one) => one.one).find(Boolean);
    if (next) location.assign(`/findings/${next.id}`);
    else said.replaceChildren(h("p", { class: "good", role: "status" }, t("✓ 没有其他待核实的登记。", "✓ Nothing else waits to be verified.")));
  }
  if (finding.decides) desk.shown(said, count);

  // ---- deciding
  async function decide(what, reason) {
    if (busy || done) return;
    busy = true;
    said.replaceChildren();
    const sent = finding.behaviour ? (what === "confirm" ? undefined : { reason }) : { reason, expected_seq: finding.seq };
    try {
      const now = await call("POST", `${base}/${what}`, sent);
      done = true;
      settled(now.state);
      said.replaceChildren(h("p", { class: "good", role: "status" }, t(`✓ 已登记:#${finding.id} ${desk.word("lives", now.state)}。按 n 或 Enter 看下一条。`,
        `✓ Registered: #${finding.id} ${desk.word("lives", now.state)}. Press n or Enter for the next.`)));
      draw();
      await desk.shown(rest, count);
    } catch (error) {
      await refused(error);
    } finally {
      busy = false;
    }
  }
  function settled(state) {
    const shown = document.querySelector(".headline .life");
    if (shown) shown.textContent = desk.word("lives", state);
  }
  // Somebody else was quicker: say who and how it stands, and offer to look again.
  async function refused(error) {
    await desk.shown(said, () => { throw error; });
    if (error.status !== 409) return;
    const now = await get(`/findings/${finding.id}`);
    const by = (now.last_entry && now.last_entry.payload.by) || "";
    settled(now.state);
    done = true;
    draw();
    said.append(h("p", { class: "stale" }, t(
      `您打开此页后,${by || "他人"} 已处置:现为“${desk.word("lives", now.state)}”。您的操作没有写入。`,
      `${by || "Somebody else"} decided after you opened this page: now ${desk.word("lives", now.state)}. Nothing of yours was entered.`)),
      button(keyed(t("刷新本页", "Look again"), "r"), () => location.reload()));
  }
  function ask(title, what, reasons) {
    const words = h("input", { type: "text", name: "words", maxlength: 400, required: !reasons.length,
      "aria-label": t("说明", "words"), placeholder: reasons.length ? t("补充说明(选“其他”时必填)", "more words (needed for “other”)") : t("写明理由", "say why") });
    const radios = reasons.map((one, place) => h("input", { type: "radio", name: "reason", value: one, required: true, checked: place === 0 }));
    const dialog = h("dialog", { class: "big ask", "aria-label": title });
    const form = h("form", { class: "reason" }, h("h2", {}, title),
      h("fieldset", {}, radios.map((one, place) => h("label", {}, one, `${place + 1}. ${reasons[place]}`))), words,
      h("div", { class: "row" }, h("button", { type: "submit", class: "main" }, keyed(t("确定", "OK"), "Enter")),
        button(keyed(t("取消", "Cancel"), "Esc"), () => dialog.close())));
    const place = () => radios.findIndex((one) => one.checked);
    const check = () => { words.required = !reasons.length || place() === reasons.length - 1; };
    form.addEventListener("change", check);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const chosen = reasons.length ? reasons[place()] : "", more = words.value.trim();
      const other = !reasons.length || place() === reasons.length - 1;
      if (other && !more) { words.setCustomValidity(t("请写明理由。", "Say why.")); words.reportValidity(); return; }
      dialog.close();
      decide(what, !reasons.length ? more : more ? `${chosen}:${more}` : chosen);
    });
    words.addEventListener("input", () => words.setCustomValidity(""));
    dialog.addEventListener("keydown", (event) => {
      if (event.target === words || !/^[1-9]$/.test(event.key) || !radios[event.key - 1]) return;
      event.preventDefault();
      radios[event.key - 1].checked = true;
      check();
      (words.required ? words : radios[event.key - 1]).focus();
    });
    dialog.append(form);
    desk.open(dialog);
    (radios[0] || words).focus();
  }

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || document.querySelector("dialog[open]")) return;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    const key = event.key.toLowerCase(), onLink = /^(A|BUTTON|SUMMARY)$/.test(event.target.tagName);
    let run = null;
    if (key === "enter" && !onLink) run = done ? follow : (acts.find((one) => one.name === "confirm") || {}).run;
    else if (key === "n" && finding.decides) run = follow;
    else if (key === "r" && done) run = () => location.reload();
    else if (!done) run = (acts.find((one) => one.key === key) || {}).run;
    if (!run) return;
    event.preventDefault();
    run();
  });
});
