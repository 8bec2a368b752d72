"""How long after an edit its problems are painted: the pause, the check on the server, the way there, the paint.

Run: `.venv/bin/python -m bench.problems`. It serves drawings of 26, 33, 500 and 2,000 steps, drives the system's
Chromium, deletes a step and brings it back, again and again, and takes the time from the key to the first frame after
the list says that it is about the drawing on screen. Wall time, so another program on the machine shows.
"""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page

from bench import checks
from bench.bounds import Bound, percentile
from bench.browser import signed_in
from bench.canvas import drawing
from bench.server import ROOT

TURNS = 5
BOUND_MS, BOUND_P95_MS = 300.0, 400.0

_EDITED = """([key, ctrlKey]) => new Promise((done) => {
  const begun = performance.now();
  const event = new KeyboardEvent('keydown', {key, ctrlKey, bubbles: true, cancelable: true});
  document.querySelector('.pane').dispatchEvent(event);
  let waits = false;
  (function look() {
    const {checking} = document.querySelector('.bar-problems').dataset;
    waits ||= checking === 'under way';
    if (!waits || checking !== 'current') return requestAnimationFrame(look);
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)));
  })();
})"""


def drawings() -> dict[str, Any]:
    """The drawings by short names: two that are delivered, one without errors, one with thousands."""
    gallery = ROOT / "builder" / "gallery"
    delivered = {
        name: json.loads((gallery / f"{name}.json").read_text()) for name in ("lead_qualification", "support_triage")
    }
    small = {name.replace("_", "-"): each.get("document", each) for name, each in delivered.items()}
    return {**small, "five-hundred": placed(checks.drawing(500)), "two-thousand": drawing()}


def placed(document: dict[str, Any]) -> dict[str, Any]:
    """The drawing with its steps in rows, so that each can be clicked on."""
    rows = [{**node, "at": [index % 12 * 256, index // 12 * 200]} for index, node in enumerate(document["nodes"])]
    return {**document, "nodes": rows}


def pause_to_problems_ms(page: Page, slug: str) -> list[float]:
    """Each edit's time until its problems are painted."""
    page.goto(f"/workflows/{slug}/")
    page.locator(".step .step-head").first.wait_for()
    page.locator('.bar-problems[data-checking="current"]').wait_for()
    page.wait_for_timeout(1_500)
    found = []
    for _ in range(TURNS):
        page.locator(".step .step-head").first.click()
        page.wait_for_timeout(500)
        found.append(page.evaluate(_EDITED, ["Delete", False]))
        found.append(page.evaluate(_EDITED, ["z", True]))
    return found


def main() -> list[Bound]:
    """Measure every drawing; the first edit, which finds everything cold, counts like any other."""
    found, documents = [], drawings()
    with signed_in(documents) as opened:
        context = opened()
        for slug, document in documents.items():
            times = pause_to_problems_ms(context.new_page(), slug)
            what = f"problems: from an edit to them painted, {len(document['nodes']):,} steps"
            found += [
                Bound(f"{what}, p50", percentile(times, 0.5), "ms", BOUND_MS),
                Bound(f"{what}, p95", percentile(times, 0.95), "ms", BOUND_P95_MS),
            ]
            print(f"{slug}: {', '.join(f'{each:.0f}' for each in times)} ms")
    return found


if __name__ == "__main__":
    for bound in main():
        print(bound)
