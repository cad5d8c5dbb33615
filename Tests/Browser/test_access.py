"""WCAG 2.2 AA as far as a machine can tell, and what a large capture costs."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import SIZES

EVERYWHERE = pytest.mark.parametrize("size", list(SIZES))


def serious(page):
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{violation['id']}: {[node['html'][:160] for node in violation['nodes'][:3]]}"
        for violation in found if violation["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe(opened, size, look, language):
    page = opened("kernel", size=size, look=look, fragment="#seg-4")
    page.locator(f"label[for=lang-{language}]").click()
    assert not serious(page)


@pytest.mark.parametrize("name", ["lost", "blank"])
def test_axe_on_the_other_pages(opened, name):
    assert not serious(opened(name))


def test_axe_in_its_other_views(opened):
    page = opened("demo", forced_colors="active")
    assert not serious(page)
    page.keyboard.press("?")
    assert not serious(page)
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    assert not serious(page)


@pytest.mark.parametrize("name", ["kernel", "lost", "blank", "long"])
@pytest.mark.parametrize("width", [320, 390, 1024])
def test_one_column_at_400_percent(opened, name, width):
    """1280 CSS pixels at 400 % are 320."""
    page = opened(name, size=(width, 640))
    for language in ("en", "zh"):
        page.locator(f"label[for=lang-{language}]").click()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@EVERYWHERE
def test_targets_are_large_enough(opened, size):
    page = opened("demo", size=size, fragment="#seg-2")
    small = page.eval_on_selector_all(
        "button, .choice label, nav a, .pick",
        """nodes => nodes.filter((node) => {
          const box = node.getBoundingClientRect();
          // A bit of a header is as wide as a bit: its flag stands above it as a box.
          if (node.closest('.bits .flag') || node.closest('#now')) return false;
          return box.width > 0 && (box.width < 24 || box.height < 24);
        }).map((node) => `${node.outerHTML.slice(0, 100)} ${node.getBoundingClientRect().width}`)""")
    assert not small


def test_the_keyboard_reaches_everything_and_shows_where_it_is(opened):
    page = opened("demo", fragment="#seg-2")
    seen = set()
    page.evaluate("document.activeElement.blur()")
    for _ in range(120):
        page.keyboard.press("Tab")
        at = page.evaluate(
            """() => {
              const node = document.activeElement;
              const style = getComputedStyle(node.matches('.choice input') ? node.nextElementSibling : node);
              return { id: node.id || node.className || node.localName, outline: parseFloat(style.outlineWidth), kind: style.outlineStyle };
            }""")
        if at["id"] != "body":
            assert at["outline"] >= 2 and at["kind"] != "none", at
        seen.add(at["id"])
    for wanted in ("lang-zh", "look-auto", "num-rel", "time-squeezed", "teach", "help", "pick"):
        assert wanted in seen, wanted
    for button in ("go-next", "go-play", "go-last"):
        page.focus(f"#{button}")
        assert page.evaluate("document.activeElement.id") == button


@EVERYWHERE
@pytest.mark.parametrize("name", ["kernel", "lost"])
def test_what_scrolls_has_a_name_and_what_does_not_is_no_stop(opened, size, name):
    page = opened(name, size=size)
    page.wait_for_timeout(100)
    frames = page.eval_on_selector_all(
        ".scroll",
        """nodes => nodes.map((node) => ({
          name: document.getElementById(node.getAttribute('aria-labelledby'))?.textContent ?? '',
          scrolls: node.scrollWidth > node.clientWidth, stop: node.tabIndex === 0, node: node.outerHTML.slice(0, 120),
        }))""")
    assert len(frames) >= 6
    for frame in frames:
        assert frame["name"].strip(), frame
        assert frame["stop"] == frame["scrolls"], frame
    without = opened(name, size=size, java_script_enabled=False)
    assert without.locator(".scroll").count() == without.locator(".scroll[tabindex='0']").count()


def test_reduced_motion(opened):
    page = opened("demo", reduced_motion="reduce")
    assert page.eval_on_selector("#token-client", "node => parseFloat(getComputedStyle(node).transitionDuration)") == 0


@pytest.mark.parametrize("look", ["light", "dark"])
def test_a_state_has_one_colour(opened, look):
    """On its band in the ladder and in the state diagram."""
    page = opened("demo", look=look)
    for state, family in [
        ("CLOSED", "idle"), ("SYN-SENT", "opening"), ("ESTABLISHED", "open"), ("TIME-WAIT", "we-closed"),
        ("LAST-ACK", "they-closed"),
    ]:
        band = page.eval_on_selector(f".drawing:visible .{family}-line", "node => getComputedStyle(node).stroke")
        node = page.eval_on_selector(f"#state-{state} rect", "node => getComputedStyle(node).stroke")
        assert band == node, state


@pytest.mark.parametrize("name", ["kernel", "lost", "blank"])
def test_print(opened, tmp_path, name):
    page = opened(name, look="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator("#stepper").is_visible() and not page.locator(".controls").is_visible()
    coloured = page.evaluate(
        """() => {
          const wrong = new Set();
          for (const node of document.querySelectorAll('body *')) {
            const style = getComputedStyle(node);
            for (const kind of ['fill', 'stroke', 'color', 'backgroundColor', 'borderTopColor']) {
              if (style[kind].startsWith('url')) continue;
              const [red, green, blue, opacity] = style[kind].match(/[\\d.]+/g)?.map(Number) ?? [0, 0, 0];
              if (opacity !== 0 && (red !== green || green !== blue)) wrong.add(`${kind} ${style[kind]} of ${node.outerHTML.slice(0, 90)}`);
            }
          }
          return [...wrong].slice(0, 8);
        }""")
    assert not coloured
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_a_long_ladder_is_whole_without_script(pages, opened):
    text = pages["long"].read_text()
    listed = re.findall(r'<li id="row-seg-(\d+)"', text)
    assert [int(number) for number in listed] == list(range(1, 10_001))
    drawn = re.findall(r'<g class=segment id=\d+-seg-(\d+)>', text)
    assert [int(number) for number in drawn] == list(range(1, 10_001))
    page = opened("long", java_script_enabled=False)
    assert page.locator("#row-seg-10000").count() == 1


def test_ten_thousand_segments_can_be_scrolled_through(opened):
    page = opened("long")
    height = page.evaluate("document.documentElement.scrollHeight")
    for part in range(1, 5):
        page.evaluate(f"window.scrollTo(0, {height * part // 4})")
        page.wait_for_timeout(60)
    page.click("#go-last")
    assert page.locator("#row-seg-10000").is_visible()


@pytest.mark.measure
def test_ten_thousand_segments_open_and_scroll_without_a_long_task(opened):
    """The best of three: other programs take the processor too."""
    longest = []
    for _ in range(3):
        page = opened("long")
        page.evaluate(
            """() => {
              window.tasks = [];
              new PerformanceObserver((list) => {
                for (const entry of list.getEntries()) window.tasks.push(entry.duration);
              }).observe({ type: 'longtask', buffered: true });
            }""")
        height = page.evaluate("document.documentElement.scrollHeight")
        for part in range(1, 13):
            page.evaluate(f"window.scrollTo(0, {height * part // 12})")
            page.wait_for_timeout(60)
        page.evaluate("window.scrollTo(0, 0)")
        for _ in range(10):
            page.mouse.wheel(0, 4000)
            page.wait_for_timeout(40)
        page.click("#go-last")
        assert page.locator("#row-seg-10000").is_visible()
        page.wait_for_timeout(100)
        longest.append(max(page.evaluate("window.tasks"), default=0))
        page.context.close()
        opened.contexts.clear()
        if longest[-1] <= 100:
            break
    print(f"longest task: {min(longest)} ms")
    assert min(longest) <= 100, longest
