"""What the pages tell: the same in the list, in the drawings and in the text, with and without script."""

import json
import re

import pytest
from conftest import tcplens

DEMO = ("demo", "--on", "stack")


def names(page, selector):
    return page.eval_on_selector_all(selector, "nodes => nodes.map((node) => node.id)")


@pytest.mark.parametrize("name, arguments", [("demo", DEMO), ("lost", (*DEMO, "--lose", "4"))])
def test_all_views_have_the_same_order(opened, name, arguments):
    page = opened(name)
    listed = [row.removeprefix("row-") for row in names(page, ".events > li")]
    drawings = page.eval_on_selector_all(".drawing", "nodes => nodes.map((node) => node.dataset.prefix)")
    assert len(drawings) >= 4
    for prefix in drawings:
        drawn = page.eval_on_selector_all(
            f'[data-prefix="{prefix}"] .rows > g', "nodes => nodes.map((node) => node.id)")
        assert [row.removeprefix(prefix) for row in drawn] == listed
    segments = [int(row.removeprefix("seg-")) for row in listed if row.startswith("seg-")]
    story = json.loads(tcplens(*arguments, "--json"))["story"]
    assert segments == [segment["number"] for segment in story["segments"]]
    text = [int(number) for number in re.findall(r"^ *[\d.]+ .*?#(\d+) +[A-Z,]+ ", tcplens(*arguments), re.MULTILINE)]
    shown = [number for place, number in enumerate(text) if number not in text[:place]]
    assert segments == shown[: len(segments)]


def test_numbers_are_the_story_s(opened):
    page = opened("demo")
    page.locator("label[for=num-real]").click()
    story = json.loads(tcplens(*DEMO, "--json"))["story"]
    for segment in story["segments"]:
        text = page.inner_text(f"#row-seg-{segment['number']} .numbers")
        assert f"seq={segment['sequenceRaw']}" in text
        if "acknowledgmentRaw" in segment:
            assert f"ack={segment['acknowledgmentRaw']}" in text
        assert page.inner_text(f"#row-seg-{segment['number']} > b") == ",".join(segment["flags"])
        for party, lane in (("client", 0), ("server", 1)):
            assert (segment[party].get("state") or "") in page.inner_text(f"#row-seg-{segment['number']} .ends")
    page.locator("label[for=num-rel]").click()
    for segment in story["segments"]:
        assert f"seq={segment['sequence']}" in page.inner_text(f"#row-seg-{segment['number']} .numbers")


@pytest.mark.parametrize("name", ["demo", "kernel", "lost", "blank"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_without_script_everything_is_told(opened, name, language):
    page = opened(name, size="phone", java_script_enabled=False)
    page.locator(f"label[for=lang-{language}]").click()
    shown = page.inner_text("main")
    assert ("序号" in shown) == (language == "zh")
    # Chinese names of the protocol's own stay as they are; sentences in the other language must be gone.
    assert ("acknowledg" in shown) == (language == "en")
    assert page.locator(".drawing svg:visible").count() >= 1
    assert page.locator("#stepper:visible").count() == 0
    if name in ("demo", "kernel"):
        for number in range(1, 12):
            assert page.locator(f"#row-seg-{number}").is_visible()
        for chapter in ("call", "header", "run", "machine"):
            assert page.locator(f"#{chapter} h2").is_visible()
        assert page.locator(".machine").is_visible()
        for state in ("LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "TIME-WAIT"):
            assert state in page.inner_text("#machine table >> nth=0") + page.inner_text("#machine")
    if name == "kernel":
        table = page.inner_text("#table")
        assert "LISTEN" in table and "ESTABLISHED" in table and "TIME-WAIT" in table


def test_tutorial_s_claims_stand_on_this_run(opened):
    page = opened("kernel", size="phone")
    syn = page.eval_on_selector("#data", "node => JSON.parse(node.textContent).rows.find((row) => row.segment?.number === 1).segment")
    glance = page.inner_text("#glance")
    assert str(syn["sequence"]["real"]) in glance
    assert "ack=17" in glance and "TIME-WAIT" in glance
    header = page.inner_text("#header")
    assert str(syn["sequence"]["real"]) in header
    assert "SYN=1 ACK=0" in header and "请求建立连接" in header
    assert "SYN=1 ACK=1" in header and "同意建立连接" in header
    run = page.inner_text("#run")
    assert "len=16" in run and "ack=17" in run and "hello, xiao mei." in run
    assert not re.search(r"不成立", header + run)


@pytest.mark.parametrize("name", ["demo", "kernel", "lost", "blank", "long"])
def test_each_text_says_which_language_it_is(opened, name):
    page = opened(name)
    wrong = page.evaluate(
        """() => {
          const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          const wrong = [];
          while (texts.nextNode()) {
            const node = texts.currentNode;
            if (node.parentElement.closest('script, style, noscript')) continue;
            if (/\\p{Script=Han}/u.test(node.data) && !node.parentElement.closest('[lang]').getAttribute('lang').startsWith('zh')) wrong.push(node.data);
          }
          return wrong;
        }""")
    assert not wrong


def test_hand_out_leaves_the_answers_to_the_last_page(opened):
    page = opened("blank")
    sheet = page.inner_text("main > section >> nth=0") + page.inner_text(".questions")
    assert "ESTABLISHED" not in sheet and not re.search(r"ack=\d", sheet)
    drawing = page.text_content("#ladder")
    assert "ESTABLISHED" not in drawing and not re.search(r"ack=\d", drawing) and "ack=_" in drawing
    answers = page.inner_text(".answers")
    assert "ESTABLISHED" in answers and "ack=17" in answers
    page.emulate_media(media="print")
    assert page.eval_on_selector(".answers", "node => getComputedStyle(node).breakBefore") == "page"


@pytest.mark.parametrize("name, most", [("demo", 300), ("kernel", 300), ("lost", 300), ("twice", 300), ("blank", 300)])
def test_files_are_small(pages, name, most):
    assert pages[name].stat().st_size < most * 1024


@pytest.mark.parametrize("name", ["demo", "kernel", "lost", "blank", "long"])
def test_names_are_unique_and_lead_somewhere(opened, name):
    page = opened(name)
    wrong = page.evaluate(
        """() => {
          const ids = [...document.querySelectorAll('[id]')].map((node) => node.id);
          const wrong = ids.filter((id, place) => ids.indexOf(id) !== place);
          for (const node of document.querySelectorAll('main *, .shared *')) {
            for (const name of ['fill', 'stroke', 'marker-end']) {
              const [, id] = /url\\(#(.*)\\)/.exec(node.getAttribute(name) ?? '') ?? [];
              if (id && !document.getElementById(id)) wrong.push(`${name} ${id}`);
            }
            const link = node.getAttribute('href');
            // Of a long list, the parts that are far away stand in the page as text.
            const isThere = (id) => document.getElementById(id) || document.body.innerHTML.includes(`id="${id}"`);
            if (link?.startsWith('#') && !isThere(link.slice(1))) wrong.push(link);
          }
          return wrong;
        }""")
    assert not wrong
