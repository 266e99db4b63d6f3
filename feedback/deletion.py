"""What was answered stays, and with it what was asked."""

from django.utils.translation import gettext as _

from core.deletion import stays_because
from events.models import Event
from feedback.models import Question, Response, ToolReview


@stays_because(Question)
def was_answered(question: Question) -> str | None:
    if not question.answers.exists():
        return None
    return _("“%(question)s” has answers. Stop asking it instead.") % {
        "question": question
    }


@stays_because(Event)
def has_answers(event: Event) -> str | None:
    about = {"survey__event": event}
    if not (
        Response.objects.filter(**about).exists()
        or ToolReview.objects.filter(**about).exists()
    ):
        return None
    return _(
        "People have answered the survey of “%(event)s”, so it stays. Unpublish it "
        "instead: then only organisers see it."
    ) % {"event": event}
