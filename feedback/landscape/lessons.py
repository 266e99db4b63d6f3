"""Where teams wrote about a tool in their lessons learned."""

import re
from dataclasses import dataclass

from django.db.models import Q

from core.search import has
from submissions.models import Project, Tool

SHOWN = 12
READ_AT_MOST = 300
# Names as short as "R" or "Go" are words of the language, unless written like a name.
SHORT = 3
AROUND = 180
MARKS = re.compile(r"[*_`#>\[\]]|\]\([^)]*\)|^\s*[-+]\s+", re.MULTILINE)


@dataclass(frozen=True)
class Lesson:
    project: Project
    excerpt: str


def _pattern(name: str) -> str:
    word = rf"(?<!\w){re.escape(name)}(?!\w)"
    return word if len(name) <= SHORT else f"(?i:{word})"


def mention(names: list[str]) -> re.Pattern[str]:
    """Finds any of these names as a whole word."""
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile("|".join(_pattern(name) for name in longest_first))


def excerpt(text: str, found: re.Match[str]) -> str:
    """The sentence or two around the name, cut between words."""
    start, end = max(found.start() - AROUND, 0), min(found.end() + AROUND, len(text))
    before, after = text[start : found.start()], text[found.end() : end]
    if start and " " in before:
        before = "… " + before.split(" ", 1)[1]
    if end < len(text) and " " in after:
        after = after.rsplit(" ", 1)[0] + " …"
    return " ".join(f"{before}{found[0]}{after}".split())


def lessons_about(tool: Tool) -> tuple[Lesson, ...]:
    """From projects that everybody may read, the latest first."""
    pattern = mention(tool.names)
    projects = (
        Project.objects.in_gallery()
        .filter(event__is_published=True)
        .filter(_any_of(tool.names))
        .select_related("event")
        .order_by("-event__starts_at", "title", "pk")[:READ_AT_MOST]
    )
    lessons = []
    for project in projects:
        plain = MARKS.sub("", project.lessons_learned)
        if found := pattern.search(plain):
            lessons.append(Lesson(project, excerpt(plain, found)))
    return tuple(lessons[:SHOWN])


def _any_of(names: list[str]) -> Q:
    wanted = Q()
    for name in names:
        wanted |= has("lessons_learned", name)
    return wanted
