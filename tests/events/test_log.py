"""The log speaks to people."""

import ast
from pathlib import Path

from django.urls import reverse

from events.log import in_words, known_verbs, record

ROOT = Path(__file__).resolve().parents[2]
APPS = (
    "accounts", "events", "notifications", "teams", "submissions", "judging",
    "feedback", "mentoring", "recap", "dashboard",
)  # fmt: skip


def sources():
    for app in APPS:
        for file in (ROOT / app).rglob("*.py"):
            if file.name != "verbs.py":
                yield ast.parse(file.read_text())


def texts_in(tree):
    for part in ast.walk(tree):
        if isinstance(part, ast.Constant) and "." in str(part.value):
            yield part.value


def test_every_verb_has_words_and_no_words_are_left_over():
    recorded, written = set(), set()
    for source in sources():
        written.update(texts_in(source))
        for node in ast.walk(source):
            if isinstance(node, ast.Call) and "record" in ast.unparse(node.func):
                # A verb stands second; some are chosen before, and stand elsewhere.
                recorded.update(*(texts_in(part) for part in node.args[1:2]))

    assert len(recorded) > 40
    assert recorded <= known_verbs() <= written


def test_entries_read_as_sentences(sign_in, event, organiser):
    record(organiser, "teams.renamed", "Wrens", event=event, before="Robins")
    record(organiser, "teams.handed_over", "Wrens", event=event)
    record(organiser, "bells.rung", "Ding", event=event)
    record(None, "projects.edited", "Birds", event=event, after_deadline=True,
           reason="power cut")  # fmt: skip

    assert {in_words(entry) for entry in event.audit_entries.all()} == {
        "renamed the team Robins to Wrens",
        "made ? captain of Wrens",
        "bells.rung: Ding",
        "edited the project Birds",
    }
    html = sign_in(organiser).get(reverse("events:log", args=[event.slug]))
    assert "after the deadline" in html.content.decode()
    assert "power cut" in html.content.decode()


def test_a_percent_sign_in_a_name_is_only_a_sign(event, organiser):
    record(organiser, "teams.joined", "100 %(s Wrens", event=event)

    assert in_words(event.audit_entries.get()) == "joined the team 100 %(s Wrens"
