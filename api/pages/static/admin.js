// System administration: halls and cameras, connection test, notifications, receivers, settings.
"use strict";
desk.start(["系统管理", "Administration"], (root, known) => {
  const { t, h, button, link, chip, dim, call, get, shown, grid, form, heading, tabs } = desk;
  let settings = null;
  async function withSettings(panel, build) {
    const box = h("div", {});
    panel.append(box);
    settings = settings || (await shown(box, () => get("/settings")));
    if (settings) build(box, settings.settings);
  }
  const FILE = t("大厅、窗口、摄像头写在设置文件 onpost.yaml 中;工位区域在“工位区域”页面画。", "Halls, windows and cameras stand in onpost.yaml; zones are drawn on the page Staff zones.");

  const KINDS = { main: t("政务服务中心", "main"), branch: t("分中心", "branch"), township: t("乡镇便民服务中心", "township") };

  function halls(panel) {
    withSettings(panel, (box, set) => {
      const windows = Object.entries(set.windows), cameras = Object.entries(set.cameras);
      box.append(h("p", { class: "dim" }, FILE), heading(t("大厅", "Halls")), grid([
        [t("编号", "id"), ([id]) => id], [t("名称", "name"), ([, one]) => one.name], [t("类别", "kind"), ([, one]) => KINDS[one.kind] || one.kind],
        [t("窗口", "windows"), ([id]) => windows.filter(([, one]) => one.hall === id).length],
        [t("摄像头", "cameras"), ([id]) => cameras.filter(([, one]) => one.hall === id).length],
        [t("作息", "hours"), ([, one]) => (one.hours || set.hours).map((each) => each.sessions.join("、")).join(" / ")],
      ], Object.entries(set.halls)), heading(t("窗口", "Windows")), grid([
        [t("编号", "id"), ([id]) => id], [t("名称", "name"), ([, one]) => one.name],
        [t("大厅", "hall"), ([, one]) => (set.halls[one.hall] || {}).name], [t("单位", "unit"), ([, one]) => one.unit || "—"],
        [t("须在岗", "required"), ([, one]) => one.required], [t("重要岗位", "key post"), ([, one]) => (one.key_post ? t("是", "yes") : "—")],
        [t("阈值档案", "profile"), ([, one]) => one.profile],
        [t("摄像头", "cameras"), ([, one]) => one.views.map((view) => h("div", {}, link((set.cameras[view.camera] || {}).name || view.camera, "/zones/" + view.camera)))],
      ], windows));
    });
  }
  function cameras(panel) {
    const said = h("div", { "aria-live": "polite", class: "tested" });
    const test = form([{ name: "source", label: t("摄像机地址(rtsp / http)", "camera address (rtsp / http)"), need: true, hint: "rtsp://user:password@192.0.2.10:554/1" }],
      t("测试连接", "Test the connection"), async (values) => tested(await call("POST", "/cameras/test", { source: values.source })));
    test.elements.source.autocomplete = "off";
    const search = button(t("搜索本网段的 ONVIF 摄像机(3 秒)", "Find ONVIF cameras on this network (3 s)"), async () => {
      search.disabled = true;
      said.replaceChildren(dim(t("正在搜索……", "searching …")));
      const found = await shown(said, () => call("POST", "/cameras/discover", {}));
      search.disabled = false;
      if (found) said.replaceChildren(discovered(found));
    });
    panel.append(heading(t("连接测试", "Connection test")),
      h("p", { class: "dim" }, t("只打开一次,看能否取到画面;不保存任何内容,口令不会显示。", "Opened once to see whether a picture comes; nothing is kept and no password is shown.")),
      test, h("div", { class: "row" }, search), said, heading(t("已接入", "Of the settings")));
    withSettings(panel, (box, set) => {
      const rows = Object.entries(set.cameras);
      box.append(rows.length ? grid([
        [t("编号", "id"), ([id]) => id], [t("名称", "name"), ([, one]) => one.name], [t("大厅", "hall"), ([, one]) => (set.halls[one.hall] || {}).name],
        [t("地址(口令已隐去)", "address, password masked"), ([, one]) => h("span", { class: "long hash" }, one.source)],
        [t("监测", "watched"), ([, one]) => (one.watch === "always" ? t("持续", "always") : t("仅抽查时", "for checks only"))],
        ["", ([id]) => link(t("工位区域", "zones"), "/zones/" + id)],
      ], rows) : h("p", { class: "empty" }, t("设置中没有摄像头。测试成功后,把地址写入 onpost.yaml 的 cameras。", "The settings name no camera. Once a test works, enter the address under cameras in onpost.yaml.")));
    });
  }
  function tested(found) {
    if (!found.works) return h("p", { class: "late", role: "alert" }, `✕ ${found.address}:`, t(found.error_zh, found.error_en));
    const rate = found.pictures_per_s === null ? "" : t(` · 每秒解出 ${found.pictures_per_s} 幅`, ` · ${found.pictures_per_s} pictures/s decoded`);
    return h("div", { class: "preview" },
      h("p", { class: "good" }, t(`✓ 可用:${found.width}×${found.height},${found.kind},${found.connect_s} 秒取到首幅`, `✓ Works: ${found.width}×${found.height}, ${found.kind}, first picture after ${found.connect_s} s`) + rate),
      h("img", { alt: t("测试画面", "test picture"), src: "data:image/jpeg;base64," + found.preview }));
  }
  function discovered(found) {
    if (found.error_zh) return h("p", { class: "late", role: "alert" }, "✕ " + t(found.error_zh, found.error_en));
    if (!found.items.length) return h("p", { class: "empty" }, t("没有摄像机应答。它们可能在其他网段,或关闭了 ONVIF 发现;请直接填写地址测试。", "No camera answered: they may be on another network or have discovery off. Test their addresses directly."));
    return grid([
      [t("地址", "host"), (one) => one.host], [t("名称", "name"), (one) => one.name || "—"], [t("ONVIF 服务", "ONVIF service"), (one) => one.service],
      [t("是否接入", "in the settings"), (one) => (one.known ? chip("●", t("已接入", "yes"), "present") : chip("○", t("未接入", "no"), "closed"))],
    ], found.items);
  }
  function profiles(panel) {
    withSettings(panel, (box, set) => {
      const limit = (one) => (one ? `${one.operator} ${one.minutes} ${t("分钟", "min")}` : dim(t("同默认", "as default")));
      const names = ["alert", "off_post", "late", "early", "missing"];
      box.append(heading(t("阈值档案", "Profiles of limits")), grid([
        [t("档案", "profile"), ([id]) => id],
        ...names.map((name, place) => [[t("离岗提醒", "alert"), t("脱岗", "off post"), t("迟到", "late"), t("早退", "left early"), t("缺岗", "missing")][place], ([, one]) => limit(one[name])]),
      ], [["default", set.duty], ...Object.entries(set.duty_profiles)]),
      heading(t("全部设置(只读,口令已隐去)", "All settings, read only, secrets masked")),
      h("p", {}, t("指纹 ", "hash "), h("span", { class: "hash" }, settings.settings_hash)),
      h("p", { class: "dim" }, t("修改设置:编辑 onpost.yaml,用 onpost settings check 检查,再重新启动。", "To change them edit onpost.yaml, check it with onpost settings check, and start again.")),
      h("pre", { class: "json", tabindex: 0 }, JSON.stringify(set, null, 2)));
    });
  }
  tabs(root, [
    ["halls", t("大厅与窗口", "Halls and windows"), halls], ["cameras", t("摄像头", "Cameras"), cameras],
    ["outbox", t("通知", "Notifications"), (panel) => desk.outbox(panel, known)], ["hooks", t("外发回调", "Receivers"), desk.receivers],
    ["settings", t("设置", "Settings"), profiles],
  ]);
});
