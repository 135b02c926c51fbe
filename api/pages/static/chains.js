// Do register and audit log stand as they were written? One button for each that the viewer may ask.
"use strict";
desk.chains = () => {
  const { t, h, button, may, get, shown, grid, heading } = desk;
  const said = h("div", { class: "said", "aria-live": "polite" });
  const one = (label, path, told) => {
    const press = button(label, async () => {
      press.disabled = true;
      said.replaceChildren(h("p", { class: "dim" }, t("正在逐条核对……", "checking every entry …")));
      const found = await shown(said, () => get(path));
      press.disabled = false;
      if (found) said.replaceChildren(...[h("strong", {}, label), ...result(told(found))].filter(Boolean));
    });
    return press;
  };
  const result = (found) => [
    found.whole
      ? h("p", { class: "good" }, t(`✓ 完整:${found.entries} 条,${found.heads} 个签名链首。`, `✓ Whole: ${found.entries} entries, ${found.heads} signed heads.`))
      : h("p", { class: "late", role: "alert" }, t(`✕ 发现 ${found.count} 处问题。请保留现场并联系审计员。`, `✕ ${found.count} faults. Leave everything as it is and call the auditor.`)),
    h("p", { class: "dim" }, t(`公钥指纹 ${found.key}(请与纸质留存比对)`, `key ${found.key} (compare with the one on paper)`)),
    found.faults.length ? grid([
      [t("编号", "No."), (fault) => fault.seq],
      [t("问题", "fault"), (fault) => h("span", { class: "long" }, t(fault.zh, fault.en))],
    ], found.faults) : ""];
  const parts = [
    may("verify_register") && one(t("核验登记台账", "Verify the register"), "/register/verify", (said) => ({
      whole: said.verifies, entries: said.entries, heads: said.anchors, count: said.fault_count, key: said.fingerprint, faults: said.faults })),
    may("verify_audit") && one(t("核验审计日志", "Verify the audit log"), "/audit/verify", (said) => ({
      whole: said.whole, entries: said.entries, heads: said.signed_heads, count: said.faults.length, key: said.key, faults: said.faults })),
  ].filter(Boolean);
  return parts.length ? [heading(t("核验", "Verification")), h("div", { class: "row" }, parts), said] : [];
};
