"""A real browser on the pages that the program writes: Debian's Chromium, driven by playwright.

TCPLENS names the program, CHROMIUM the browser. Every page is opened from a file, and every request that it makes is noted:
after each test there must have been none but for the file itself.
"""

import os
import struct
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("TCPLENS", str(ROOT / ".build/debug/tcplens"))
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
SIZES = {"desk": (1440, 900), "tablet": (1024, 768), "phone": (390, 844)}


def pytest_addoption(parser):
    parser.addoption(
        "--measure", action="store_true", help="what depends on the machine and on what else it does, and only that")


def pytest_configure(config):
    config.addinivalue_line("markers", "measure: by the clock, so not among the tests that must hold everywhere")


def pytest_collection_modifyitems(config, items):
    wanted = config.getoption("--measure")
    left_out = [item for item in items if (item.get_closest_marker("measure") is not None) != wanted]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


def tcplens(*arguments):
    """What the program prints."""
    run = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"{arguments}: {run.stderr}"
    return run.stdout


def long_capture(path, segments):
    """One connection of so many segments: a handshake, then data and its ACKs in turn."""

    def frame(from_client, flags, seq, ack, payload=b""):
        ports = (40000, 8080) if from_client else (8080, 40000)
        tcp = struct.pack("!HHIIBBHHH", *ports, seq, ack, 0x50, flags, 64000, 0, 0) + payload
        ends = (b"\x0a\0\0\x01", b"\x0a\0\0\x02") if from_client else (b"\x0a\0\0\x02", b"\x0a\0\0\x01")
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0, *ends)
        return ip + tcp

    frames = [frame(True, 2, 1000, 0), frame(False, 0x12, 5000, 1001), frame(True, 0x10, 1001, 5001)]
    seq = 1001
    while len(frames) < segments:
        frames.append(frame(True, 0x18, seq, 5001, b"x" * 100))
        seq += 100
        frames.append(frame(False, 0x10, 5001, seq))
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
        for place, octets in enumerate(frames[:segments]):
            seconds, rest = divmod(place * 700, 1_000_000)
            file.write(struct.pack("<IIII", 1_700_000_000 + seconds, rest, len(octets), len(octets)) + octets)


@pytest.fixture(scope="session")
def pages(tmp_path_factory):
    """The pages under test, by name."""
    folder = tmp_path_factory.mktemp("pages")
    long_capture(folder / "long.pcap", 10_000)
    made = {
        "demo": ["demo", "--on", "stack", "--lang", "zh"],
        "kernel": ["demo", "--lang", "zh"],
        "lost": ["demo", "--on", "stack", "--lose", "4", "--lang", "en"],
        "twice": ["demo", "--on", "stack", "--lose", "4", "--lose", "5", "--lang", "zh"],
        "blank": ["demo", "--on", "stack", "--blank", "--lang", "zh"],
        "long": ["flow", str(folder / "long.pcap"), "--lang", "en"],
    }
    for name, arguments in made.items():
        tcplens(*arguments, "--format", "html", "-o", str(folder / f"{name}.html"))
    return {name: folder / f"{name}.html" for name in made}


@pytest.fixture(scope="session")
def browser():
    # Chromium's own sandbox does not run as root.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


class Opener:
    """Opens pages, and notes what they ask for and what goes wrong in them."""

    def __init__(self, browser, pages):
        self.browser = browser
        self.pages = pages
        self.contexts = []
        self.requests = []
        self.errors = []

    def __call__(self, name, size="desk", look="light", fragment="", **options):
        width, height = SIZES.get(size, size)
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=look, **options)
        self.contexts.append(context)
        page = context.new_page()
        address = self.pages[name].as_uri()
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(address + fragment)
        return page


@pytest.fixture
def opened(browser, pages):
    opener = Opener(browser, pages)
    yield opener
    for context in opener.contexts:
        context.close()
    strange = [url for url in opener.requests if not url.startswith("file:")]
    assert not strange, f"requests left the page: {strange}"
    assert not opener.errors, opener.errors
