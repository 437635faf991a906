"""What a report of 5,000 findings weighs, and how soon headless Chromium has it open.

Usage: python bench/report_page.py [FINDINGS]   (needs selenium, chromium and chromedriver)
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import mkdtemp

from selenium import webdriver

from reports import html

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "reports"))

from report_pages import large_run

ROUNDS = 5


def main() -> None:
    """Make the page, open it some times, and print the figures as a Markdown table."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    run = large_run(size)
    begun = time.process_time()
    text = html.render(run)
    made = time.process_time() - begun
    path = Path(mkdtemp()) / "report.html"
    path.write_text(text, encoding="utf-8")
    opened, busy = _opening(path)
    rows = [
        ("findings, each with 20 broken places and a body of 60 kB", f"{size}"),
        ("size of report.html, MB", f"{len(text.encode()) / 1e6:.1f}"),
        ("processor time to make it, s", f"{made:.1f}"),
        ("processor time of Chromium's main thread to open it, s", f"{busy:.2f}"),
        ("from opening to its load event on the clock, s", f"{opened:.2f}"),
    ]
    print("\n".join(f"| {name} | {value} |" for name, value in rows))  # noqa: T201 - its answer


def _opening(path: Path) -> tuple[float, float]:
    """Return the seconds until the page is loaded, and those that it kept the processor busy.

    Both are the median of some rounds; on a machine that does other work only the second holds.
    """
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu"):
        options.add_argument(flag)
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    browser = webdriver.Chrome(options=options, service=service)
    try:
        browser.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
        rounds = [_once(browser, path) for _ in range(ROUNDS)]
    finally:
        browser.quit()
    return median(opened for opened, _ in rounds), median(busy for _, busy in rounds)


def _once(browser: webdriver.Chrome, path: Path) -> tuple[float, float]:
    browser.get("about:blank")
    before = _busy(browser)
    browser.get(path.as_uri())
    entry = "return performance.getEntriesByType('navigation')[0].loadEventEnd"
    return float(browser.execute_script(entry)) / 1000, _busy(browser) - before


def _busy(browser: webdriver.Chrome) -> float:
    metrics = browser.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    return float(next(entry["value"] for entry in metrics if entry["name"] == "TaskDuration"))


if __name__ == "__main__":
    main()
