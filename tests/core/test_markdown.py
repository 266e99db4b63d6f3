import re
import time

import pytest

from core.markdown import render

REL = 'rel="noopener noreferrer nofollow ugc"'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**bold**", "<p><strong>bold</strong></p>\n"),
        ("# Title", "<h2>Title</h2>\n"),
        ("###### Small", "<h2>Small</h2>\n"),
        ("~~gone~~", "<p><s>gone</s></p>\n"),
        ("<b>raw</b>", "<p>&lt;b&gt;raw&lt;/b&gt;</p>\n"),
        ("[x](/y 'T')", f'<p><a href="/y" title="T" {REL}>x</a></p>\n'),
    ],
)
def test_render(text, html):
    assert render(text) == html


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java&Tab;script:alert(1)",
        "java&NewLine;script:alert(1)",
        "&#106;avascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example",
        "ftp://x.example",
    ],
)
def test_unsafe_links_are_no_links(address):
    assert "<a" not in render(f"[x]({address})")
    assert "<a" not in render(f"[x]: {address}\n\n[x]")


@pytest.mark.parametrize(
    "address", ["https://a.example", "mailto:a@b.example", "/events/", "#top"]
)
def test_safe_links_are_links(address):
    assert f'href="{address}"' in render(f"[x]({address})")


@pytest.mark.parametrize(
    "bomb",
    [
        ">" * 10_000 + "x",
        "[" * 10_000,
        "*a " * 6_000,
        "`" * 20_000,
        "[a](" * 5_000,
        "\n".join(" " * depth + "- x" for depth in range(190)),
        "x" * 1_000_000,
    ],
)
def test_bombs_are_rendered_in_no_time(bomb):
    started = time.process_time()

    render(bomb)

    assert time.process_time() - started < 2


def test_headings_leave_no_level_out():
    html = render("### Problem\n\n# Data\n\n#### Where from\n\n## Licence")

    assert re.findall(r"<(h\d)>(\w+)", html) == [
        ("h2", "Problem"),
        ("h2", "Data"),
        ("h3", "Where"),
        ("h3", "Licence"),
    ]
