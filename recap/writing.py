"""The words that Menlo writes: Markdown, one draft for each block of a recap.

What people typed as one line is escaped, so that it stays the text it is; their stories
and lessons are Markdown by themselves. Names of people, datasets and files stand in no
text: they are looked up when the recap is read (recap.reading).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Event
from feedback.reports import EventReport, ToolRow, event_report
from recap import facts
from recap.models import Block, Recap
from submissions.models import Project

Kind = Block.Kind
# Signs of Markdown anywhere, and those that are so at the beginning of a line or word.
SPECIAL = re.compile(r"([\\`*_\[\]<>|~&]|(?<!\S)#|^[+\-=])")
NUMBERED = re.compile(r"^(\d{1,9})([.)])")
EXCERPT = 600
QUOTES = 2
TOOLS_TOLD = 12


@dataclass(frozen=True)
class Draft:
    """A block as Menlo would write it now; ``key`` tells it from the others."""

    kind: Block.Kind
    key: str
    title: str
    text: str
    project: int | None = None


def escape(text: str) -> str:
    """A piece of a line, of which Markdown makes nothing."""
    return NUMBERED.sub(r"\1\\\2", SPECIAL.sub(r"\\\1", text))


def plain(text: str) -> str:
    """One line of somebody's text, of which Markdown makes nothing."""
    return escape(" ".join(text.split()))


def excerpt(story: str, but: str = "") -> str:
    """The first paragraph that is one and says more than ``but``, cut at a word."""
    for paragraph in re.split(r"\n\s*\n", story):
        text = paragraph.strip()
        if text not in {"", but} and not text.startswith(
            ("#", "```", "|", "---", "===")
        ):
            return Truncator(text).chars(EXCERPT)
    return ""


def drafts(recap: Recap) -> list[Draft]:
    """All blocks, in the order in which a newsletter tells them."""
    event = recap.event
    projects = list(facts.public_projects(event))
    report = event_report(event)
    return [
        *_numbers(event),
        *_winners(event),
        *map(project_draft, projects),
        *_landscape(event, report),
        *_tools(event, report),
        *_help(event),
        *(lesson_draft(one) for one in projects if one.lessons_learned),
        _thanks(recap),
    ]


def _numbers(event: Event) -> Iterator[Draft]:
    count = facts.numbers_of(event)
    lines = [
        (count.registered, ngettext("registered", "registered", count.registered)),
        (count.came, ngettext("came", "came", count.came)),
        (count.teams, ngettext("team", "teams", count.teams)),
        (count.ideas, ngettext("idea", "ideas", count.ideas)),
        (count.projects, ngettext("project", "projects", count.projects)),
        (count.datasets, ngettext("dataset", "datasets", count.datasets)),
        (count.tools, ngettext("tool", "tools", count.tools)),
        (count.helped, ngettext("call for help", "calls for help", count.helped)),
    ]
    yield Draft(
        Kind.NUMBERS,
        "numbers",
        _("The day in numbers"),
        "\n".join(f"- **{number}** {what}" for number, what in lines if number),
    )


def _winners(event: Event) -> Iterator[Draft]:
    lines = [
        _("- **%(prize)s**: [%(project)s](%(url)s) by %(team)s")
        % {
            "prize": plain(award["prize"]),
            "project": plain(award["title"]),
            "url": award["path"],
            "team": plain(award["team"]),
        }
        + (f". {plain(award['note'])}" if award["note"] else "")
        for award in facts.awards_of(event)
    ]
    for name, first in facts.leaders_of(event):
        lines += [
            _("- First in “%(round)s”: [%(project)s](%(url)s) by %(team)s")
            % {
                "round": plain(name),
                "project": plain(line["title"]),
                "url": line["path"],
                "team": plain(line["team"]),
            }
            for line in first
        ]
    if lines:
        yield Draft(Kind.WINNERS, "winners", _("Who won"), "\n".join(lines))


def project_draft(project: Project) -> Draft:
    parts = [f"**{plain(project.tagline)}**" if project.tagline else ""]
    parts.append(excerpt(project.story, but=project.tagline))
    return Draft(
        Kind.PROJECT,
        f"project:{project.pk}",
        project.title,
        "\n\n".join(part for part in parts if part),
        project.pk,
    )


def _landscape(event: Event, report: EventReport) -> Iterator[Draft]:
    used = facts.tools_used(report)
    if used:
        yield Draft(
            Kind.LANDSCAPE,
            "landscape",
            _("Which tools were used"),
            ngettext(
                "The projects name %(n)d tool. "
                "[More of it, with what goes with what](%(url)s).",
                "The projects name %(n)d tools. "
                "[All of them, with what goes with what](%(url)s).",
                len(used),
            )
            % {"n": len(used), "url": _url(event, "tools/")},
        )


def _tools(event: Event, report: EventReport) -> Iterator[Draft]:
    rows = list(facts.tools_told(report))
    if rows:
        told = [_verdict(row) for row in rows[:TOOLS_TOLD]]
        note = _(
            "Scores run from 0 to 100 (UMUX-Lite) with their 90 %% interval. Nothing "
            "is shown that fewer than %(k)d people said. [How to read this](%(url)s)."
        ) % {"k": facts.k_of(event), "url": _url(event, "tools/")}
        yield Draft(
            Kind.TOOLS,
            "tools",
            _("What people said of the tools"),
            "\n\n".join(["\n".join(told), note]),
        )


def _verdict(row: ToolRow) -> str:
    verdict = row.verdict
    said = [
        ngettext("%d team", "%d teams", row.teams) % row.teams,
    ]
    if verdict and verdict.score:
        said.append(
            _("score %(score).0f (%(low).0f to %(high).0f, %(n)d people)")
            % {
                "score": verdict.score.value,
                "low": verdict.score.low,
                "high": verdict.score.high,
                "n": verdict.score.n,
            }
        )
    if verdict and verdict.again:
        said.append(
            _("%(share)d %% would use it again")
            % {"share": round(100 * verdict.again.value)}
        )
    text = f"- **{plain(row.tool.name)}**: {', '.join(said)}."
    if verdict and verdict.helped:
        helped = ", ".join(theme.label for theme in verdict.helped)
        text += " " + _("What helped: %(what)s.") % {"what": helped.lower()}
    if verdict and verdict.in_the_way:
        hindered = ", ".join(theme.label for theme in verdict.in_the_way)
        text += " " + _("What got in the way: %(what)s.") % {"what": hindered.lower()}
    for quote in verdict.quotes[:QUOTES] if verdict else ():
        text += f" “{plain(quote)}”"
    return text


def _help(event: Event) -> Iterator[Draft]:
    asked = facts.help_asked(event)
    if asked:
        lines = [
            "- " + _("%(tool)s: %(n)d times") % {"tool": plain(tool), "n": n}
            for tool, n in asked
        ]
        yield Draft(
            Kind.HELP,
            "help",
            _("Where help was needed"),
            "\n".join([_("Teams called a mentor because of:"), "", *lines]),
        )


def lesson_draft(project: Project) -> Draft:
    return Draft(
        Kind.LESSON,
        f"lesson:{project.pk}",
        project.title,
        project.lessons_learned,
        project.pk,
    )


def _thanks(recap: Recap) -> Draft:
    lines = []
    for sponsor in recap.event.sponsors.all():
        name = plain(sponsor.name)
        if sponsor.website:
            name = f"[{name}]({sponsor.website})"
        gave = f": {plain(sponsor.what_they_give)}" if sponsor.what_they_give else ""
        lines.append(f"- {name}{gave}")
    if recap.volunteers:
        lines.append(
            "- " + _("Volunteers: %(names)s") % {"names": plain(recap.volunteers)}
        )
    return Draft(
        Kind.THANKS,
        "thanks",
        _("Thank you"),
        "\n".join(
            [
                _("To everybody who came, asked, built and explained. And to:"),
                "",
                *lines,
            ]
            if lines
            else [_("To everybody who came, asked, built and explained.")]
        ),
    )


def _url(event: Event, page: str) -> str:
    """Of this site; the newsletter and the PDF put its address before it."""
    return f"{event.get_absolute_url()}{page}"
