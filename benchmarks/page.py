"""How soon the Inspect page answers on a large project, in a real browser.

    python -m benchmarks.page [--pairs 100000] [--keys 40]

Imports and runs the synthetic pairs of benchmarks.scale, starts the app, and presses “next”, then “right,
next” (which writes to the database before it answers): from the key to the next pair on the screen. The
same on a project of 64 pairs in the same run is the peer: what is over it is what the size of the project
costs. Needs a Chromium.
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


def main() -> None:
    """Measure a small and a large project beside each other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=100_000)
    parser.add_argument("--keys", type=int, default=40)
    options = parser.parse_args()
    if CHROMIUM is None:
        print("no Chromium found: nothing measured")
        return
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["PROJNER_HOME"] = str(Path(scratch) / "home")
        sizes = {"small": 64, "large": options.pairs}
        for name, pairs in sizes.items():
            prepare(Path(scratch), name, pairs)
        with app() as address:
            for (name, pairs), key in product(sizes.items(), ("j", "Enter")):
                taken = measure(address, name, key, options.keys)
                print(
                    f"{pairs:>7} pairs, {key:>5}: median {statistics.median(taken):.0f} ms, "
                    f"9 of 10 within {sorted(taken)[int(0.9 * len(taken))]:.0f} ms, most {max(taken):.0f} ms"
                )


if __name__ == "__main__":
    main()
