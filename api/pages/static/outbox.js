// Notifications and receivers of events: what became of them, tried, tried again.
"use strict";
desk.outbox = (panel, known) => {
  const { t, h, button, chip, dim, local, call, query, list, form, heading, may } = desk;
  const STATES = { sent: ["●", t("已送达", "sent"), "present"], dead: ["✕", t("已放弃", "given up"), "absent"], no_channel: ["!", t("无渠道", "no channel"), "unknown"],
    waiting: ["…", t("等待重试", "waiting"), "unknown"], sending: ["…", t("发送中", "sending"), "unknown"], new: ["…", t("待发", "new"), "unknown"] };
  const state = (name) => chip(...(STATES[name] || ["?", name, ""]));
  const found = list({
    path: (after) => "/notifications" + query({ after, limit: 50 }),
    empty: t("还没有通知。", "There is no notification yet."),
    columns: [
      [t("编号", "No."), (one) => one.id], [t("时间", "when"), (one) => local(one.at)],
      [t("内容", "what"), (one) => h("span", { class: "long" }, t(one.title_zh, one.title_en))],
      [t("状态", "state"), (one) => state(one.state)],
      [t("渠道", "channels"), (one) => one.deliveries.map((way) => h("div", {}, `${way.target} × ${way.tries} `, state(way.state), way.error ? h("span", { class: "long dim" }, way.error) : "")) ],
      ["", (one) => (may("manage_notifications") && ["dead", "no_channel"].includes(one.state) ? button(t("重发", "Try again"), async () => { await desk.shown(said, () => call("POST", `/notifications/${one.id}/retry`)); found.reload(); }) : "")],
    ],
  });
  const said = h("div", { "aria-live": "polite" });
  panel.append(heading(t("发件箱", "Outbox")),
    known.channels.length ? "" : h("p", { class: "warning" }, t("设置文件中没有通知渠道,通知不会送出。请在 notifications.channels 中写明。", "The settings name no channel: nothing is sent. Enter notifications.channels.")),
    may("manage_notifications") ? form([{ name: "channel", label: t("渠道(空为全部)", "channel, empty for all"), options: known.channels.map((one) => [one, one]), any: t("全部渠道", "every channel") }],
      t("发送测试通知", "Send a test"), async (values) => { await call("POST", "/notifications/test", { channel: values.channel }); found.reload(); return true; }) : "",
    said, found.element);
};
desk.receivers = (panel) => {
  const { t, h, button, chip, local, call, query, list, form, ask, open } = desk;
  const said = h("div", { "aria-live": "polite" });
  const press = (text, method, path) => button(text, async () => {
    const done = await desk.shown(said, () => call(method, path));
    if (done && "delivered" in done) said.replaceChildren(done.delivered ? h("p", { class: "good" }, t("✓ 测试消息已送达。", "✓ The test was delivered.")) : h("p", { class: "late" }, t("✕ 未送达:", "✕ not delivered: "), done.error));
    found.reload();
  });
  const found = list({
    path: (after) => "/webhooks" + query({ after, limit: 100 }),
    empty: t("没有外发回调。需要把登记实时推送给其他系统时,在下面添加。", "There is no receiver. Add one to push what is registered to another system."),
    columns: [
      [t("地址", "address"), (one) => h("span", { class: "long" }, one.url)],
      [t("事件", "topics"), (one) => one.topics.join(", ") || t("全部", "all")],
      [t("状态", "state"), (one) => (one.enabled ? chip("●", t("启用", "on"), "present") : chip("○", t("停用", "off"), "closed"))],
      [t("待送", "pending"), (one) => one.pending], [t("已放弃", "given up"), (one) => one.given_up],
      [t("最近错误", "last error"), (one) => h("span", { class: "long" }, one.last_error || "—")],
      [t("添加", "added"), (one) => `${one.made_by} ${local(one.made_at)}`],
      ["", (one) => [press(t("测试", "Test"), "POST", `/webhooks/${one.id}/test`),
        one.enabled ? press(t("停用", "Disable"), "POST", `/webhooks/${one.id}/disable`) : press(t("启用", "Enable"), "POST", `/webhooks/${one.id}/enable`),
        button(t("删除", "Remove"), () => ask(t("删除此回调?未送达的将放弃。", "Remove it? What waits is given up."), [], () => call("DELETE", `/webhooks/${one.id}`), found.reload))]],
    ],
  });
  panel.append(found.element, said, h("h2", {}, t("添加", "Add")),
    form([{ name: "url", label: t("地址(https://…)", "address (https://…)"), need: true }, { name: "topics", label: t("事件(逗号分隔,空为全部)", "topics, by commas; empty for all") }],
      t("添加", "Add"), async (values) => {
        const made = await call("POST", "/webhooks", { url: values.url, topics: values.topics.split(/[,,\s]+/).filter(Boolean) });
        const dialog = h("dialog", { class: "big ask" });
        dialog.append(h("h2", {}, t("签名密钥(只显示这一次)", "Its secret, shown this once")), h("p", { class: "secret" }, made.secret), button(t("已抄录,关闭", "Written down, close"), () => dialog.close(), "main"));
        open(dialog);
        found.reload();
        return true;
      }));
};
