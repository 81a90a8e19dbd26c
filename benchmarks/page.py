"""How soon the Inspect, the Aligners and the Evaluation page answer on a large project, in a real browser.

    python -m benchmarks.page [--pairs 100000] [--keys 40] [--only inspect|aligners|evaluation]

Imports and runs the synthetic pairs of benchmarks.scale, starts the app, and presses “next”, then “right,
next” (which writes to the database before it answers): from the key to the next pair on the screen. On the
Aligners page four aligners are compared: “next” there is from the click to the links of the next pair,
“matrix” to its matrix too, “corpus” from the click to the table and the drawings of the whole corpus. On the
Evaluation page, of a finished evaluation, “open” is from the click on its name to its figures and drawings,
“diagonal” from the click that hides the diagonal to the matrix without it. The same on a project of 64 pairs
in the same run is the peer: what is over it is what the size of the project costs. Needs a Chromium.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from benchmarks.scale import generate

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

# Runs in the browser: presses a key on the link view and says after how many milliseconds its words differ.
PRESS = """
async (key) => {
  const find = (node) => {
    for (const child of node.querySelectorAll("*")) {
      if (child.classList.contains("lv")) return child;
      if (child.shadowRoot) { const found = find(child.shadowRoot); if (found) return found; }
    }
    return null;
  };
  const words = () => [...find(document).querySelectorAll(".lv-tok")].map((t) => t.textContent).join(" ");
  const before = words(), view = find(document);
  const focus = view.querySelector(".lv-tok.at") || view;
  const start = performance.now();
  focus.dispatchEvent(new KeyboardEvent("keydown", {
    key, code: key.length > 1 ? key : "Key" + key.toUpperCase(),
    bubbles: true, composed: true, cancelable: true,
  }));
  while (words() === before) {
    if (performance.now() - start > 10000) return -1;
    await new Promise(requestAnimationFrame);
  }
  return performance.now() - start;
}
"""

# Clicks a button and says after how many milliseconds everything that `shown` names differs from before.
CLICK = """
async ([button, shown]) => {
  const deep = (root, found = []) => {
    for (const child of root.querySelectorAll("*")) {
      if (child.matches(shown)) found.push(child.textContent);
      if (child.shadowRoot) deep(child.shadowRoot, found);
    }
    return found;
  };
  const parts = shown.split(", ");
  const read = () => parts.map((one) => { shown = one; return deep(document).join(" "); });
  const before = read();
  const start = performance.now();
  document.querySelector(button).click();
  while (read().some((text, k) => text === before[k] || !text)) {
    if (performance.now() - start > 10000) return -1;
    await new Promise(requestAnimationFrame);
  }
  return performance.now() - start;
}
"""
_INSPECT, _EVALUATION = (f".st-key-pages .stElementContainer:nth-of-type({n}) a" for n in (1, 3))
_NEXT, _PAIR, _CORPUS = (
    ".st-key-move_next button", ".st-key-view button:nth-of-type(1)", ".st-key-view button:nth-of-type(2)"
)  # fmt: skip
CLICKS = {  # what is clicked, what must show something else then, and the click that leads back
    "next": (_NEXT, ".lv-tok", None),
    "matrix": (_NEXT, ".lv-tok, .ytick text", None),
    "corpus": (_CORPUS, ".aligner-table td, .annotation-text", _PAIR),
    "open": (_EVALUATION, ".figure b, .ytick text", _INSPECT),
    "diagonal": (".st-key-hide_diagonal input", ".st-key-confusion .textpoint text", None),
}
STARTS = {"open": ("", ".lv-tok"), "diagonal": ("evaluation", ".textpoint text")}
"""The page on which a click is made, where that is not Aligners, and what shows that it is there."""


def prepare(folder: Path, name: str, pairs: int) -> None:
    """Import and run a synthetic project."""
    from projner_core.pipeline.config import RunConfig
    from projner_core.pipeline.importing import import_pair
    from projner_core.pipeline.run import run
    from projner_core.store import catalogue

    source, target = generate(folder, pairs)
    import_pair(name, source=source, target=target, source_lang="en", target_lang="und")
    with catalogue.open_project(name) as project:
        run(project, RunConfig())


def compare(name: str) -> None:
    """Four aligners: the default, what it decides at two other thresholds, and one that runs in no time."""
    from projner_core.pipeline.comparing import CompareConfig, compare, link_layers
    from projner_core.pipeline.config import StageConfig
    from projner_core.pipeline.progress import Watch
    from projner_core.store import LayerKind, catalogue

    with catalogue.open_project(name) as project:
        (default,) = link_layers(project)
        for threshold in (0.1, 0.6):
            layer = project.open_layer(
                name=f"from {threshold} on", kind=LayerKind.LINKS, side="both",
                fingerprint=f"benchmark {threshold}", provenance={"settings": {"threshold": threshold}},
            )  # fmt: skip
            for start in range(0, project.count(), 1000):
                links = project.annotations(default.id, start, start + 1000)
                layer = project.write(layer, start, [alignment.at(threshold) for alignment in links])
            project.complete(layer)
        layers = tuple(layer.id for layer in link_layers(project))
        config = CompareConfig(layers=layers, aligners=(StageConfig(name="identity"),))
        compare(project, config, Watch(None, None))


def evaluate(name: str) -> None:
    """Hold the projection against gold."""
    from projner_core.pipeline.evaluating import EvaluateConfig, evaluate
    from projner_core.pipeline.progress import Watch
    from projner_core.store import catalogue

    with catalogue.open_project(name) as project:
        assert project.current_projection is not None
        evaluate(project, EvaluateConfig(layers=(project.current_projection,)), Watch(None, None))


@contextmanager
def app() -> Iterator[str]:
    """The app on a free port; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    command += ["--server.headless", "true", "--server.port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=1)
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.2)
        yield f"http://localhost:{port}"
    finally:
        server.terminate()
        server.wait()


def measure(address: str, name: str, key: str, keys: int) -> list[float]:
    """Milliseconds from the key to the next pair, after a few to warm up."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{address}/?project={name}")
        page.locator(".lv-tok.at").wait_for(timeout=60_000)
        taken = []
        for _ in range(keys + 5):
            page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=60_000)
            page.wait_for_timeout(300)  # a reader looks at a pair before she presses the next key
            taken.append(float(page.evaluate(PRESS, key)))
        browser.close()
    return taken[5:]


def measure_clicks(address: str, name: str, what: str, clicks: int) -> list[float]:
    """Milliseconds from a click to what it asks for, after a few to warm up."""
    from playwright.sync_api import sync_playwright

    button, shown, back = CLICKS[what]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        start, there = STARTS.get(what, ("aligners", ".ytick text"))
        page.goto(f"{address}/{start}?project={name}")
        page.locator(there).first.wait_for(timeout=60_000)
        taken = []
        for _ in range(clicks + 5):
            page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=60_000)
            page.wait_for_timeout(300)
            taken.append(float(page.evaluate(CLICK, [button, shown])))
            if back is not None:
                page.wait_for_timeout(300)
                page.locator(back).click()
                page.locator(".lv-tok").first.wait_for(timeout=60_000)
        browser.close()
    return taken[5:]


def main() -> None:
    """Measure a small and a large project beside each other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=100_000)
    parser.add_argument("--keys", type=int, default=40)
    parser.add_argument("--only", choices=("inspect", "aligners", "evaluation"))
    options = parser.parse_args()
    if CHROMIUM is None:
        print("no Chromium found: nothing measured")
        return
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["PROJNER_HOME"] = str(Path(scratch) / "home")
        sizes = {"small": 64, "large": options.pairs}
        for name, pairs in sizes.items():
            prepare(Path(scratch), name, pairs)
            if options.only in (None, "aligners"):
                compare(name)
            if options.only in (None, "evaluation"):
                evaluate(name)
        with app() as address:
            for (name, pairs), key in product(sizes.items(), ("j", "Enter")):
                if options.only in (None, "inspect"):
                    _say(pairs, f"Inspect, {key}", measure(address, name, key, options.keys))
            for (name, pairs), what in product(sizes.items(), CLICKS):
                page = "evaluation" if what in STARTS else "aligners"
                if options.only in (None, page):
                    taken = measure_clicks(address, name, what, options.keys)
                    _say(pairs, f"{page.capitalize()}, {what}", taken)


def _say(pairs: int, what: str, taken: list[float]) -> None:
    print(
        f"{pairs:>7} pairs, {what:>14}: median {statistics.median(taken):.0f} ms, "
        f"9 of 10 within {sorted(taken)[int(0.9 * len(taken))]:.0f} ms, most {max(taken):.0f} ms"
    )


if __name__ == "__main__":
    main()
