// Cameras with their zones; each leads to the page where they are drawn.
"use strict";
desk.start(["工位区域", "Staff zones"], (root) => {
  const { t, h, link, dim, local, query, list } = desk;
  root.append(
    h("p", { class: "dim" }, t(
      "工位区域决定谁算在哪个窗口。选一路摄像头,在最新画面上画出各窗口工作人员所在的区域。",
      "A zone says who counts for which window. Choose a camera and draw, on its newest picture, where each window's staff sit or stand.")),
    list({
      path: (after) => "/zones" + query({ after, limit: 100 }),
      empty: t("没有摄像头。请先在设置文件 onpost.yaml 的 cameras 中写入摄像头。", "There is no camera. Enter cameras in onpost.yaml first."),
      title: (page) => t(`共 ${page.total} 路摄像头`, `${page.total} cameras`),
      columns: [
        [t("摄像头", "camera"), (one) => link(one.camera, "/zones/" + encodeURIComponent(one.camera_id))],
        [t("编号", "id"), (one) => one.camera_id],
        [t("大厅", "hall"), (one) => one.hall],
        [t("窗口", "windows"), (one) => one.windows || dim(t("无:设置中没有窗口用此摄像头", "none: no window of the settings names it"))],
        [t("在页面上画过", "drawn here"), (one) => (one.drawn ? t(`${one.drawn} 个`, one.drawn) : dim(t("按设置文件", "as in the file")))],
        [t("最新画面", "newest picture"), (one) => (one.taken_at ? local(one.taken_at, true) : dim(t("尚无画面", "no picture yet")))],
      ],
    }).element);
});
