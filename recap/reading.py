"""A recap as it is read: on the page, as Markdown and as PDF, all from here.

Texts are stored; whatever a rule guards (a withdrawn project, a dataset that became
private, results that were taken back, a judge's name) is looked up at every reading.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import Event
from feedback.reports import event_report
from recap import facts
from recap.models import Block, BlockQuerySet, Recap
from recap.picture import Picture
from recap.writing import lesson_draft, project_draft
from submissions.models import Dataset, Idea, Project, ProjectPicture, Tool

Kind = Block.Kind
# These rest on results or on answers: shown only while those stand as they were told,
# an organiser's words about them included.
RESTS_ON_BASIS = (Kind.WINNERS, Kind.TOOLS)
DRAFTS = {Kind.PROJECT: project_draft, Kind.LESSON: lesson_draft}
SECTIONS = {
    Kind.PROJECT: gettext_lazy("What was built"),
    Kind.LESSON: gettext_lazy("Lessons learned"),
}


@dataclass(frozen=True)
class ProjectFacts:
    """What everybody may see of a project right now."""

    project: Project
    team: str
    idea: Idea | None
    datasets: tuple[Dataset, ...]
    tools: tuple[Tool, ...]
    pictures: tuple[ProjectPicture, ...]

    @property
    def url(self) -> str:
        return f"{settings.SITE_URL}{self.project.get_absolute_url()}"


@dataclass(frozen=True)
class Part:
    """One block, ready to be shown."""

    block: Block
    kind: str
    section: str  # the heading above several of a kind; empty if the title is its own
    title: str
    text: str
    project: ProjectFacts | None = None
    picture: Picture | None = None
    names: tuple[tuple[str, str], ...] = ()


def blocks_with_projects(recap: Recap) -> BlockQuerySet:
    return (
        Block.objects.filter(recap=recap)
        .select_related("project__team", "project__event")
        .prefetch_related(*facts.told_of_projects("project__"))
    )


def parts(recap: Recap) -> list[Part]:
    """What the public reads, in order."""
    event = recap.event
    is_true = recap.basis == facts.basis_of(event)
    told = (
        part_of(block, recap)
        for block in blocks_with_projects(recap).told()
        if block.kind not in RESTS_ON_BASIS or (is_true and not block.has_moved_on)
    )
    return [part for part in told if part.text or part.kind != Kind.LESSON]


def part_of(block: Block, recap: Recap) -> Part:
    kind = Kind(block.kind)
    project = block.project
    title, text = block.shown_title, block.shown_text
    if project and not block.is_edited and kind in DRAFTS:
        now = DRAFTS[kind](project)  # what a team took out is told no more
        title, text = now.title, now.text
    return Part(
        block=block,
        kind=block.kind,
        section=str(SECTIONS.get(kind, "")),
        title=title,
        text=text,
        project=facts_of(project) if project else None,
        picture=picture_of(recap.event) if kind == Kind.LANDSCAPE else None,
        names=tuple(_names(recap)) if kind == Kind.THANKS else (),
    )


def facts_of(project: Project) -> ProjectFacts:
    ideas: list[Idea] = project.team.public_ideas  # type: ignore[attr-defined]
    return ProjectFacts(
        project=project,
        team=project.team.name,
        idea=ideas[0] if ideas else None,
        datasets=tuple(project.public_data),  # type: ignore[attr-defined]
        tools=tuple(use.tool for use in project.tool_uses.all()),
        pictures=tuple(project.pictures.all()),
    )


def picture_of(event: Event) -> Picture | None:
    """``None`` where no project names any tool."""
    report = event_report(event)
    return Picture(report) if report.rooms else None


def _names(recap: Recap) -> Iterator[tuple[str, str]]:
    """Of people, where the organisers say that they agreed."""
    if recap.names_judges:
        judges = facts.judges_who_scored(recap.event)
        if names := ", ".join(judge.name for judge in judges):
            yield _("Judges"), names
    if recap.names_mentors:
        mentors = facts.mentors_who_came(recap.event)
        if names := ", ".join(str(mentor.user) for mentor in mentors):
            yield _("Mentors"), names
