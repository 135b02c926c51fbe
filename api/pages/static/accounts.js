// Accounts and tokens: what the security administrator keeps.
"use strict";
desk.start(["账号与令牌", "Accounts and tokens"], (root, known) => {
  const { t, h, button, chip, dim, local, word, call, query, list, form, ask, open, tabs } = desk;
  const ROLES = Object.entries(known.roles);
  const split = (text) => (text.trim() ? text.split(/[,,、;;\s]+/).filter(Boolean) : null);
  const scopeText = (names) => (names === null ? t("全部", "all") : names.length ? names.join("、") : t("无", "none"));
  const hallName = (id) => (known.halls.find((one) => one.id === id) || { name: id }).name;

  function once(made) {
    const { password, account: { login } } = made;
    const dialog = h("dialog", { class: "big ask" });
    dialog.append(h("h2", {}, t(`账号 ${login} 的一次性口令`, `One-time password of ${login}`)),
      h("p", { class: "secret" }, password),
      h("p", {}, t("只显示这一次。请当面交给本人,首次登录须修改。", "It is shown this once. Hand it over in person; it has to be changed at the first sign-in.")),
      made.expires_at ? h("p", {}, t(`须在 ${local(made.expires_at)} 前修改,过期作废。`, `Good until ${local(made.expires_at)}.`)) : "",
      button(t("已抄录,关闭", "Written down, close"), () => dialog.close(), "main"));
    open(dialog);
  }
  const roleBoxes = (held) => ROLES.map(([value, text]) => h("label", { class: "check" },
    h("span", {}, text), h("input", { type: "checkbox", name: "role", value, checked: held.includes(value) })));
  const scopeFields = (scope) => [
    h("label", {}, h("span", {}, t("大厅编号(逗号分隔,空为全部)", "hall ids, by commas; empty for all")), h("input", { name: "halls", value: (scope.halls || []).join(","), list: "halls" })),
    h("datalist", { id: "halls" }, known.halls.map((one) => h("option", { value: one.id }, one.name))),
    h("label", {}, h("span", {}, t("单位(逗号分隔,空为全部)", "units, by commas; empty for all")), h("input", { name: "units", value: (scope.units || []).join(",") })),
  ];
  const chosen = (element) => ({
    roles: [...element.querySelectorAll("[name=role]:checked")].map((one) => one.value),
    halls: split(element.elements.halls.value), units: split(element.elements.units.value),
  });
  function editor(fields, label, held, scope, send) {
    const said = h("div", { class: "said", "aria-live": "polite" });
    const element = h("form", { class: "fields" }, fields, scopeFields(scope),
      h("div", { class: "row roles" }, h("strong", {}, t("角色", "roles")), roleBoxes(held)),
      h("p", { class: "row dim" }, t("系统管理员、安全管理员、审计员须各自独立。", "System administrator, security administrator and auditor stand alone.")),
      h("div", { class: "row" }, h("button", { type: "submit", class: "main" }, label)), said);
    element.addEventListener("submit", async (event) => {
      event.preventDefault();
      await desk.shown(said, () => send(element));
    });
    return element;
  }
  function accounts(panel) {
    const found = list({
      path: (after) => "/accounts" + query({ after, limit: 100 }),
      empty: t("还没有账号。请在下面新建。", "There is no account yet; add one below."),
      columns: [
        [t("登录名", "login"), (one) => one.login], [t("姓名", "name"), (one) => one.name || "—"],
        [t("角色", "roles"), (one) => one.roles.map((role) => word("roles", role)).join("、")],
        [t("大厅", "halls"), (one) => (one.scope.halls === null ? t("全部", "all") : h("span", { class: "long" }, one.scope.halls.map(hallName).join("、") || t("无", "none")))],
        [t("单位", "units"), (one) => scopeText(one.scope.units)],
        [t("状态", "state"), (one) => (one.disabled ? chip("○", t("已停用", "disabled"), "closed") : one.locked_until ? chip("✕", t("已锁定", "locked"), "absent") : one.must_change_password ? chip("?", t("待改口令", "password due"), "unknown") : chip("●", t("可用", "open"), "present"))],
        [t("在线", "sessions"), (one) => one.sessions],
        ["", actions],
      ],
    });
    function actions(one) {
      const path = `/accounts/${encodeURIComponent(one.login)}`;
      const sure = (text, what, after) => button(text, () => ask(t(`${text}:${one.login}?`, `${text}: ${one.login}?`), [], () => call("POST", `${path}/${what}`), after || found.reload));
      return [
        button(t("修改", "Change"), () => change(one, path)),
        one.disabled ? sure(t("启用", "Enable"), "enable") : sure(t("停用", "Disable"), "disable"),
        one.locked_until ? sure(t("解锁", "Unlock"), "unlock") : "",
        sure(t("重置口令", "Reset password"), "reset-password", (made) => { once(made); found.reload(); }),
      ];
    }
    function change(one, path) {
      const dialog = h("dialog", { class: "big ask" });
      const name = h("label", {}, h("span", {}, t("姓名", "name")), h("input", { name: "name", value: one.name, maxlength: 100 }));
      dialog.append(h("h2", {}, t(`修改账号 ${one.login}`, `Change ${one.login}`)),
        editor([name], t("保存", "Save"), one.roles, one.scope, async (element) => {
          await call("PATCH", path, { name: element.elements.name.value.trim(), ...chosen(element) });
          dialog.close();
          found.reload();
        }), button(t("取消", "Cancel"), () => dialog.close()));
      open(dialog);
    }
    const fields = [
      h("label", {}, h("span", {}, t("登录名 *", "login *")), h("input", { name: "login", required: true, maxlength: 64, placeholder: "li.na", autocomplete: "off" })),
      h("label", {}, h("span", {}, t("姓名", "name")), h("input", { name: "name", maxlength: 100, autocomplete: "off" })),
    ];
    panel.append(found.element, h("h2", {}, t("新建账号", "Add an account")),
      editor(fields, t("新建", "Add"), [], { halls: null, units: null }, async (element) => {
        const login = element.elements.login.value.trim();
        const made = await call("POST", "/accounts", { login, name: element.elements.name.value.trim(), ...chosen(element) });
        element.reset();
        once(made);
        found.reload();
      }));
  }
  function tokens(panel) {
    const found = list({
      path: (after) => "/tokens" + query({ after, limit: 100 }),
      empty: t("没有令牌。令牌由账号本人建立,供程序调用接口。", "There is no token. An account makes its own, for programs that call the API."),
      columns: [
        [t("名称", "name"), (one) => one.name], [t("账号", "account"), (one) => one.login],
        [t("权限", "permissions"), (one) => h("span", { class: "long" }, one.permissions.join(", "))],
        [t("到期", "expires"), (one) => local(one.expires_at)],
        [t("最近使用", "last used"), (one) => local(one.used_at)],
        ["", (one) => (one.revoked_at ? dim(t("已撤销", "revoked")) : button(t("撤销", "Revoke"), () => ask(t(`撤销令牌“${one.name}”?`, `Revoke the token ${one.name}?`), [], () => call("DELETE", `/tokens/${encodeURIComponent(one.id)}`), found.reload)))],
      ],
    });
    panel.append(found.element);
  }
  tabs(root, [["accounts", t("账号", "Accounts"), accounts], ["tokens", t("令牌", "Tokens"), tokens]]);
});
