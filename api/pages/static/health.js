// How every part is; asked again every ten seconds while it is looked at.
"use strict";
desk.start(["系统状态", "System health"], (root) => {
  const { t, h, chip, dim, local, word, get, shown, grid, heading, facts } = desk;
  const box = h("div", {});
  root.append(box, ...desk.chains());
  const seconds = (value) => (value === null ? t("从未", "never") : value < 120 ? t(`${Math.round(value)} 秒前`, `${Math.round(value)} s ago`) : t(`${Math.round(value / 60)} 分钟前`, `${Math.round(value / 60)} min ago`));
  const size = (bytes) => (bytes / 2 ** 30).toFixed(1) + " GiB";
  const state = (good, yes, no) => (good ? chip("●", yes, "present") : chip("▲", no, "absent"));
  const MEND = {
    watch: t("运行 onpost watch(或 onpost up)", "run onpost watch (or onpost up)"),
    schedule: t("运行 onpost schedule(或 onpost up)", "run onpost schedule (or onpost up)"),
    serve: t("重新启动 onpost serve", "start onpost serve again"),
  };
  async function load() {
    const found = await shown(box, () => get("/system"));
    if (!found) return;
    box.replaceChildren(
      h("p", { class: "dim" }, t(`截至 ${local(found.at, true)},每 10 秒更新`, `as of ${local(found.at, true)}, again every 10 s`)),
      heading(t("进程", "Processes")),
      grid([
        [t("进程", "process"), (one) => one.name],
        [t("职责", "what for"), (one) => t(one.zh, one.en)],
        [t("状态", "state"), (one) => state(one.alive, t("运行中", "running"), t("未运行", "not running"))],
        [t("最近信号", "last sign"), (one) => seconds(one.age_s)],
        [t("处理", "to mend"), (one) => (one.alive ? "—" : MEND[one.name])],
      ], found.processes),
      heading(t("摄像头", "Cameras")),
      h("p", {}, t(`共 ${found.cameras} 路:`, `${found.cameras} in all: `), Object.entries(found.camera_links).map(([name, count]) => `${word("links", name)} ${count}`).join(" · "),
        found.samples_due === null ? "" : t(` · 应取样 ${found.samples_due},漏 ${found.samples_missed}`, ` · samples due ${found.samples_due}, missed ${found.samples_missed}`)),
      h("p", {}, found.troubled.length ? desk.excel("/system", "export", t("导出故障摄像头 Excel", "Export what does not work")) : "", " ",
        desk.may("see_live") ? desk.excel("/cameras", "export", t("导出全部摄像头 Excel", "Export every camera")) : ""),
      found.troubled.length ? grid([
        [t("大厅", "hall"), (one) => one.hall], [t("摄像头", "camera"), (one) => one.camera],
        [t("连接", "link"), (one) => (one.link === "live" ? word("links", one.link) : chip("?", word("links", one.link), "unknown"))],
        [t("原因", "reason"), (one) => (one.reason ? chip("?", word("reasons", one.reason), "unknown") : "—")],
        [t("自", "since"), (one) => local(one.since)],
        [t("画面", "picture"), (one) => (one.frame_age_s === null ? t("从未", "never") : seconds(one.frame_age_s))],
      ], found.troubled) : h("p", { class: "good" }, t("✓ 所有摄像头正常。", "✓ Every camera works.")),
      heading(t("已通知的摄像头故障", "Faults of cameras that were told")),
      found.alerts.length ? grid([
        [t("大厅", "hall"), (one) => one.hall],
        [t("摄像头", "camera"), (one) => (one.window ? `${one.camera} · ${one.window}` : one.camera)],
        [t("原因", "reason"), (one) => chip("?", word("reasons", one.reason), "unknown")],
        [t("自", "since"), (one) => local(one.since)],
        [t("处理", "to mend"), (one) => t(one.mend_zh, one.mend_en)],
      ], found.alerts) : h("p", { class: "good" }, t("✓ 没有。", "✓ None.")),
      heading(t("其他", "Other")),
      facts([
        [t("版本", "version"), found.version],
        [t("识别模型", "detector"), [found.detector, " ", state(found.weights_present, t("权重文件在", "weights present"), t("缺少权重文件:onpost weights get", "weights missing: onpost weights get"))]],
        ...found.disks.map((one) => [one.what === "data" ? t("数据盘", "data disk") : t("证据盘", "evidence disk"),
          [`${size(one.free)} / ${size(one.total)} `, state(one.free > 5 * 2 ** 30, t("空间充足", "space enough"), t("空间不足,请清理或扩容", "short of space: make room"))]]),
        [t("数据库", "database"), [found.database, " ", state(!found.database_fault, t("正常", "works"), found.database_fault)]],
        [t("登记条数", "register entries"), found.register_entries],
        [t("最近签名", "last signed"), found.signed_at ? local(found.signed_at, true) : "—"],
        [t("监测所用设置", "settings in the watch"), found.settings_in_watch === null ? t("监测未启动过", "never started") : state(found.settings_in_watch, t("与当前一致", "the same as here"), t("与当前不同:监测尚未采用,或需重启", "others: not taken yet, or to be started again"))],
        [t("设置指纹", "settings hash"), h("span", { class: "hash" }, found.settings_hash.slice(0, 16))],
        [t("备份", "backup"), dim(t("系统自身不做备份:请备份数据文件夹(数据库、evidence、anchors、keys),恢复后在此核验。", "Not made by itself: back up the data folder (database, evidence, anchors, keys) and verify here after a restore."))],
      ]));
  }
  load();
  setInterval(() => { if (!document.hidden) load(); }, 10000);
});
