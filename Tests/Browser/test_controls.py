"""Every control does what it says, by mouse, by key and by touch."""

import pytest
from conftest import SIZES

EVERYWHERE = pytest.mark.parametrize("size", list(SIZES))
PROJECTORS = [(1280, 720), (1280, 800), (1920, 1080)]


def chosen(page):
    return page.eval_on_selector_all(".events .chosen", "nodes => nodes.map((node) => node.id)")


def first_rows(page, count):
    return page.eval_on_selector_all(".events > li", f"nodes => nodes.slice(0, {count}).map((node) => node.id)")


@EVERYWHERE
def test_language(opened, size):
    page = opened("demo", size=size)
    assert page.inner_text("h1") == "看得见的三次握手"
    page.locator("label[for=lang-en]").click()
    assert page.inner_text("h1") == "The three-way handshake, made visible"
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.title() == page.inner_text("h1")
    page.keyboard.press("l")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"


@EVERYWHERE
@pytest.mark.parametrize("system", ["light", "dark"])
def test_appearance(opened, size, system):
    page = opened("demo", size=size, look=system)

    def brightness():
        page.wait_for_timeout(50)
        numbers = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
        # The drawing follows.
        ink = page.eval_on_selector(
            ".drawing:not([hidden]) .label", "node => getComputedStyle(node).fill.match(/\\d+/g).map(Number)")
        assert (sum(numbers[:3]) > 380) == (sum(ink[:3]) < 380)
        return sum(numbers[:3])

    assert (brightness() > 380) == (system == "light")
    page.locator("label[for=look-dark]").click()
    assert brightness() < 380
    page.locator("label[for=look-light]").click()
    assert brightness() > 380
    page.keyboard.press("d")
    assert brightness() < 380
    page.keyboard.press("d")
    assert (brightness() > 380) == (system == "light")


@EVERYWHERE
def test_numbers(opened, size):
    page = opened("demo", size=size)
    row = "#row-seg-5 .numbers"
    assert "ack=17" in page.inner_text(row)
    page.locator("label[for=num-real]").click()
    assert "ack=17" not in page.inner_text(row)
    label = page.locator(".drawing:visible [id$='seg-5']")

    def shown():
        return label.evaluate(
            """node => [...node.querySelectorAll('text, tspan')].filter((part) =>
              part.childElementCount === 0 && getComputedStyle(part).display !== 'none'
            ).map((part) => part.textContent).join(' ')""")

    assert "ack=17" not in shown()
    page.keyboard.press("r")
    assert "ack=17" in page.inner_text(row)
    assert "ack=17" in shown()


@EVERYWHERE
def test_time(opened, size):
    page = opened("demo", size=size)

    def height():
        return page.locator(".drawing svg:visible").bounding_box()["height"]

    assert page.locator(".drawing svg:visible").count() == 1
    heights = {"squeezed": height()}
    for time in ("even", "steps"):
        page.locator(f"label[for=time-{time}]").click()
        assert page.locator(".drawing svg:visible").count() == 1
        heights[time] = height()
    assert heights["even"] != heights["steps"]
    page.keyboard.press("t")
    assert height() == heights["squeezed"]


@EVERYWHERE
def test_steps(opened, size):
    page = opened("demo", size=size)
    rows = first_rows(page, 3)
    assert chosen(page) == ["row-seg-1"], "the first segment, whatever the programs did before"
    page.click("#go-first")
    page.click("#go-next")
    assert chosen(page) == rows[1:2]
    page.click("#go-next")
    page.click("#go-previous")
    assert chosen(page) == rows[1:2]
    page.click("#go-last")
    assert page.locator("#go-next").is_disabled()
    page.click("#go-first")
    assert chosen(page) == rows[:1] and page.locator("#go-previous").is_disabled()
    assert page.inner_text("#now").startswith("第 1 步，共 ")


def test_keys(opened):
    page = opened("demo")
    rows = first_rows(page, 100)
    page.keyboard.press("ArrowRight")
    page.focus("#ladder")
    page.keyboard.press("Home")
    for key, place in [
        ("ArrowRight", 1), ("j", 2), ("ArrowLeft", 1), ("k", 0), ("End", len(rows) - 1), ("Home", 0),
    ]:
        page.keyboard.press(key)
        assert chosen(page) == [rows[place]], key
    changes = page.evaluate("JSON.parse(document.getElementById('data').textContent).rows.map((row) => row.changes)")
    page.keyboard.press("Shift+ArrowRight")
    assert chosen(page) == [rows[changes.index(True, 1)]]
    page.keyboard.press("End")
    page.keyboard.press("Shift+ArrowLeft")
    assert changes[rows.index(chosen(page)[0])]
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#keys").is_visible()
    page.click("#help")
    page.click("#keys-close")
    assert not page.locator("#keys").is_visible()


def test_play(opened):
    page = opened("demo")
    page.clock.install()
    page.focus("#ladder")
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    page.clock.run_for(5000)
    assert chosen(page) == [first_rows(page, 4)[3]]
    page.keyboard.press(" ")
    page.clock.run_for(5000)
    assert chosen(page) == [first_rows(page, 4)[3]]
    page.click("#go-play")
    page.clock.run_for(200_000)
    assert page.locator("#go-next").is_disabled()


@EVERYWHERE
def test_segment_is_chosen_in_the_drawing_and_in_the_list(opened, size):
    page = opened("demo", size=size)
    page.locator(".drawing:visible [id$='seg-4'] .label >> nth=0").click()
    assert chosen(page) == ["row-seg-4"]
    assert page.inner_text("#inspector-title").startswith("#4 PSH,ACK")
    page.locator("#row-seg-2 .pick").click()
    assert page.inner_text("#inspector-title").startswith("#2 SYN,ACK")
    page.locator("#row-seg-5 .pick").focus()
    page.keyboard.press("Enter")
    assert chosen(page) == ["row-seg-5"]
    assert page.locator(".drawing:visible .chosen").count() == 1


def in_view(page, selector):
    """Whether it is to be seen, above what is fixed at the bottom."""
    return page.eval_on_selector_all(
        selector,
        """nodes => nodes.some((node) => {
          const box = node.getBoundingClientRect();
          const free = document.getElementById('stepper').getBoundingClientRect().top;
          return box.height > 0 && box.bottom > 0 && box.top < free && (box.top >= 0 || box.bottom <= free);
        })""")


@EVERYWHERE
@pytest.mark.parametrize("name, number", [("demo", 6), ("kernel", 9), ("long", 350), ("long", 9000)])
@pytest.mark.parametrize("place", ["ladder", "list"])
def test_link_to_a_segment(opened, size, name, number, place):
    target = f"#row-seg-{number}" if place == "list" else f".drawing [id$='-seg-{number}']"
    fragment = f"#row-seg-{number}" if place == "list" else f"#seg-{number}"
    page = opened(name, size=size, fragment=fragment)
    page.wait_for_timeout(300)
    assert page.inner_text("#inspector-title").startswith(f"#{number} ")
    assert in_view(page, target)
    page.evaluate("scrollTo(0, 0)")
    page.evaluate("location.hash = '#row-seg-2'")
    page.wait_for_timeout(300)
    assert in_view(page, "#row-seg-2")
    page.evaluate(f"location.hash = '{fragment}'")
    page.wait_for_timeout(300)
    assert in_view(page, target)


def test_a_segment_s_name_anywhere_leads_to_it(opened):
    page = opened("demo")
    link = page.locator("#call .pick >> nth=1")
    for _ in range(2):
        link.scroll_into_view_if_needed()
        link.click()
        page.wait_for_timeout(100)
        assert chosen(page) == ["row-seg-2"] and in_view(page, "#row-seg-2")


def test_keys_of_a_browser_stay_its_own(opened):
    """Space, Home and End scroll the page, and arrows a table that is too wide, unless the ladder has the focus."""
    page = opened("kernel", size=(320, 700))
    first = chosen(page)
    page.keyboard.press("End")
    page.wait_for_function("() => scrollY > 2000")
    assert chosen(page) == first
    page.keyboard.press("Home")
    page.wait_for_function("() => scrollY === 0")
    # The browser is still about to come to rest.
    page.wait_for_timeout(500)
    page.keyboard.press(" ")
    page.wait_for_function("() => scrollY > 0")
    page.wait_for_timeout(1700)
    assert chosen(page) == first, "nothing plays"
    wide = page.evaluate(
        "[...document.querySelectorAll('.scroll')].findIndex((node) => node.scrollWidth > node.clientWidth + 8)")
    assert wide >= 0
    frame = page.locator(f".scroll >> nth={wide}")
    frame.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.wait_for_timeout(200)
    assert frame.evaluate("node => node.scrollLeft") > 0 and chosen(page) == first
    page.focus("#ladder")
    page.keyboard.press("End")
    assert chosen(page) != first


def test_keys_of_what_scrolls_in_the_teacher_s_view(opened):
    page = opened("lost")
    page.keyboard.press("f")
    first = chosen(page)
    ladder = page.locator("#ladder")
    ladder.focus()
    page.keyboard.press("End")
    page.wait_for_timeout(200)
    assert ladder.evaluate("node => node.scrollTop") > 0 and chosen(page) == first
    page.keyboard.press("ArrowRight")
    assert chosen(page) != first, "it does not scroll sideways"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("End")
    assert page.locator("#go-next").is_disabled(), "the page itself does not scroll here"
    page.keyboard.press("Home")
    assert page.locator("#go-previous").is_disabled()
    page.keyboard.press(" ")
    assert page.locator("#go-play.playing").count() == 1


def test_letters_can_be_turned_off(opened):
    page = opened("demo")
    page.click("#help")
    page.locator("label[for=letters]").click()
    page.keyboard.press("Escape")
    first = chosen(page)
    for key in "jkbrtldf?":
        page.keyboard.press(key)
    assert chosen(page) == first and page.locator("#call").is_visible() and not page.locator("#keys").is_visible()
    assert page.locator("#lang-zh").is_checked() and page.locator("#num-rel").is_checked()
    page.keyboard.press("ArrowRight")
    assert chosen(page) != first
    page.click("#help")
    page.locator("#letters").check()
    page.click("#keys-close")
    page.keyboard.press("r")
    assert page.locator("#num-real").is_checked()


def test_keys_lead_to_the_header_and_its_bytes(opened):
    page = opened("demo", fragment="#seg-2")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "inspector-title"
    page.keyboard.press("b")
    assert page.evaluate("document.activeElement.matches('#bytes button:first-child')")


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_step_s_sentence_can_be_read_on_a_telephone(opened, width, language):
    page = opened("lost", size=(width, 844))
    page.locator(f"label[for=lang-{language}]").click()
    rows = page.evaluate("JSON.parse(document.getElementById('data').textContent).rows.length")
    page.click("#go-first")
    places, cut = set(), 0
    for _ in range(rows):
        now = page.locator("#now").evaluate(
            "node => ({ cut: node.scrollHeight > node.clientHeight, reach: getComputedStyle(node).overflowY, stop: node.tabIndex })")
        cut += now["cut"]
        assert not now["cut"] or now["reach"] == "auto" and now["stop"] == 0, "what has no room is scrolled to"
        places.add(page.locator("#go-next").bounding_box()["y"])
        assert page.evaluate(
            "parseFloat(getComputedStyle(document.body).paddingBottom) >= document.getElementById('stepper').offsetHeight")
        page.evaluate("document.getElementById('go-next').click()")
    assert cut <= rows // 3
    assert len(places) == 1, "the buttons stay where they are"


def test_header_s_fields_and_bytes(opened):
    page = opened("demo", fragment="#seg-2")
    data = page.evaluate("JSON.parse(document.getElementById('data').textContent)")
    segment = next(row["segment"] for row in data["rows"] if "segment" in row and row["segment"]["number"] == 2)
    flags = page.eval_on_selector_all("#inspector .flags li", "nodes => nodes.map((node) => node.textContent)")
    assert flags == ["AE 0", "CWR 0", "ECE 0", "URG 0", "ACK 1", "PSH 0", "RST 0", "SYN 1", "FIN 0"]
    table = page.inner_text("#inspector table")
    assert str(segment["sequence"]["real"]) in table and str(segment["acknowledgment"]["real"]) in table
    for option in segment["options"]:
        assert option["text"] in table
    octets = page.eval_on_selector_all("#bytes button", "nodes => nodes.map((node) => node.textContent)")
    assert "".join(octets) == segment["header"]
    assert int("".join(octets[4:8]), 16) == segment["sequence"]["real"]

    def lit(selector):
        return page.eval_on_selector_all(f"{selector} .lit", "nodes => nodes.map((node) => node.textContent)")

    page.focus("#inspector td button[data-bit='32']")
    assert lit("#bytes") == octets[4:8]
    page.focus("#bytes button >> nth=0")
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    assert len(lit("#inspector table")) == 1 and str(segment["acknowledgment"]["real"]) in lit("#inspector table")[0]
    assert chosen(page) == ["row-seg-2"], "arrows belong to the bytes while one has the focus"
    page.hover("#bytes button >> nth=13")
    assert len(lit("#inspector table")) == 8, "the eight flags in that octet"
    assert "#2.ack 1 = #1.seq 0 + 1" in page.inner_text("#inspector .evidence")
    page.goto(page.url.split("#")[0] + "#seg-5")
    assert "#5.ack 17 = #4.seq 1 + 16" in page.inner_text("#inspector .evidence")
    page.keyboard.press("r")
    rule = page.inner_text("#inspector .evidence")
    numbers = [int(word) for word in rule.replace("=", " ").replace("+", " ").split() if word.isdigit()]
    assert numbers[0] == (numbers[1] + numbers[2]) % 2**32 and numbers[2] == 16


def test_both_ends_walk_on_the_state_diagram(opened):
    page = opened("demo")
    data = page.evaluate("JSON.parse(document.getElementById('data').textContent)")
    page.click("#go-first")
    for place, row in enumerate(data["rows"]):
        if place > 0:
            page.click("#go-next")
        for lane, party, corner in ((0, "client", -54), (1, "server", 54)):
            name = row["states"][lane].get("node")
            token = page.locator(f"#token-{party}")
            if name is None:
                assert token.get_attribute("visibility") == "hidden"
                continue
            begun = any(r["states"][lane].get("node") not in (None, "CLOSED") for r in data["rows"][:place])
            assert name == name.removesuffix("-end") + ("-end" if name.startswith("CLOSED") and begun else "")
            last = data["rows"][place - 1]["states"][lane].get("node") if place > 0 else None
            gone = f"{last}>{name}".replace("-end", "") if last not in (None, name) else None
            assert row["states"][lane].get("edge") == gone
            now = page.eval_on_selector_all(".machine .edge.now", "nodes => nodes.map((node) => node.dataset.edge)")
            assert gone is None or gone in now
            node = f"#state-{name}"
            x = int(page.get_attribute(node, "data-x")) + corner
            assert f"translate({x}px" in token.get_attribute("style"), f"{party} in {name}"
    edges = page.eval_on_selector_all(".machine .went", "nodes => nodes.map((node) => node.dataset.edge)")
    assert {"SYN-SENT>ESTABLISHED", "SYN-RECEIVED>ESTABLISHED", "ESTABLISHED>FIN-WAIT-1"} <= set(edges)


@pytest.mark.parametrize("size", [*SIZES, *PROJECTORS])
def test_teaching(opened, size):
    page = opened("demo", size=size)
    page.click("#teach")
    assert page.locator("#ladder").is_visible() and page.locator("#inspector").is_visible()
    assert page.locator("#side .machine").is_visible()
    diagram = page.locator("#side .machine").bounding_box()
    assert diagram["width"] >= 260 and diagram["height"] >= 360, "so large that its words can be read"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not page.locator("#call").is_visible()
    page.click("#go-next")
    page.click("#teach")
    assert page.locator("#call").is_visible() and page.locator("#diagram .machine").is_visible()
    page.keyboard.press("f")
    assert not page.locator("#call").is_visible()
    page.keyboard.press("f")
    assert page.locator("#call").is_visible()


def test_swipe(opened):
    page = opened("demo", size="phone", has_touch=True, is_mobile=True)
    page.locator("#ladder").scroll_into_view_if_needed()
    box = page.locator("#stepper").bounding_box()
    touch = page.context.new_cdp_session(page)

    def swipe(start, end):
        y = box["y"] + box["height"] - 8
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": start, "y": y}]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": end, "y": y}]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    rows = first_rows(page, 3)
    page.focus("#ladder")
    page.keyboard.press("Home")

    def wait_for(row):
        page.wait_for_function("row => document.querySelector('.events .chosen')?.id === row", arg=row)

    swipe(300, 120)
    wait_for(rows[1])
    swipe(150, 120)
    swipe(300, 120)
    # The short one has moved nothing.
    wait_for(rows[2])
    swipe(120, 300)
    wait_for(rows[1])
