// What is recorded, for how long, by which limits, how good it is, and what anybody may do about it.
"use strict";
desk.start(["关于与隐私", "About and privacy"], async (root) => {
  const { t, h, word, get, shown, grid, heading } = desk;
  const box = h("div", { class: "about" });
  root.append(box);
  const found = await shown(box, () => get("/about"));
  if (!found) return;
  const KEPT = {
    dismissed_days: [t("已排除、情况说明成立或撤销的情形的图片", "pictures of what was dismissed, excused or revoked"), t("天", "days")],
    clue_days: [t("未成为情形的线索的图片", "pictures of clues that became no finding"), t("天", "days")],
    closed_months: [t("已确认的情形的图片,销号之后", "pictures of confirmed findings, after closure"), t("个月", "months")],
    outbox_days: [t("已发出的通知", "notices that were sent"), t("天", "days")],
  };
  const items = (texts) => h("ul", {}, texts.map((text) => h("li", {}, text)));
  box.append(
    h("p", {}, t("本系统按取样画面判断服务窗口是否有人在岗,与排班核对后登记情形,由人核实。",
      "The system judges from sampled pictures whether a service window is staffed, holds that against the roster, and registers what people then verify.")),
    heading(t("记录什么", "What is recorded")),
    items([
      t(`每路摄像头约每 ${found.sampling_s} 秒取一张画面;画面只留最新一张,最多 ${found.shown_min} 分钟,不录像、不录音。`, `About every ${found.sampling_s} s one picture of each camera; only the newest is held, ${found.shown_min} min at most. No video and no sound is recorded.`),
      t("登记情形时保存证据图片(无人之前、当时、之后),工位以外的部分模糊处理。", "A finding keeps pictures as evidence (before, at, after); everything outside the post is blurred."),
      t("登记的是岗位,不是人;点名须由另一名审批人同意并留痕。", "Posts are registered, not people; naming somebody takes a second approver and leaves a trace."),
      t("登记前的实时画面不打码,只有获准的值班人员能看;工位之内或正挡在其前的人会留在证据图片上。", "The live picture is not masked, and only those allowed on duty see it; whoever stands in the post's zone or right before it stays in a picture of evidence."),
      ...(found.hints ? [t("部分窗口由程序提示疑似使用手机等行为,仅为线索,经人员凭图片确认才登记。", "At some windows the program hints at behaviour such as using a phone; a clue only, registered once a person confirmed it by a picture.")] : []),
      t("谁看过哪张证据、改过什么,都记入审计日志。", "Who looked at which evidence and who changed what is entered in the audit log."),
    ]),
    heading(t("不做人脸识别", "No face recognition")),
    h("p", {}, t("系统只识别“有没有人”,不识别是谁,不比对人脸,不保存人脸特征。", "The system tells only whether somebody is there. It recognises nobody, compares no faces and keeps no features of faces.")),
    heading(t("保存多久", "For how long")),
    h("ul", {}, Object.entries(found.retention).map(([name, value]) => h("li", {}, `${(KEPT[name] || [name, ""])[0]}:`, h("b", {}, ` ${value} ${(KEPT[name] || ["", ""])[1]}`))),
      h("li", {}, t("登记台账与审计日志:长期保存,不可更改。", "Register and audit log: kept for good and never changed.")),
      h("li", {}, t("已印发的通报(可含处理过的图片)与附件:长期保存。", "Issued circulars, with masked pictures, and what was attached: for good."))),
    heading(t("现行阈值", "Limits in force")),
    grid([
      [t("情形", "limit"), (one) => word("limits", one.name)],
      [t("条件", "condition"), (one) => `${one.operator} ${one.minutes} ${t("分钟", "min")}`],
    ], found.thresholds),
    h("p", { class: "dim" }, found.windows_with_own_thresholds ? t(`另有 ${found.windows_with_own_thresholds} 个窗口按自己的阈值。`, `${found.windows_with_own_thresholds} windows have limits of their own.`) : t("所有窗口适用同一阈值。", "All windows go by the same limits.")),
    heading(t("准确程度", "How good it is")),
    h("p", { class: "dim" }, t("以下为演练大厅的实测数字;各窗口的数字以复核结果为准。", "Measured in the rehearsal hall; a real window's figures come from what reviewers decide.")),
    h("ul", {}, found.facts.map((one) => h("li", {}, h("b", {}, one.value), " ", t(one.zh, one.en)))),
    h("p", {}, t("画面看不清时记为“无法核查”,绝不当作无人。", "Where a picture cannot be told it is called so, and never taken for an empty post.")),
    heading(t("您的权利", "Your rights")),
    items([
      t("当事单位可查看本单位的情形与证据,提交情况说明,并可申诉;申诉由未参与原认定的人员复核。", "A unit sees its own findings and their evidence, may explain them, and may appeal; somebody who took no part decides."),
      t("情形被撤销后,通报予以更正。", "A finding that is revoked is corrected in the circular too."),
    ]),
    h("p", {}, h("a", { href: "/notice" }, t("可打印的告知书(中英文,无需账号)", "The notice to be printed, in both languages; no account needed"))),
    h("p", { class: "dim" }, `OnPost ${found.version}`));
});
