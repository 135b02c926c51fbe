// Learning from decisions: precision by window and camera, likely causes, proposals to answer.
"use strict";
desk.start(["准确率与改进建议", "Accuracy and proposals"], (root, known) => {
  const { t, h, may, button, chip, dim, local, word, call, query, list, ask, because } = desk;
  const percent = (value) => `${(100 * value).toFixed(1)}%`;
  const share = (one) => (one.whole ? h("span", {}, h("b", {}, percent(one.estimate)), " ", dim(`${one.part}/${one.whole} · ${percent(one.low)}–${percent(one.high)}`)) : dim("—"));
  const cause = (name) => word("causes", name);
  const said = (one) => Object.entries(one.said).map(([name, count]) => `${cause(name)} ${count}`).join(t("、", ", "));
  const halls = () => h("select", { "aria-label": t("大厅", "hall") }, h("option", { value: "" }, t("全部大厅", "every hall")), known.halls.map((one) => h("option", { value: one.id }, one.name)));
  const spans = () => h("select", { "aria-label": t("期间", "since") }, [30, 90, 365].map((days) => h("option", { value: days, selected: days === 90 }, t(`近 ${days} 天`, `last ${days} days`))));

  function why(one) {
    if (!one.cause) return one.precision.whole ? dim(t("○ 无需处理", "○ nothing to mend")) : dim(t("○ 尚无复核结果", "○ no decisions yet"));
    const told = said(one);
    return h("span", {}, chip("▲", t(one.cause_zh, one.cause_en), "absent"), told ? h("div", { class: "dim" }, t("排除理由:", "reasons: ") + told) : null);
  }
  const NAMES = { accepted: t("✓ 已采纳", "✓ accepted"), rejected: t("✕ 未采纳", "✕ rejected") };
  function proposal(one, after) {
    const wanted = one.proposal, answer = one.answer;
    const last = answer ? h("div", { class: "dim" }, `${NAMES[answer.said]} ${local(answer.at)} ${answer.by} ${answer.reason}`) : null;
    if (!wanted) return h("span", { class: "long" }, dim("—"), last);
    const text = h("span", { class: "long" }, t(wanted.zh, wanted.en));
    if (wanted.state !== "open") return h("div", {}, text, last);
    if (!may("change_settings")) return h("div", {}, text, h("div", { class: "dim" }, t("待系统管理员答复", "waits for an administrator")), last);
    const send = (what) => (values) => call("POST", `/precision/${encodeURIComponent(one.window_id)}/${what}`, { key: wanted.key, ...values });
    const title = `${one.window}:${t(wanted.zh, wanted.en)}`;
    return h("div", {}, text, h("div", { class: "row" },
      !wanted.by_itself && may("set_up_cameras") ? desk.link(t("重画区域", "Draw the zone"), `/zones/${encodeURIComponent(wanted.camera_id)}`) : null,
      wanted.by_itself ? button(t("采纳", "Accept"), () => ask(title, [{ name: "reason", label: t("说明(可不填)", "note (may be left out)"), kind: "long" }], send("accept"), after), "main") : null,
      button(t("不采纳", "Reject"), () => ask(title, [because()], send("reject"), after))), last);
  }

  function view(panel, path, columns, empty) {
    const hall = halls(), days = spans(), box = h("div", {});
    function load() {
      const made = list({ path: (after) => path + query({ days: days.value, hall_id: hall.value, after }), empty, columns: columns(() => made.reload()) });
      box.replaceChildren(made.element);
    }
    for (const one of [hall, days]) one.addEventListener("change", load);
    panel.append(h("div", { class: "row" }, hall, days), box);
    load();
  }
  const precise = t("准确率(95% 区间)", "precision (95% interval)"), rate = t("检出率(95% 区间)", "hit rate (95% interval)");
  function windowView(panel) {
    panel.append(h("p", { class: "dim" }, t(
      "准确率 = 复核后成立的情形 ÷ 已复核的情形;只计区域或检出率上次改动之后的情形。最可能出错的窗口排在最前。",
      "Precision: decided findings that were right, since the zone or the hit rate last changed. Windows that surely err come first.")));
    view(panel, "/precision", (reload) => [
      [t("大厅", "hall"), (one) => one.hall], [t("窗口", "window"), (one) => one.window], [t("单位", "unit"), (one) => one.unit || "—"],
      [t("摄像头", "cameras"), (one) => one.cameras.join(" ")], [precise, (one) => share(one.precision)], [t("可能原因", "likely cause"), why],
      [rate, (one) => h("span", {}, share(one.seen), h("div", { class: "dim" }, t(`设定 ${one.hit_rate}`, `set to ${one.hit_rate}`)))],
      [t("建议", "proposal"), (one) => proposal(one, reload)],
    ], t("没有可看的窗口。请在设置中为大厅添加窗口,或请管理员放宽您的范围。", "No window to see; add windows in the settings, or ask for a wider scope."));
  }
  function cameraView(panel) {
    panel.append(h("p", { class: "dim" }, t("同一摄像头所见窗口合计;被两个摄像头看到的窗口各计一次。", "All windows that a camera sees together; one that two cameras see counts for both.")));
    view(panel, "/precision/cameras", () => [
      [t("大厅", "hall"), (one) => one.hall], [t("摄像头", "camera"), (one) => `${one.camera_id} ${one.camera}`], [t("窗口数", "windows"), (one) => String(one.windows)],
      [precise, (one) => share(one.precision)], [rate, (one) => share(one.seen)],
    ], t("没有可看的摄像头。", "No camera to see."));
  }
  desk.tabs(root, [["windows", t("按窗口", "By window"), windowView], ["cameras", t("按摄像头", "By camera"), cameraView]]);
});
