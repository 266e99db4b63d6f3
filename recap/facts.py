"""What is known of an event, counted and chosen for everybody's eyes.

Nothing here asks who reads: a recap is written for the public, so only what the public
may see goes in. Answers come through feedback.reports and its groups of k alone.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from events.models import Event, Registration
from feedback import reports
from feedback.actions import people_to_ask
from feedback.models import Survey
from judging.models import Judge, PublishedResult
from judging.reveal import public_versions
from mentoring.models import HelpRequest
from submissions.models import Dataset, Idea, Project, ToolUse


@dataclass(frozen=True)
class Numbers:
    """Of the day; all count rows."""

    registered: int
    came: int
    teams: int
    ideas: int
    projects: int
    datasets: int
    tools: int
    helped: int


def public_result(event: Event) -> PublishedResult | None:
    return next(iter(public_versions(event)), None)


def basis_of(event: Event) -> str:
    """What the told results and answers rest on; other than before: write anew."""
    result = public_result(event)
    k = k_of(event)
    # Of whom results tell, and who stands no more: as short as the column is.
    told = sorted(_told_by(result) & standing(event))
    digest = hashlib.sha256(repr(told).encode()).hexdigest()[:12]
    return f"results {result.version if result else 0} {digest}, answers {k}"


def k_of(event: Event) -> int | None:
    """How many must have said the same, as it was fixed when the survey closed."""
    closed = Survey.objects.filter(event=event, closed_at__isnull=False)
    return closed.values_list("k", flat=True).first()


def standing(event: Event) -> set[int]:
    """Projects that may be named: those that nobody took back."""
    shown = Project.objects.in_gallery().filter(event=event)
    return set(shown.values_list("pk", flat=True))


def _told_by(result: PublishedResult | None) -> set[int]:
    told = result.snapshot if result else {}
    lines = [*told.get("awards", [])]
    for round_ in told.get("rounds", [])[-1:]:
        lines += [line for line in round_["projects"] if line["rank"] == 1]
    return {line["project"] for line in lines}


def public_projects(event: Event) -> QuerySet[Project]:
    """What was handed in, each with what may be told of it."""
    return (
        Project.objects.in_gallery()
        .filter(event=event)
        .select_related("event", "team")
        .prefetch_related(*told_of_projects(""))
        .order_by("team__name", "pk")
    )


def told_of_projects(prefix: str) -> list[Prefetch[Any]]:
    """The public part of what belongs to projects, looked up whenever it is read."""
    return [
        Prefetch(f"{prefix}pictures"),
        Prefetch(f"{prefix}tool_uses", ToolUse.objects.select_related("tool")),
        Prefetch(
            f"{prefix}datasets", Dataset.objects.visible_to(None), to_attr="public_data"
        ),
        Prefetch(
            f"{prefix}team__ideas",
            Idea.objects.filter(is_withdrawn=False),
            to_attr="public_ideas",
        ),
    ]


def numbers_of(event: Event) -> Numbers:
    places = event.registrations
    return Numbers(
        registered=places.taking_part().count(),
        came=people_to_ask(event).count(),
        teams=event.teams.filter(memberships__isnull=False).distinct().count(),
        ideas=event.ideas.filter(is_withdrawn=False).count(),
        projects=Project.objects.in_gallery().filter(event=event).count(),
        datasets=Dataset.objects.visible_to(None).filter(event=event).count(),
        tools=ToolUse.objects.filter(
            project__in=Project.objects.in_gallery().filter(event=event)
        )
        .order_by()
        .values("tool")
        .distinct()
        .count(),
        helped=HelpRequest.objects.counted().filter(event=event).count(),
    )


def awards_of(event: Event) -> list[dict[str, Any]]:
    """Prizes as they were published, of projects that still stand in the gallery."""
    result = public_result(event)
    awards = result.snapshot.get("awards", []) if result else []
    shown = standing(event)
    return [award for award in awards if award["project"] in shown]


def leaders_of(event: Event) -> list[tuple[str, list[dict[str, Any]]]]:
    """The first of the last round, where a result is public and they still stand."""
    result = public_result(event)
    rounds = result.snapshot.get("rounds", []) if result else []
    shown = standing(event)
    return [
        (
            round_["name"],
            [
                line
                for line in round_["projects"]
                if line["rank"] == 1 and line["project"] in shown
            ],
        )
        for round_ in rounds[-1:]
    ]


def tools_told(report: reports.EventReport) -> Sequence[reports.ToolRow]:
    """Tools with a verdict of k people or more, as on the event's own page."""
    return [row for row in report.stacks.rows if row.verdict]


def tools_used(report: reports.EventReport) -> list[tuple[str, int]]:
    """Which tools the projects name, and in how many teams."""
    return [(row.tool.name, row.teams) for row in report.stacks.rows if row.teams]


def help_asked(event: Event) -> list[tuple[str, int]]:
    return HelpRequest.objects.filter(event=event).by_tool()


def judges_who_scored(event: Event) -> QuerySet[Judge]:
    """Who has judged something, by card or by comparison."""
    judges = Judge.objects.filter(event=event)
    return (
        judges.filter(scorecards__status="done")
        | judges.filter(comparisons__isnull=False)
    ).distinct()


def mentors_who_came(event: Event) -> QuerySet[Registration]:
    return (
        event.registrations.filter(
            role=Registration.Role.MENTOR, user__in=people_to_ask(event)
        )
        .select_related("user")
        .order_by("user__display_name")
    )
