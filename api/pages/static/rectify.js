// Notices of rectification, appeals and explanations, for the centre's page and for the unit's.
"use strict";
(() => {
  const { t, h, may, button, link, chip, local, word, call, get, query, shown, grid, list, form, ask, because } = desk;
  const TONES = {
    issued: ["◔", "unknown"], claimed: ["◑", "unknown"], reported: ["◕", "unknown"], closed: ["●", "present"], withdrawn: ["○", "closed"],
    accepted: ["◑", "unknown"], upheld: ["■", "absent"], granted: ["●", "present"], waiting: ["◑", "unknown"], refused: ["■", "absent"],
  };
  const mark = (table, name, accepted) => chip(TONES[name][0], word(table, name), name === "accepted" && accepted ? accepted : TONES[name][1]);
  const files = (found) => (found.length ? h("ul", {}, found.map((one) => h("li", {}, link(one.name, one.url, ""), ` ${Math.ceil(one.bytes / 1024)} KB`))) : h("p", { class: "dim" }, t("没有附件。", "No files.")));
  const attach = { name: "file", label: t("附件(可多选)", "files"), kind: "file", several: true };
  const finding = (id) => link(`#${id}`, `/findings/${id}`);
  const words = (name, label) => ({ name, label, kind: "long", need: true, most: 4000 });
  desk.attach = attach;
  desk.words = words;

  // A dialog over one paper: read again after each action.
  function paper(path, title, build, after) {
    const dialog = h("dialog", { class: "big ask" }), box = h("div", {});
    const close = button(t("关闭", "Close"), () => dialog.close());
    async function load() {
      const one = await shown(box, () => get(path));
      if (one) box.replaceChildren(...build(one, async () => { await load(); await after(); }).filter(Boolean));
    }
    dialog.append(h("h2", {}, title), box, close);
    desk.open(dialog);
    load();
  }
  const act = (title, fields, send, done, main) => button(title, () => ask(title, fields, send, done), main ? "main" : "");

  desk.rectifications = (asked) => {
    const due = (one) => (one.overdue ? h("span", { class: "late" }, `▲ ${one.due} ${t("逾期", "overdue")}`) : one.due);
    const columns = [
      [t("文号", "number"), (one) => button(one.number, () => open(one))], [t("单位", "unit"), (one) => one.unit], [t("事项", "matter"), (one) => h("span", { class: "long" }, one.title)],
      [t("下发", "issued"), (one) => one.issued_on], [t("期限", "due"), due], [t("状态", "state"), (one) => mark("rectify_states", one.state)],
      [t("轮次", "rounds"), (one) => String(one.rounds.length)], [t("销号", "struck off"), (one) => one.closing_number || "—"],
    ];
    const made = list({ path: (after) => `/rectifications${query({ ...asked(), after })}`, columns, empty: t("没有整改通知。", "No notices of rectification.") });
    function open(row) {
      const path = `/rectifications/${encodeURIComponent(row.id)}`;
      paper(path, `${row.number} ${row.title}`, (one, again) => [
        desk.facts([
          [t("单位", "unit"), one.unit], [t("状态", "state"), mark("rectify_states", one.state)], [t("期限", "due"), due(one)], [t("下发", "issued"), `${one.issued_on} ${one.issued_by}`],
          [t("认领", "claimed"), one.claimed_by || "—"], [t("依据", "rests on"), one.refs.map((ref) => [ref.startsWith("finding:") ? finding(ref.slice(8)) : ref, " "])],
        ]),
        h("h2", {}, t("经过", "Rounds")), ...one.rounds.map((round, at) => h("div", {},
          h("p", {}, t(`第 ${at + 1} 轮,期限 ${round.due}`, `Round ${at + 1}, due ${round.due}`), round.reported_at ? t(`;${local(round.reported_at)} 反馈:`, `; reported ${local(round.reported_at)}:`) : t(";尚未反馈。", "; not reported yet.")),
          round.report ? h("p", { class: "quote" }, round.report) : "", round.returned ? h("p", { class: "late" }, t("退回:", "Returned: ") + round.returned) : "")),
        one.withdrawn ? h("p", {}, t("撤回:", "Withdrawn: ") + one.withdrawn) : null,
        h("h2", {}, t("文件", "Files")), files(one.files),
        h("p", { class: "row" }, actions(one, path, again)),
      ], made.reload);
    }
    function actions(one, path, again) {
      const said = [];
      if (one.state === "issued" && may("answer")) said.push(act(t("认领", "Claim"), [], () => call("POST", `${path}/claim`), again, true));
      if (one.state === "claimed" && may("answer")) said.push(act(t("反馈整改情况", "Report"), [words("text", t("整改情况", "what was done")), attach], (values) => call("POST", `${path}/report`, desk.files(values, ["file"])), again, true));
      if (one.state === "reported" && may("manage_rectification")) {
        said.push(act(t("同意销号", "Accept"), [], () => call("POST", `${path}/accept`), again, true));
        said.push(act(t("退回", "Return"), [because(), { name: "days", label: t("再给几个工作日(空为默认)", "working days (empty: as usual)"), least: 1, most: 60 }],
          (values) => call("POST", `${path}/return`, values.days ? { ...values, days: Number(values.days) } : { reason: values.reason }), again));
      }
      return said;
    }
    return made;
  };

  desk.appeals = (asked) => {
    const columns = [
      [t("情形", "finding"), (one) => button(`#${one.finding_id} ${one.label}`, () => open(one))], [t("单位", "unit"), (one) => one.unit],
      [t("状态", "state"), (one) => mark("appeal_states", one.state)], [t("提出", "filed"), (one) => `${local(one.filed_at)} ${one.by}`], [t("期限", "in time until"), (one) => [one.last_day, one.overridden_by ? t(`(${one.overridden_by} 准予逾期)`, ` (late, let in by ${one.overridden_by})`) : ""]],
      [t("决定", "decided"), (one) => (one.decided_at ? `${local(one.decided_at)} ${one.decided_by}` : "—")], [t("得分变化", "score"), (one) => (one.score ? `${one.score.before} → ${one.score.after}` : "—")],
    ];
    const made = list({ path: (after) => `/appeals${query({ ...asked(), after })}`, columns, empty: t("没有申诉。单位对已确认的情形提出申诉后,在这里受理和答复。", "No appeals. What a unit appeals against is taken and answered here.") });
    function open(row) {
      const path = `/appeals/${encodeURIComponent(row.id)}`;
      const decide = (name, title, again, main) => act(title, [because()], (values) => call("POST", `${path}/${name}`, values), again, main);
      paper(path, t(`申诉:情形 #${row.finding_id}`, `Appeal: finding #${row.finding_id}`), (one, again) => [
        h("p", {}, finding(one.finding_id), ` ${one.label} · ${one.unit} `, mark("appeal_states", one.state)), h("p", { class: "quote" }, one.grounds), files(one.files),
        one.circular ? h("p", {}, t("所在通报:", "Circular: ") + one.circular) : null, one.decided_by ? h("p", {}, `${local(one.decided_at)} ${one.decided_by}:${one.reason}`) : null,
        one.score ? h("p", {}, t(`${one.score.period} 得分 ${one.score.before} → ${one.score.after}`, `Score of ${one.score.period}: ${one.score.before} → ${one.score.after}`)) : null,
        one.correction ? h("p", {}, t("已起草更正通知,见", "A correction was drafted, see "), link(t("通报", "circulars"), "/circulars")) : null,
        one.state === "accepted" && may("decide_appeals") ? h("p", { class: "row" }, decide("grant", t("申诉成立", "Grant"), again, true), decide("uphold", t("维持", "Uphold"), again)) : null,
      ], made.reload);
    }
    return made;
  };

  desk.explanations = (asked) => {
    const columns = [
      [t("情形", "finding"), (one) => button(`#${one.finding_id} ${one.label}`, () => open(one))], [t("单位", "unit"), (one) => one.unit],
      [t("状态", "state"), (one) => mark("explanation_states", one.state, "present")], [t("提出", "given"), (one) => `${local(one.given_at)} ${one.by}`],
      [t("答复", "answered"), (one) => (one.answered_at ? `${local(one.answered_at)} ${one.answered_by}` : "—")], [t("答复理由", "reason"), (one) => h("span", { class: "long" }, one.reason || "—")],
    ];
    const made = list({ path: (after) => `/explanations${query({ ...asked(), after })}`, columns, empty: t("没有情况说明。", "No explanations.") });
    function open(row) {
      const path = `/explanations/${encodeURIComponent(row.id)}`;
      const decide = (name, title, again, main) => act(title, [because()], (values) => call("POST", `${path}/${name}`, values), again, main);
      paper(path, t(`情况说明:情形 #${row.finding_id}`, `Explanation: finding #${row.finding_id}`), (one, again) => [
        h("p", {}, finding(one.finding_id), ` ${one.label} · ${one.unit} `, mark("explanation_states", one.state, "present")), h("p", { class: "quote" }, one.text), files(one.files),
        one.answered_by ? h("p", {}, `${local(one.answered_at)} ${one.answered_by}:${one.reason}`) : null,
        one.state === "waiting" && may("excuse") ? h("p", { class: "row" }, decide("accept", t("说明成立", "Accept"), again, true), decide("refuse", t("不成立", "Refuse"), again)) : null,
      ], made.reload);
    }
    return made;
  };

  desk.chooser = (table, names, all, change) => h("select", { "aria-label": all, onchange: change }, h("option", { value: "" }, all), names.map((name) => h("option", { value: name }, word(table, name))));
})();
