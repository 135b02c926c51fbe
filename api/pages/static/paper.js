// A composed document (its JSON) as a sheet of paper, and a PDF in a frame.
"use strict";
(() => {
  const { t, h } = desk;
  const LEVELS = { 1: "h2", 2: "h3", 3: "h4", 4: "h5" };
  // Half up, in whole numbers: what the files print, to the last digit.
  function percent(part, whole) {
    const tenths = Math.floor((2000 * part + whole) / (2 * whole));
    return `${Math.floor(tenths / 10)}.${tenths % 10}%`;
  }
  function text(cell) {
    if (cell === null || cell === undefined) return "—";
    if (typeof cell === "object" && "decimal" in cell) return cell.decimal;
    if (typeof cell === "object") return cell.whole ? percent(cell.part, cell.whole) : "—";
    return String(cell);
  }
  function block(one) {
    if (one.type === "heading") return h(LEVELS[one.level] || "h4", {}, one.text);
    if (one.type === "para") return h("p", {}, one.text);
    if (one.type === "picture") return h("figure", {}, h("img", { src: "data:image/jpeg;base64," + one.jpeg, alt: one.caption }), h("figcaption", {}, one.caption));
    if (one.type === "bars") return bars(one);
    const rows = one.total ? one.rows.concat([one.total]) : one.rows;
    return h("div", {}, h("table", {}, h("caption", {}, one.name),
      h("thead", {}, h("tr", {}, one.columns.map((column) => h("th", {}, column.name)))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell) => h("td", {}, text(cell))))))),
    rows.length ? "" : h("p", {}, t("(无)", "(none)")), one.notes.map((note) => h("p", { class: "note" }, note)));
  }
  function bars(one) {
    const full = Number(one.full) || 1;
    return h("div", { class: "bars" }, h("p", {}, h("b", {}, one.name)), one.bars.map(([label, value]) => h("div", { class: "bar-row" },
      h("span", {}, label), h("meter", { min: 0, max: full, value: value === null ? 0 : Number(value) }), h("span", {}, value === null ? "—" : `${value}${one.unit}`))));
  }
  desk.paper = (made) => h("div", { class: "paper" },
    h("p", { class: "head" }, made.issuer), made.mark ? h("p", { class: "mark" }, made.mark) : "", h("h2", { class: "heading" }, made.title), made.to ? h("p", {}, made.to + ":") : "",
    made.blocks.map(block), made.annexes.map((annex) => [h("h3", {}, annex.title), annex.blocks.map(block)]), made.note ? h("p", { class: "note" }, made.note) : "");
  desk.pdf = async (path) => {
    const answer = await fetch("/api/v1" + path, { cache: "no-store" });
    if (!answer.ok) {
      const said = await answer.json().catch(() => ({}));
      return h("div", { class: "fault", role: "alert" }, h("p", {}, "✕ " + t(said.detail_zh || "无法生成 PDF。", said.detail_en || "No PDF.")));
    }
    const address = URL.createObjectURL(new Blob([await answer.arrayBuffer()], { type: "application/pdf" }));
    return h("iframe", { class: "pdf", src: address, title: "PDF" });
  };
})();
