"""A new event gets a rubric to start from; a copied one takes its rubric along."""

from django.utils.translation import gettext as _

from events import hooks
from events.models import Event
from judging.actions import deal_cards
from judging.models import Criterion, Round
from submissions import hooks as submission_hooks
from submissions.models import Project


def default_rubric() -> list[tuple[str, str, str]]:
    """Name, what to look at, and a word on each level from 1 to 5."""
    return [
        (
            _("Idea"),
            _("Is it worth doing, and is it new?"),
            _(
                "Seen before\nA small twist\nA good idea\nA fresh idea\n"
                "I wish I had thought of it"
            ),
        ),
        (
            _("Data"),
            _("Is the data understood and well used?"),
            _(
                "Not looked at\nUsed as it came\nUnderstood\n"
                "Understood and cleaned\nThe data tells the story"
            ),
        ),
        (
            _("Craft"),
            _("Does it work, and how well is it made?"),
            _(
                "Does not run\nRuns in parts\nRuns in the demo\n"
                "Solid\nCould be used tomorrow"
            ),
        ),
        (
            _("Demo"),
            _("Did we understand what it is and why?"),
            _("Lost us\nHard to follow\nClear\nVery clear\nWe want to try it now"),
        ),
    ]


@hooks.event_created
def add_default_rubric(event: Event) -> None:
    first = Round.objects.create(event=event, name=_("Demos"))
    Criterion.objects.bulk_create(
        Criterion(round=first, name=name, description=about, levels=levels, order=order)
        for order, (name, about, levels) in enumerate(default_rubric())
    )


@hooks.event_copied
def copy_rubric(source: Event, event: Event) -> None:
    for round_ in source.rounds.prefetch_related("criteria"):
        criteria = list(round_.criteria.all())
        copy = Round.objects.create(
            event=event,
            name=round_.name,
            kind=round_.kind,
            order=round_.order,
            minutes_per_demo=round_.minutes_per_demo,
        )
        for criterion in criteria:
            criterion.pk = None
            criterion._state.adding = True
            criterion.round = copy
        Criterion.objects.bulk_create(criteria)


@submission_hooks.project_submitted
@submission_hooks.project_withdrawn
def deal_again(project: Project) -> None:
    """A project that was handed in gets its judges at once."""
    if project.event.judges.exists():
        deal_cards(project.event)
