"""A verdict with names in the place of numbers, for the pages that show it."""

from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from core.broker import has_broker
from core.pagecache import unless_away
from judging.estimates import kept_verdict, verdict_on
from judging.evidence import Evidence
from judging.explaining import judge_in_words, look_at, middle_of, why
from judging.models import Judge, Round, RoundEstimate
from judging.running import running_order
from judging.tasks import estimate_round
from submissions.models import Project

# So many scores are computed while one waits for the page: a third of a second.
SMALL = 400
# So many judges must have seen each project before anything is said of chances.
ENOUGH_JUDGES = 2
# If no worker has answered by then, there is none: compute it here.
PATIENCE = timedelta(seconds=20)


def ready_verdict(evidence: Evidence) -> dict[str, Any] | None:
    """The verdict on this, or ``None`` while a worker is at it."""
    verdict = kept_verdict(evidence)
    is_short = evidence.size <= SMALL or not has_broker()
    if verdict is None and (is_short or _waited(evidence)):
        verdict = verdict_on(evidence)
    return verdict


def _waited(evidence: Evidence) -> bool:
    """Ask a worker once; whether it was asked long ago and has not answered.

    While the cache is away, nobody can tell who was asked.
    """
    key, now = f"estimate-asked:{evidence.digest}", timezone.now()
    is_new = unless_away(cache.add, key, now, 600)
    if is_new is None:
        return True
    if is_new:
        # A partial has no name, which Django asks for when the broker is away.
        transaction.on_commit(
            lambda: estimate_round.delay(evidence.round.pk), robust=True
        )
        return False
    asked: datetime = unless_away(cache.get, key) or now
    return now - asked > PATIENCE


class RoundOnPage:
    """One round's verdict with names in the place of numbers."""

    def __init__(
        self, evidence: Evidence, projects: dict[int, Project], judges: dict[int, Judge]
    ) -> None:
        self.evidence, self.round = evidence, evidence.round
        self.projects, self.people = projects, judges
        self.top = evidence.inputs["top"]
        self.method = Round.Method(evidence.inputs["method"])
        self.is_fixed = evidence.size > 0
        verdict = ready_verdict(evidence)
        self.kept = RoundEstimate.objects.filter(round=self.round).first()
        self.is_pending = verdict is None
        # While a worker computes, the last one computed is better than nothing.
        self.verdict = verdict or (self.kept.verdict if self.kept else None)

    @cached_property
    def unseen(self) -> list[Project]:
        """Those that take part and that nobody has scored or compared yet."""
        seen = {line["project"] for line in self.lines}
        order = running_order(self.round)
        return sorted(
            (project for project in order if project.pk not in seen),
            key=lambda project: project.title.lower(),
        )

    @cached_property
    def is_thin(self) -> bool:
        """Whether the plain mean stands, for want of scores."""
        return any(line.get("is_thin") for line in self.lines)

    @cached_property
    def tells_chances(self) -> bool:
        """One judge's word on a project makes nothing likely."""
        return (
            not self.is_thin
            and not self.unseen
            and all(line["judges"] >= ENOUGH_JUDGES for line in self.lines)
        )

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        places = self.verdict["places"] if self.verdict else []
        middle = middle_of(places)
        return [
            {
                **line,
                "name": self.projects[line["project"]],
                "criteria": list(line["criteria"].values()),
                "bar": bar(line),
                "why": why(line, middle),
            }
            for line in places
            if line["project"] in self.projects
        ]

    @cached_property
    def judges(self) -> list[dict[str, Any]]:
        """Only of the evidence at hand: numbers of an older one mean other people."""
        told = self.verdict["judges"] if self.verdict and not self.is_pending else {}
        usual = sorted(one["noise"] for one in told.values())
        noise = usual[len(usual) // 2] if usual else 0.0
        rows = [
            {
                **one,
                "judge": self.people[self.evidence.judges[label]],
                "words": judge_in_words(one, noise),
                "look": look_at(one),
            }
            for label, one in told.items()
        ]
        return sorted(rows, key=lambda row: (not row["look"], row["judge"].name))

    @cached_property
    def pairs(self) -> list[dict[str, Any]]:
        return [
            {
                "first": self.projects[pair["projects"][0]],
                "second": self.projects[pair["projects"][1]],
                "chance": pair["chance"],
                "other": 1 - pair["chance"],
            }
            for pair in (
                self.verdict["pairs"] if self.verdict and self.tells_chances else []
            )
            if all(pk in self.projects for pk in pair["projects"])
        ]


def bar(line: dict[str, Any]) -> dict[str, float]:
    """Where the interval lies on a bar from 0 to 100."""
    low, high, estimate = (
        round(min(max(line[key], 0.0), 100.0), 1) for key in ("low", "high", "estimate")
    )
    return {
        "low": low,
        "high": high,
        "width": round(max(high - low, 1.0), 1),
        "estimate": estimate,
    }
