import re
import time

import pytest

from core.markdown import as_text, plain, render

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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see https://a.example/x_y.", '<a href="https://a.example/x_y" rel='),
        ("(https://a.example/x)", '<a href="https://a.example/x" rel='),
        ("**https://a.example/x**", '<a href="https://a.example/x" rel='),
        ("HTTP://a.example", '<a href="HTTP://a.example" rel='),
    ],
)
def test_a_bare_address_is_a_link(text, shown):
    html = render(text)

    assert html.count("<a ") == 1
    assert shown in html


@pytest.mark.parametrize(
    "text",
    ["`https://a.example`", "    https://a.example", "https://", "javascript://x"],
)
def test_what_is_no_address_is_no_link(text):
    assert "<a " not in render(text)


def test_a_link_in_a_link_is_one_link():
    assert render("[https://a.example](https://b.example)").count("<a ") == 1


def test_a_list_shows_the_words_alone():
    source = (
        "## Idea مرحبا\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
        "We *check* [x](/y)\n`z`\n\n- one\n\n```\nprint()\n```"
    )

    assert plain(source) == "Idea مرحبا a b 1 2 We check x z one print()"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**Lunch** is *here*, `now`", "Lunch is here, now"),
        ("# Menu\n\nSoup\nand bread", "Menu\n\nSoup\nand bread"),
        ("- one\n- two\n\nEnd", "- one\n- two\n\nEnd"),
        ("3. three\n4. four\n   - deeper", "3. three\n4. four\n  - deeper"),
        ("[Map](https://x.org/map)", "Map (https://x.org/map)"),
        ("<https://x.org/>", "https://x.org/"),
        ("<me@x.org>", "me@x.org"),
        ("```\n*code*\n```\n***\n> said", "*code*\n\n---\n\nsaid"),
        ("2 * 3 * 4 & <b>", "2 * 3 * 4 & <b>"),
        ("one  \ntwo", "one\ntwo"),
    ],
)
def test_as_text(text, expected):
    assert as_text(text) == expected
