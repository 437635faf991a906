"""`report.html` in headless Chromium: keyboard, narrow screen, print, no script, accessibility.

`make browser` fetches what these need; without it they are skipped.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from report_builders import finding, run_of
from report_pages import NODE, absent, large_run, whole_run

from reports import html, several
from reports.digest import digest_of
from reports.several.group import Group, Member

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Set by `make browser`: what these tests need has to be there.
REQUIRED = "FLEXCHECK_BROWSER" in os.environ
if not REQUIRED:
    pytest.importorskip("selenium", reason="selenium is not installed")
from selenium import webdriver  # noqa: E402 - there only where selenium is
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

#: Where `make browser` puts axe-core (npm); it may stand elsewhere.
AXE = Path(os.environ.get("FLEXCHECK_AXE") or NODE / "axe-core/axe.min.js")
DESKTOP, PHONE, PAPER = 1280, 360, 703  # pixels; A4 within its margins is 186 mm


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if not chromium or not driver:
        absent("chromium or chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(flag)
    made = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield made
    made.quit()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Address of each page by its name."""
    folder = tmp_path_factory.mktemp("pages")
    whole = whole_run()
    two = [Member(name, f"1-{name}", 1, whole, digest_of(whole)) for name in ("a", "b")]
    texts = {
        "whole": html.render(whole),
        "large": html.render(large_run()),
        "holds": html.render(run_of(finding("DIR-A"))),
        "empty": html.render(run_of()),
        "interrupted": html.render(run_of(finding("DIR-A"), footer={})),
        "trace": html.render_trace(whole),
        "several": several.content(Group(tuple(two)), "html").decode(),
    }
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in texts}


def _look(browser: Any, width: int = DESKTOP, media: str = "screen", scheme: str = "light") -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width == PHONE}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})


def _open_all(browser: Any) -> None:
    browser.execute_script("document.querySelectorAll('details').forEach(d => { d.open = true; })")


def _too_wide(browser: Any) -> list[str]:
    """Return what reaches beyond the page's right edge outside a region that scrolls."""
    found: list[str] = browser.execute_script("""
        const width = document.documentElement.clientWidth, found = [];
        if (document.documentElement.scrollWidth > width) { found.push("the page"); }
        document.querySelectorAll("body *").forEach(part => {
          const scrolls = part.closest(".scroll, pre")
            && getComputedStyle(part.closest(".scroll, pre")).overflowX !== "visible";
          if (!scrolls && part.getBoundingClientRect().right > width + 1) {
            found.push(part.tagName + " " + part.textContent.slice(0, 60));
          }
        });
        return found.slice(0, 5);""")
    return found


def test_tab_reaches_the_search_the_filter_and_every_finding(
    browser: Any, pages: dict[str, str]
) -> None:
    _look(browser)
    browser.get(pages["whole"])
    wanted = set(
        browser.execute_script("""
        const found = [...document.querySelectorAll("summary, input, select, button")];
        found.forEach((part, at) => { part.dataset.at = at; });
        return found.filter(part => part.checkVisibility()).map(part => part.dataset.at);""")
    )
    assert len(wanted) > 8
    reached, unseen = set(), []
    for _ in range(400):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        at, ring, words = browser.execute_script("""
            const part = document.activeElement;
            return [part.dataset.at, getComputedStyle(part).outlineStyle, part.outerHTML];""")
        unseen += [words[:80]] if ring == "none" and not words.startswith("<body") else []
        reached.add(at)
        if wanted <= reached:
            break
    assert wanted <= reached
    assert unseen == []


@pytest.mark.parametrize("key", [Keys.ENTER, Keys.SPACE])
def test_a_key_opens_and_shuts_a_finding(browser: Any, pages: dict[str, str], key: str) -> None:
    _look(browser)
    browser.get(pages["whole"])
    card = browser.find_element(By.CSS_SELECTOR, "details.card:not([open])")
    for opened in (True, False):
        browser.execute_script("arguments[0].querySelector('summary').focus()", card)
        browser.switch_to.active_element.send_keys(key)
        assert (card.get_attribute("open") is not None) is opened


def test_the_first_screen_tells_what_failed_why_and_how_to_repeat_it(
    browser: Any, pages: dict[str, str]
) -> None:
    _look(browser)
    browser.get(pages["whole"])
    first = browser.find_element(By.CSS_SELECTOR, ".first li")
    assert first.location["y"] + first.size["height"] < 900
    for words in ("Provider Directory: Location", "NV", "address-state = UT", "flexcheck run"):
        assert words in first.text


def test_a_link_to_a_finding_leads_to_its_cause(browser: Any, pages: dict[str, str]) -> None:
    _look(browser)
    browser.get(pages["whole"])
    browser.find_element(By.CSS_SELECTOR, ".first a").click()
    top = browser.execute_script(
        "return document.querySelector(location.hash).getBoundingClientRect().top"
    )
    assert -1 < top < 900
    browser.execute_script("location.hash = 'f-DIR-LOC-SORT'")
    browser.get(browser.current_url)
    assert browser.execute_script("return document.getElementById('f-DIR-LOC-SORT').open")


@pytest.mark.parametrize("page", ["whole", "trace", "several", "empty"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen_needs_no_sideways_scrolling(
    browser: Any, pages: dict[str, str], page: str, scheme: str
) -> None:
    _look(browser, PHONE, scheme=scheme)
    browser.get(pages[page])
    _open_all(browser)
    assert _too_wide(browser) == []


@pytest.mark.parametrize("page", ["whole", "trace", "several"])
def test_paper_shows_everything_and_cuts_nothing(
    browser: Any, pages: dict[str, str], page: str
) -> None:
    _look(browser, PAPER, media="print", scheme="dark")
    browser.get(pages[page])
    assert _too_wide(browser) == []
    shut = browser.execute_script("""
        const inside = [...document.querySelectorAll("details > :not(summary):not(.long)")];
        return inside.filter(part => !part.checkVisibility() || !part.offsetHeight).length;""")
    assert shut == 0
    # A long body is not printed, and paper says so.
    bodies, notes = browser.execute_script("""
        const visible = part => part.checkVisibility();
        return [".long", ".paper"].map(
          name => [...document.querySelectorAll(name)].filter(visible).length);""")
    assert (bodies, notes) == (0, 1 if page == "whole" else 0)
    ground = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(255, 255, 255)"
    assert not browser.execute_script(
        "return [...document.querySelectorAll('nav, #filter')].some(p => p.checkVisibility())"
    )


def test_printing_opens_what_was_shut_and_shuts_it_again(
    browser: Any, pages: dict[str, str]
) -> None:
    _look(browser)
    browser.get(pages["whole"])
    shut = "return document.querySelectorAll('details:not([open])').length"
    before = browser.execute_script(shut)
    assert before
    assert browser.execute_script(f"dispatchEvent(new Event('beforeprint')); {shut}") == 0
    assert browser.execute_script(f"dispatchEvent(new Event('afterprint')); {shut}") == before


def test_without_script_the_page_reads_and_findings_open(
    browser: Any, pages: dict[str, str]
) -> None:
    _look(browser)
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(pages["whole"])
        assert "does not conform" in browser.find_element(By.TAG_NAME, "h1").text
        assert not browser.find_element(By.ID, "filter").is_displayed()
        card = browser.find_element(By.CSS_SELECTOR, "details.card:not([open])")
        card.find_element(By.TAG_NAME, "summary").click()
        assert card.find_element(By.CSS_SELECTOR, ".command").is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_search_and_filter_leave_what_fits(browser: Any, pages: dict[str, str]) -> None:
    _look(browser)
    browser.get(pages["whole"])
    shown = "return [...document.querySelectorAll('.card')].filter(c => c.checkVisibility()).length"
    everything = browser.execute_script(shown)
    browser.find_element(By.ID, "filter-text").send_keys("DIR-LOC-SORT")
    assert browser.execute_script(shown) == 1
    said = browser.find_element(By.ID, "filter-count").text
    assert said == "1 finding and 1 clause shown"
    browser.find_element(By.ID, "filter-text").clear()
    browser.find_element(By.CSS_SELECTOR, "#filter button").click()
    browser.find_element(By.ID, "filter-outcome").send_keys("warning")
    assert 1 <= browser.execute_script(shown) < everything


@pytest.mark.parametrize("page", ["whole", "trace", "several", "empty", "interrupted", "holds"])
@pytest.mark.parametrize(("scheme", "width"), [("light", DESKTOP), ("dark", PHONE)])
def test_axe_finds_no_violation(
    browser: Any, pages: dict[str, str], page: str, scheme: str, width: int
) -> None:
    if not AXE.is_file():
        absent("axe-core")
    _look(browser, width, scheme=scheme)
    browser.get(pages[page])
    _open_all(browser)
    # What is laid out only when it comes near would not be looked at.
    browser.execute_script("""
        const style = document.createElement("style");
        style.textContent = "* { content-visibility: visible !important; }";
        document.head.append(style);""")
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    found = browser.execute_async_script("axe.run(document).then(arguments[0])")
    told = [
        (violation["id"], [node["html"][:120] for node in violation["nodes"][:3]])
        for violation in found["violations"]
    ]
    assert told == []
    assert len(found["passes"]) > 20


def test_a_page_of_5000_findings_opens_within_two_seconds(
    browser: Any, pages: dict[str, str]
) -> None:
    """By the processor: the clock of a machine that does other work says nothing of the page."""
    _look(browser)
    browser.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
    browser.get("about:blank")
    before = _busy(browser)
    browser.get(pages["large"])
    assert 0 < _busy(browser) - before < 2
    browser.execute_cdp_cmd("Performance.disable", {})


def _busy(browser: Any) -> float:
    """Seconds of the processor that the page's main thread has worked."""
    metrics = browser.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    return float(next(entry["value"] for entry in metrics if entry["name"] == "TaskDuration"))
