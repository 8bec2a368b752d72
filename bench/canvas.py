"""What a large drawing costs in the browser: first paint, panning, dragging, a live run over it, and the bundle's size.

Run: `.venv/bin/python -m bench.canvas`. It serves a drawing of 2,000 steps, drives the system's Chromium, and counts
the main thread's CPU time (the browser's own `TaskDuration`) for each frame that was drawn meanwhile.
"""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page

from bench.bounds import Bound
from bench.browser import signed_in
from bench.server import ROOT

STEPS, COLUMNS = 2_000, 50
MOVES = 150
FRAME_S = 1 / 60


def drawing() -> dict[str, Any]:
    """Rows of steps of every family, each leading to the next, with an edge to the row below here and there."""
    kinds: list[tuple[str, dict[str, Any], str]] = [
        ("execute.transform", {"output": {"value": "input"}}, "done"),
        ("verify.rules", {"rules": [{"name": "holds", "assert": "true"}]}, "pass"),
        ("decide.rule", {"choices": [{"name": "yes", "when": "true"}], "otherwise": "no"}, "yes"),
        ("escalate.review", {"question": "Well?", "choices": [{"name": "go"}, {"name": "stop"}]}, "go"),
    ]
    nodes, edges = [], [{"id": "e0", "from": "start", "port": "out", "to": "n0"}]
    for number in range(STEPS):
        kind, config, port = kinds[number % len(kinds)]
        at = [number % COLUMNS * 256, number // COLUMNS * 200]
        nodes.append({"id": f"n{number}", "kind": kind, "name": f"Step {number}", "config": config, "at": at})
        if number + 1 < STEPS:
            edges.append({"id": f"e{number + 1}", "from": f"n{number}", "port": port, "to": f"n{number + 1}"})
        if number % 3 == 1 and number + COLUMNS < STEPS:
            edges.append({"id": f"x{number}", "from": f"n{number}", "port": "fail", "to": f"n{number + COLUMNS}"})
    known = [edge for edge in edges if edge["port"] != "fail" or nodes[int(edge["from"][1:])]["kind"] == "verify.rules"]
    return {"format": "interlock/1", "input": {}, "nodes": nodes, "edges": known}


class Meter:
    """Main-thread time and frames of a page."""

    def __init__(self, page: Page) -> None:
        self._page, self._cdp = page, page.context.new_cdp_session(page)
        # CPU time of the thread, so that what else the machine does is not counted.
        self._cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
        page.evaluate("window.frames_ = 0; (function next() { frames_ += 1; requestAnimationFrame(next); })()")

    @property
    def cdp(self) -> CDPSession:
        """The browser's own protocol, for input without detours."""
        return self._cdp

    def per_frame(self, work: Callable[[], None]) -> float:
        """Milliseconds of main-thread time for each frame while the work is done."""
        cpu, frames = self._read()
        work()
        cpu_after, frames_after = self._read()
        return (cpu_after - cpu) * 1000 / max(1, frames_after - frames)

    def _read(self) -> tuple[float, int]:
        frames: int = self._page.evaluate("frames_")
        metrics = self._cdp.send("Performance.getMetrics")["metrics"]
        return next(each["value"] for each in metrics if each["name"] == "TaskDuration"), frames

    def mouse(self, sort: str, x: float, y: float, **more: Any) -> None:
        """One mouse event, and the rest of its frame."""
        begun = time.perf_counter()
        self._cdp.send("Input.dispatchMouseEvent", {"type": sort, "x": x, "y": y, **more})
        time.sleep(max(0.0, FRAME_S - (time.perf_counter() - begun)))


def pan(meter: Meter) -> None:
    """Move over the drawing, diagonally and back."""
    for number in range(MOVES):
        by = 24 if number < MOVES / 2 else -24
        meter.mouse("mouseWheel", 640, 400, deltaX=by, deltaY=by / 2)


def drag(page: Page, meter: Meter) -> None:
    """Take a step and move it about."""
    box = page.locator(".step").nth(3).bounding_box()
    if box is None:
        raise RuntimeError("There is no step in view.")
    x, y = box["x"] + 60, box["y"] + 12
    meter.mouse("mousePressed", x, y, button="left", clickCount=1, buttons=1)
    for number in range(MOVES):
        meter.mouse("mouseMoved", x + number % 60 * 4, y + number % 30 * 4, button="left", buttons=1)
    meter.mouse("mouseReleased", x, y, button="left", clickCount=1)
    if page.locator(".bar-saving").inner_text() == "All saved":
        raise RuntimeError("Nothing was dragged.")


def light_up(page: Page) -> None:
    """Sixty events a second of a run that goes over what is in view."""
    page.evaluate("""() => new Promise((done) => {
      const canvas = document.querySelector('interlock-canvas');
      let seq = 0;
      const timer = setInterval(() => {
        seq += 1;
        const type = seq % 2 ? 'step.started' : 'step.finished';
        canvas.show({seq, type, node: `n${Math.floor(seq / 2) % 12}`, visit: 1, data: {port: 'done'}});
        if (seq === 150) { clearInterval(timer); done(); }
      }, 1000 / 60);
    })""")


def first_paint_ms(page: Page) -> float:
    """From the click on the address to steps on the screen."""
    page.goto("/workflows/large/", wait_until="commit")
    found: float = page.evaluate("""() => new Promise((done) => (function look() {
      if (!document.querySelector('.step, .far-steps')) return requestAnimationFrame(look);
      requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())));
    })())""")
    return found


def warm_up(context: BrowserContext) -> None:
    """Let the server answer once what it is asked later; the measured browser starts with nothing."""
    page = context.new_page()
    page.goto("/workflows/small/")
    page.locator(".start").wait_for()
    context.close()


def measured(page: Page) -> list[Bound]:
    """Every figure, each with its bound."""
    paint = first_paint_ms(page)
    page.wait_for_timeout(6_000)  # The server's check of the whole drawing shares these cores.
    meter = Meter(page)
    page.wait_for_timeout(500)
    return [
        Bound("canvas: first paint of 2,000 steps", paint, "ms", 2_000),
        Bound("canvas: panning, main thread a frame", meter.per_frame(lambda: pan(meter)), "ms", 8),
        Bound("canvas: a live run, main thread a frame", meter.per_frame(lambda: light_up(page)), "ms", 6),
        Bound("canvas: dragging, main thread a frame", meter.per_frame(lambda: drag(page, meter)), "ms", 10),
        Bound("canvas: most elements of a step", most_elements(page), "", 15),
        Bound("canvas: bundle, gzipped", bundle_kb(), "KB", 220),
    ]


def most_elements(page: Page) -> float:
    """Elements of the largest step in view, with the flow's own wrapper."""
    count = """Math.max(...[...document.querySelectorAll('.react-flow__node-step')].map(
      (step) => step.querySelectorAll('*').length + 1
    ))"""
    found: float = page.evaluate(count)
    return found


def bundle_kb() -> float:
    """What a first visit loads; dialogs, panels, the layout's worker and the editor of expressions come later."""
    dist = ROOT / "static/dist"
    names = ["canvas.js", "canvas.css", *json.loads((dist / "canvas-first.json").read_text())]
    return sum(len(gzip.compress((dist / name).read_bytes())) for name in names) / 1024


def main() -> list[Bound]:
    """Measure everything."""
    with signed_in({"large": drawing(), "small": {"format": "interlock/1"}}) as opened:
        warm_up(opened())
        return measured(opened().new_page())


if __name__ == "__main__":
    for bound in main():
        print(bound)
