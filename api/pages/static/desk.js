// What the pages of the desk are built with: calls, errors, lists, forms, tabs, dialogs.
"use strict";
const desk = (() => {
  let known = {};
  const t = (zh, en) => (known.language === "en" ? en : zh);
  const may = (permission) => known.may.includes(permission);

  // ---- elements
  function h(tag, attrs, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attrs || {})) {
      if (value === undefined || value === null || value === false) continue;
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (name === "class") element.className = value;
      else if (name === "value") element.value = value;
      else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
    return element;
  }
  const button = (text, onclick, className = "") => h("button", { type: "button", class: className, onclick }, text);
  const link = (text, href, save) => h("a", { href, download: save }, text);
  const chip = (shape, text, tone = "") => h("span", { class: `chip ${tone}` }, `${shape} ${text}`);
  const dim = (text) => h("span", { class: "dim" }, text);
  // As the hall's clock shows it; what comes in UTC is reckoned there first.
  function local(iso, seconds) {
    if (!iso) return "—";
    const utc = /(Z|[+]00:00)$/.test(iso);
    const here = utc ? new Date(iso).toLocaleString("sv-SE", { timeZone: known.time_zone }) : iso.replace("T", " ");
    return here.slice(0, seconds ? 19 : 16);
  }
  const word = (table, name) => (known[table] && known[table][name]) || name;

  // ---- calls
  class Fault extends Error {
    constructor(problem) {
      super(t(problem.detail_zh || problem.detail || "", problem.detail_en || problem.detail || ""));
      this.problems = problem.problems || [];
      this.status = problem.status || 0;
    }
  }
  const LOST = { detail_zh: "与服务器的连接中断,请稍后重试。", detail_en: "Connection lost; try again." };
  async function call(method, path, body) {
    const sent = { method, cache: "no-store" };
    if (body instanceof FormData) sent.body = body;
    else if (body !== undefined) {
      sent.body = JSON.stringify(body);
      sent.headers = { "Content-Type": "application/json" };
    }
    let answer;
    try {
      answer = await fetch("/api/v1" + path, sent);
    } catch (error) {
      throw new Fault(LOST);
    }
    if (answer.status === 401) location.assign("/sign-in?next=" + encodeURIComponent(location.pathname));
    const said = (answer.headers.get("Content-Type") || "").includes("json") ? await answer.json() : {};
    if (!answer.ok) throw new Fault({ detail_zh: `出错了(${answer.status})。`, detail_en: `Error ${answer.status}.`, ...said });
    return said;
  }
  const get = (path) => call("GET", path);
  const query = (values) => {
    const kept = Object.entries(values).filter(([, value]) => value !== "" && value !== undefined && value !== null);
    return kept.length ? "?" + new URLSearchParams(kept) : "";
  };

  // ---- what is wrong
  function faultBox(error) {
    if (!(error instanceof Fault)) throw error;
    return h("div", { class: "fault", role: "alert" },
      h("p", {}, "✕ " + error.message), error.problems.length ? problems(error.problems) : null);
  }
  function problems(found) {
    return grid([
      [t("级别", "level"), (one) => (one.blocking ? chip("✕", t("错误", "error"), "absent") : chip("!", t("提醒", "warning"), "unknown"))],
      [t("代码", "code"), (one) => one.code],
      [t("文件", "file"), (one) => one.file || one.where],
      [t("工作表", "sheet"), (one) => one.sheet || "—"],
      [t("单元格", "cell"), (one) => one.cell || "—"],
      [t("问题与改法", "what is wrong, and how to mend it"), (one) => h("span", { class: "long" }, t(one.zh, one.en))],
    ], found);
  }
  async function shown(box, work) {
    try {
      return await work();
    } catch (error) {
      box.replaceChildren(faultBox(error));
      return undefined;
    }
  }

  // ---- tables
  // What is wider than its place is scrolled, also by keys.
  const wide = new ResizeObserver((seen) => {
    for (const { target } of seen) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  function scroller(table) {
    const box = h("div", { class: "scroll" }, table);
    wide.observe(box);
    return box;
  }
  function grid(columns, rows, attrs = {}) {
    return scroller(h("table", { class: "listing", ...attrs },
      h("thead", {}, h("tr", {}, columns.map(([title]) => h("th", {}, title)))),
      h("tbody", {}, rows.map((row) => h("tr", { "data-id": row.id }, columns.map(([, cell]) => h("td", {}, cell(row))))))));
  }
  // The same list as a workbook, for whoever may take it away; `path` is the list's own address.
  function excel(path, permission = "export", text = t("导出 Excel", "Export to Excel")) {
    if (!may(permission)) return null;
    const [list, asked] = path.split("?"), kept = new URLSearchParams(asked);
    for (const paging of ["after", "limit"]) kept.delete(paging);
    kept.set("language", known.language);
    const said = h("span", { "aria-live": "polite" }), element = link(text, `/api/v1${list}/export.xlsx?${kept}`);
    element.addEventListener("click", async (event) => {
      event.preventDefault();
      said.replaceChildren(dim(t("正在导出……", "exporting …")));
      if (await shown(said, () => saved(element.href))) said.replaceChildren();
    });
    return h("span", { class: "excel" }, element, " ", said);
  }
  async function saved(address) {
    const answer = await fetch(address, { cache: "no-store" }).catch(() => null);
    if (!answer) throw new Fault(LOST);
    if (!answer.ok) throw new Fault(await answer.json());
    const [, name] = (answer.headers.get("Content-Disposition") || "").match(/filename="([^"]+)"/) || [, "onpost.xlsx"];
    const held = URL.createObjectURL(await answer.blob());
    link("", held, name).click();
    setTimeout(() => URL.revokeObjectURL(held), 60000);
    return true;
  }
  // A list of the API by pages: `path(after)`; says so where there is nothing.
  function list({ path, columns, empty, title, exporting }) {
    const box = h("div", {}), total = h("p", { class: "dim" }), more = h("div", {});
    let rows = [];
    async function load(after) {
      more.replaceChildren(dim(t("正在读取……", "reading …")));
      const page = await shown(more, () => get(path(after || "")));
      if (!page) return;
      rows = after ? rows.concat(page.items) : page.items;
      const count = title ? title(page) : t(`共 ${page.total ?? rows.length} 条`, `${page.total ?? rows.length} in all`);
      total.replaceChildren(...[count, " ", rows.length ? excel(path(""), exporting) : null].filter(Boolean));
      box.replaceChildren(rows.length ? grid(columns, rows) : h("p", { class: "empty" }, empty));
      more.replaceChildren();
      if (page.next_after) more.append(button(t("再显示一些", "show more"), () => load(page.next_after)));
    }
    const element = h("div", { class: "list" }, total, box, more);
    load();
    return { element, reload: () => load(), rows: () => rows };
  }

  // ---- forms
  function offset(text) {
    const parts = new Intl.DateTimeFormat("en-US", { timeZone: known.time_zone, timeZoneName: "longOffset" })
      .formatToParts(new Date(text + "Z"));
    return parts.find((part) => part.type === "timeZoneName").value.slice(3) || "+00:00";
  }
  const moment = (text) => (text ? `${text}:00${offset(text)}` : "");
  function input(field) {
    const attrs = { name: field.name, required: field.need, placeholder: field.hint, value: field.value ?? "" };
    if (field.options) {
      const choices = field.need && !field.any ? field.options : [["", field.any || "—"], ...field.options];
      const select = h("select", { name: field.name, required: field.need });
      for (const [value, text] of choices) select.append(new Option(text, value, false, value === (field.value ?? "")));
      return select;
    }
    if (field.kind === "long") return h("textarea", { ...attrs, rows: 3, maxlength: field.most || 500 });
    if (field.kind === "check") return h("input", { type: "checkbox", name: field.name });
    if (field.kind === "file") return h("input", { type: "file", name: field.name, accept: field.accept, multiple: field.several, required: field.need });
    if (field.suggest) {
      const id = `suggest-${field.name}`;
      return [h("input", { ...attrs, list: id, autocomplete: "off" }), h("datalist", { id }, field.suggest.map((one) => h("option", { value: one })))];
    }
    const kinds = { moment: "datetime-local", day: "date", month: "month", number: "number" };
    return h("input", { ...attrs, type: kinds[field.kind] || "text", min: field.least, max: field.most });
  }
  function read(element, fields) {
    const values = {};
    for (const field of fields) {
      const found = element.elements[field.name];
      if (field.kind === "check") values[field.name] = found.checked;
      else if (field.kind === "file") values[field.name] = [...found.files];
      else if (field.kind === "moment") values[field.name] = moment(found.value);
      else if (field.kind === "number") values[field.name] = Number(found.value || 0);
      else values[field.name] = found.value.trim();
    }
    return values;
  }
  // `send(values)` does it; what it gives is said under the button.
  function form(fields, label, send) {
    const said = h("div", { class: "said", "aria-live": "polite" });
    const submit = h("button", { type: "submit", class: "main" }, label);
    const element = h("form", { class: "fields" },
      fields.map((field) => h("label", { class: field.kind === "check" ? "check" : "" }, h("span", {}, field.label, field.need ? " *" : ""), input(field))),
      h("div", { class: "row" }, submit), said);
    element.addEventListener("submit", async (event) => {
      event.preventDefault();
      submit.disabled = true;
      said.replaceChildren();
      const done = await shown(said, () => send(read(element, fields)));
      submit.disabled = false;
      if (done) said.replaceChildren(done === true ? h("p", { class: "good" }, t("✓ 已完成。", "✓ Done.")) : done);
    });
    return element;
  }
  const files = (values, names) => {
    const data = new FormData();
    for (const [name, value] of Object.entries(values)) {
      if (names.includes(name)) for (const file of value) data.append(name, file);
      else if (value !== "" && value !== false && value !== null && value !== undefined) data.append(name, value);
    }
    return data;
  };
  // A change that asks first: fields in a dialog, then the call.
  function ask(title, fields, send, after) {
    const dialog = h("dialog", { class: "big ask" });
    const inside = form(fields, t("确定", "OK"), async (values) => {
      const done = await send(values);
      dialog.close();
      if (after) await after(done);
      return true;
    });
    dialog.append(h("h2", {}, title), inside, button(t("取消", "Cancel"), () => dialog.close()));
    open(dialog);
  }
  function open(dialog) {
    document.body.append(dialog);
    dialog.addEventListener("close", () => dialog.remove());
    dialog.showModal();
  }
  const because = (label) => ({ name: "reason", label: label || t("理由", "reason"), kind: "long", need: true });

  // Files to be imported: looked at first, then confirmed.
  function importer({ fields = [], accept, preview, commit, told, done }) {
    const result = h("div", { class: "result", "aria-live": "polite" });
    const all = [{ name: "file", label: t("文件(可多选)", "files"), kind: "file", several: true, need: true, accept }, ...fields];
    const element = form(all, t("预览", "Preview"), async (values) => {
      const data = files(values, ["file"]);
      result.replaceChildren();
      const found = await call("POST", preview, data);
      const confirm = button(t("确认导入", "Import"), async () => {
        confirm.disabled = true;
        const kept = await shown(result, () => call("POST", commit, data));
        if (!kept) return;
        result.replaceChildren(h("p", { class: "good" }, t("✓ 已导入。", "✓ Imported.")), told(kept));
        if (done) done(kept);
      }, "main");
      result.append(h("p", { class: "good" }, t("✓ 文件可以导入,尚未写入。请核对后确认:", "✓ The files can be imported; nothing is written yet. Look, then confirm:")),
        told(found), confirm);
      return h("span", {});
    });
    element.addEventListener("change", () => result.replaceChildren());
    return h("div", { class: "importer" }, element, result);
  }

  // ---- parts of a page
  function tabs(root, parts) {
    const bar = h("div", { class: "tabs", role: "tablist" }), panel = h("div", { class: "panel", role: "tabpanel" });
    const here = () => parts.find(([key]) => "#" + key === location.hash) || parts[0];
    function show() {
      const [key, , build] = here();
      for (const one of document.querySelectorAll("dialog.ask[open]")) one.close();
      for (const one of bar.children) one.setAttribute("aria-selected", String(one.dataset.tab === key));
      panel.replaceChildren();
      build(panel);
    }
    for (const [key, title] of parts) {
      bar.append(h("a", { href: "#" + key, role: "tab", "data-tab": key }, title));
    }
    addEventListener("hashchange", show);
    root.append(bar, panel);
    show();
  }
  const heading = (text) => h("h2", { class: "section" }, text);
  const facts = (pairs) => h("dl", { class: "facts" }, pairs.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));

  // NiceGUI puts the island in place after its own start.
  function start(title, build) {
    const wait = setInterval(() => {
      const root = document.getElementById("desk"), data = document.getElementById("desk-data");
      if (!root || !data) return;
      clearInterval(wait);
      known = JSON.parse(data.textContent);
      root.append(h("h1", { class: "title" }, t(...title)));
      build(root, known);
    }, 50);
  }
  return { t, may, h, button, link, chip, dim, local, word, call, get, query, shown, grid, scroller, excel, list, form, moment,
           files, ask, because, open, importer, problems, tabs, heading, facts, start, known: () => known };
})();
