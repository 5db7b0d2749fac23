"""Pages in a real browser: nothing wider than a phone, readable without scripts, nothing loaded from elsewhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn

from tests.conftest import needs_program
from tests.web.conftest import Service

PAGES = [
    "/", "/doc/commitment/MX-4-01", "/doc/plan/MX-4", "/doc/org/mx-sfp", "/doc/area/MX", "/doc/plan", "/doc/responsibility",
    "/doc/source/deck-2021-05-31", "/def", "/shapes", "/code", "/catalog.html", "/graph/deck-2021-05-31.html", "/dumps/",
    "/releases/", "/sparql", "/problems", "/id/org/mx-both", "/nothing",
]  # fmt: skip


@pytest.fixture(scope="module")
def address(service: Service) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(service.app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    program = needs_program("chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("width", [360, 1280])
def test_pages_fit_and_load_nothing_from_elsewhere(browser, address: str, width: int, scripts: bool) -> None:
    viewport = {"width": width, "height": 800}
    context = browser.new_context(viewport=viewport, locale="es-MX", java_script_enabled=scripts)
    page = context.new_page()
    requests: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for path in PAGES:
        status = page.goto(address + path).status
        assert page.locator("h1").count() == 1, path
        if scripts:
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{path} is {wide} wide"
            small = page.evaluate(
                "[...document.querySelectorAll('main, footer, nav a')].filter(e => parseFloat(getComputedStyle(e).fontSize) < 12).length"
            )
            assert small == 0, path
        complaints = [text for text in complaints if not (status >= 400 and "status of" in text)]
    assert all(url.startswith(address) for url in requests)
    assert complaints == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(browser, address: str, scheme: str) -> None:
    """WCAG 2.2 contrast of at least 4.5 for body, muted and link colours."""
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(address + "/doc/commitment/MX-4-01")
    colours = page.evaluate(
        """() => {
          const probe = document.createElement('span');
          document.body.append(probe);
          const read = name => { probe.style.color = `var(${name})`; return getComputedStyle(probe).color.match(/\\d+/g).map(Number); };
          return Object.fromEntries(['--ground','--surface','--soft','--ink','--muted','--accent','--accent-ink','--bad','--warn','--warn-soft'].map(n => [n, read(n)]));
        }"""
    )

    def light(name: str) -> float:
        parts = [c / 255 for c in colours[name][:3]]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(one: str, other: str) -> float:
        high, low = sorted((light(one), light(other)), reverse=True)
        return (high + 0.05) / (low + 0.05)

    pairs = [(ink, ground) for ink in ("--ink", "--muted", "--accent") for ground in ("--ground", "--surface", "--soft")]
    pairs += [("--accent-ink", "--accent"), ("--bad", "--surface"), ("--warn", "--warn-soft")]
    assert {pair: round(contrast(*pair), 1) for pair in pairs if contrast(*pair) < 4.5} == {}
    context.close()


def test_keyboard_reaches_the_content(browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(address + "/doc/plan/MX-4")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#content"
    for landmark in ("header.site", "main", "footer.site", "nav[aria-label]"):
        assert page.locator(landmark).count() >= 1
    context.close()


def test_the_query_form_with_a_script(browser, address: str) -> None:
    """Long queries go by POST of themselves, and Ctrl+Enter runs the query."""
    context = browser.new_context(locale="en")
    page = context.new_page()
    methods: list[str] = []
    page.on("request", lambda request: methods.append(request.method) if request.is_navigation_request() else None)
    page.goto(address + "/sparql?lang=en")
    assert page.locator("form.query button").count() == 1 and page.get_by_text("Ctrl+Enter does it, too.").is_visible()
    for query, method in (("SELECT ?s WHERE { ?s ?p ?o } LIMIT 3", "GET"), ("# " + "ñ" * 60_000 + "\nSELECT ?s WHERE { ?s ?p ?o } LIMIT 4", "POST")):
        page.fill("#query", query)
        page.focus("#query")
        with page.expect_navigation():
            page.keyboard.press("Control+Enter")
        assert methods[-1] == method and page.title().startswith("Result · ")
        assert page.locator("#result-title .count").inner_text() == query[-1]
        assert page.input_value("#query") == query
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename
    context.close()


def test_a_long_query_without_scripts(browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "/sparql?lang=en")
    page.fill("#query", "# " + "x" * 60_000 + "\nSELECT ?s WHERE { ?s ?p ?o } LIMIT 4")
    page.get_by_role("button", name="Run a long query").click()
    assert page.locator("#result-title .count").inner_text() == "4"
    context.close()
