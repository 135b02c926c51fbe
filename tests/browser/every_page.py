"""A visit of a page: looked at by axe, measured, photographed at both sizes (逐页检查)."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Error, Page, ViewportSize

from api.pages.places import PLACES
from models.domain.access import GRANTS, Permission, Role
from tests.groups import AXE, ROOT

OFFICE: Final[ViewportSize] = {"width": 1366, "height": 768}
WALL: Final[ViewportSize] = {"width": 3840, "height": 2160}
SOON_MS: Final = 30_000
MANY: Final = 6
"""Faults told of one page at one size."""
WORST: Final = ("serious", "critical")

MEASURE: Final = """() => {
  const wrong = [], root = document.scrollingElement;
  const said = (one) => `${one.tagName.toLowerCase()}.${one.className} ` +
    `「${one.textContent.trim().slice(0, 40)}」`;
  const every = [...document.querySelectorAll("body *")].filter((one) => one.clientWidth);
  if (root.scrollWidth > innerWidth) {
    const far = every.find((one) => one.getBoundingClientRect().right > innerWidth + 1);
    wrong.push(`${root.scrollWidth - innerWidth} px too wide: ` + (far ? said(far) : ""));
  }
  const hides = (way) => way === "hidden" || way === "clip";
  for (const one of every) {
    if (one.closest("svg, canvas, select, iframe, .q-field, .sr-only")) continue;
    const style = getComputedStyle(one);
    const words = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const wide = one.scrollWidth > one.clientWidth + 1 && hides(style.overflowX);
    const tall = one.scrollHeight > one.clientHeight + 1 && hides(style.overflowY);
    const holds = words || one.querySelector("span, p");
    if ((wide || tall) && holds && !one.closest("[title]"))
      wrong.push("cut off: " + said(one));
    const px = parseFloat(style.fontSize) * (one.currentCSSZoom || 1);
    if (words && style.visibility === "visible" && innerWidth > 3000 && px < LEAST)
      wrong.push(`too small for a wall, ${px} px: ` + said(one));
  }
  return [...new Set(wrong)];
}""".replace("LEAST", "17")
"""What is too wide, cut off, or on a wall too small to be read from afar."""

STILL: Final = """() => {
  const main = document.querySelector("#desk, #wall, .sheet, .plain");
  if (!main || main.textContent.trim().length < 20) return false;
  if (window.underWay || document.fonts.status !== "loaded") return false;
  if ([...document.images].some((one) => one.src && !one.complete)) return false;
  const seen = main.innerHTML.length, before = window.seenBefore;
  window.seenBefore = seen;
  return seen === before;
}"""

COUNT_CALLS: Final = """
window.underWay = 0;
const plain = window.fetch;
window.fetch = (...asked) => {
  window.underWay += 1;
  return plain(...asked).finally(() => { setTimeout(() => { window.underWay -= 1; }, 50); });
};
"""
"""How many calls of a page are still without an answer."""

AXE_RUN: Final = """async () => {
  const alike = ["tbody tr:nth-child(n + 7)", ".tile:nth-child(n + 13)"];
  const looked = { include: [["html"]], exclude: alike.map((one) => [one]) };
  const found = await axe.run(looked, { resultTypes: ["violations"] });
  return found.violations.map((one) => ({
    rule: one.id, impact: one.impact, help: one.help,
    where: one.nodes.map((node) => node.target.join(" ") + "  " + node.html.slice(0, 120)),
  }));
}"""


@dataclass(frozen=True, slots=True)
class Visit:
    """A page, and the role that opens it."""

    path: str
    role: Role | None

    @property
    def name(self) -> str:
        """Of its pictures."""
        return re.sub(r"[^a-z0-9]+", "-", self.path.strip("/")) or "wall"


@dataclass
class Seen:
    """What was found on one page."""

    name: str
    wrong: list[str] = field(default_factory=list)
    axe: list[str] = field(default_factory=list)


def role_for(permission: Permission) -> Role:
    """Who opens a page in the tests: the reviewer where they may, else the first that may."""
    order = sorted(Role, key=lambda role: role is not Role.REVIEWER)
    return next(role for role in order if permission in GRANTS[role])


def visits(finding: int, camera: str) -> list[Visit]:
    """Every place of the bar, and the pages that it does not lead to."""
    places = [Visit(place.path, role_for(place.permission)) for place in PLACES]
    more = [
        Visit("/sign-in", None),
        Visit("/notice", None),
        Visit("/account", Role.REVIEWER),
        Visit(f"/findings/{finding}", Role.REVIEWER),
        Visit(f"/zones/{camera}", Role.SYSTEM_ADMIN),
    ]
    return sorted([*more, *places], key=lambda one: str(one.role))


def pictures() -> Path:
    """Where the pictures go: PAGE_PICTURES, or below build/."""
    folder = Path(os.environ.get("PAGE_PICTURES") or ROOT / "build" / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def look(page: Page, name: str, *, keep: bool = True) -> Seen:
    """Wait until a page rests, measure and photograph it at both sizes, let axe judge it.

    On a machine so busy that the page's socket is lost, the page loads itself anew: once more.
    """
    try:
        return _looked(page, name, keep)
    except Error:
        return _looked(page, name, keep)


def _looked(page: Page, name: str, keep: bool) -> Seen:
    seen = Seen(name)
    for size in (OFFICE, WALL):
        page.set_viewport_size(size)
        _rest(page, seen)
        seen.wrong += [f"{size['width']}: {one}" for one in page.evaluate(MEASURE)[:MANY]]
        if keep:
            file = pictures() / f"{name}-{size['width']}x{size['height']}.jpg"
            page.screenshot(path=file, type="jpeg", quality=90)
        if size is OFFICE:
            found = page.evaluate(AXE_RUN)
            seen.axe = [_told(one) for one in found if one["impact"] in WORST]
    page.set_viewport_size(OFFICE)
    return seen


def _rest(page: Page, seen: Seen) -> None:
    try:
        page.wait_for_function(STILL, timeout=SOON_MS, polling=100)
    except Error:
        text = page.locator("body").inner_text()[:200]
        seen.wrong.append(f"never comes to rest, or shows next to nothing: {text!r}")


def _told(found: dict[str, Any]) -> str:
    return "\n    ".join(
        (f"{found['rule']} ({found['impact']}): {found['help']}", *found["where"][:4])
    )


def scripts() -> str:
    """What runs in a page before its own scripts: the count of its calls, and axe-core."""
    return COUNT_CALLS + AXE.read_text("utf-8")
