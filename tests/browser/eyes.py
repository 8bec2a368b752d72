"""What a page owes everybody: nothing that axe finds, in light and dark, nothing that leaves its window or is covered.

Used by the browser's tests. It is not about what a page does.
"""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

A_AND_AA = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
# Of all that axe looks for, what a scheme of colours can change.
OF_COLOURS = ("color-contrast", "link-in-text-block")
SIZES = ((1280, 720), (2560, 1440))
LOOK = """async (rules) => {
  const found = await axe.run({ runOnly: rules, resultTypes: ["violations"] });
  return found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
}"""
OUTSIDE = """() => {
  const { scrollWidth, scrollHeight } = document.documentElement;
  const isSeen = (part) => part.checkVisibility() && !part.closest('.visually-hidden');
  const leaves = (part) => {
    const { left, top, right, bottom } = part.getBoundingClientRect();
    return left < 0 || top < 0 || right > innerWidth + 0.5 || bottom > innerHeight + 0.5;
  };
  const whole = '.bar button, .bar a, .bar-saving, dialog[open], dialog[open] .modal-foot';
  const parts = [...document.querySelectorAll(whole)];
  return [
    ...(scrollWidth > innerWidth ? [`${scrollWidth} wide`] : []),
    ...(scrollHeight > innerHeight && document.querySelector('interlock-canvas') ? [`${scrollHeight} high`] : []),
    ...parts.filter((part) => isSeen(part) && leaves(part)).map((part) => part.outerHTML.slice(0, 120)),
  ];
}"""
COVERED = """() => {
  const pressed = ':is(a, button, summary, input, select, textarea)';
  const parts = [...document.querySelectorAll(`.row ${pressed}, .way ${pressed}`)];
  const isOwn = (part) => {
    part.scrollIntoView({ block: 'center', behavior: 'instant' });
    const { left, top, width, height } = part.getClientRects()[0];
    const met = document.elementFromPoint(left + width / 2, top + height / 2);
    return width < 2 || part.contains(met) || part.labels?.[0]?.contains(met);
  };
  const isSeen = (part) => part.checkVisibility({ visibilityProperty: true }) && part.getClientRects().length;
  const covered = parts.filter(isSeen).filter((part) => !isOwn(part)).map((part) => part.outerHTML.slice(0, 160));
  scrollTo({ top: 0, behavior: 'instant' });
  return covered;
}"""


def problems_of(page: Page, *rules: str) -> list[str]:
    """What axe finds, by all rules of A and AA or by those that are named."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(LOOK, list(rules or A_AND_AA))
    return found


def outside(page: Page) -> list[str]:
    """What is wider than the window, or, of the canvas's tools and of dialogs, not whole in it."""
    found: list[str] = page.evaluate(OUTSIDE)
    return found


def covered(page: Page) -> list[str]:
    """Of the rows whose title can be pressed anywhere: what else can be pressed in them, and is not, in its middle."""
    found: list[str] = page.evaluate(COVERED)
    return found


def for_everybody(page: Page, state: str = "") -> None:
    """Nothing is wrong with what is on screen, in light (by every rule) and in dark (by those about colours)."""
    found = {"outside": outside(page), "covered": covered(page)}
    page.emulate_media(color_scheme="light")
    found["light"] = problems_of(page)
    page.emulate_media(color_scheme="dark")
    found["dark"] = problems_of(page, *OF_COLOURS)
    page.emulate_media(color_scheme="light")
    assert not any(found.values()), (state, found)


def fits(page: Page, state: str = "") -> None:
    """Nothing leaves the window at any size that people draw in; the size that it had comes back."""
    before = page.viewport_size
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        found = outside(page)
        assert not found, (state, width, found)
    if before:
        page.set_viewport_size(before)
