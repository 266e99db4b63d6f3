"""What surveys do when something happens below them; see events.hooks."""

from collections.abc import Iterator
from copy import copy
from typing import Any

from events import hooks
from events.models import Event, Registration
from feedback.actions import invite_latecomer, prepare_survey
from feedback.models import Answer, Question, Survey, ToolReview, Wish
from submissions import hooks as submission_hooks
from submissions.models import Tool

ANSWERS = ("meets_my_needs", "easy_to_use", "again")
LISTS = ("helped", "in_the_way")


@hooks.event_created
def add_usual_survey(event: Event) -> None:
    prepare_survey(event)


@hooks.checked_in
def ask_latecomers(registration: Registration) -> None:
    invite_latecomer(registration)


@hooks.event_copied
def copy_survey(source: Event, event: Event) -> None:
    """What is asked; not who is asked, nor what they said."""
    old = Survey.objects.filter(event=source).first()
    if old is None:
        prepare_survey(event)
        return
    survey = Survey.objects.create(event=event, asks_wishes=old.asks_wishes)
    for question in old.questions.asked():
        new = copy(question)
        new.pk, new._state.adding = None, True
        new.survey = survey
        new.save()


@submission_hooks.tool_merged
def ask_about_what_stays(goes: Tool, stays: Tool) -> None:
    """Where a survey is not closed, its people are asked about the tool that stays.

    Who has reviewed both keeps every word: what was not answered about the one is taken
    from the other, ticks are put together, and so are the two texts. Answers of closed
    surveys are final and stay where they are (docs/adr/0026).
    """
    for review, twin in _with_twins(ToolReview, goes, stays, "response"):
        if twin is not None:
            _join(twin, review)
            twin.save()
    for wish, twin in _with_twins(Wish, goes, stays, "response"):
        if twin is not None:
            twin.wants_it = twin.wants_it or wish.wants_it
            twin.save()
    for answer, twin in _with_twins(Answer, goes, stays, "response", "question"):
        if twin is not None and answer.question.kind == Question.Kind.TEXT:
            twin.value = "\n\n".join(dict.fromkeys([twin.value, answer.value]))
            twin.save()
    Question.objects.filter(tool=goes, survey__closed_at__isnull=True).update(
        tool=stays
    )


def _with_twins(
    model: Any, goes: Tool, stays: Tool, *same: str
) -> Iterator[tuple[Any, Any]]:
    """Move rows to the tool that stays; where there is one, join them and drop one."""
    rows = model.objects.select_for_update().filter(survey__closed_at__isnull=True)
    for row in rows.filter(tool=goes).order_by("pk"):
        own = {f"{name}_id": getattr(row, f"{name}_id") for name in same}
        twin = rows.filter(tool=stays, **own).first()
        yield row, twin
        if twin is None:
            row.tool = stays
            row.save(update_fields=["tool"])
        else:
            row.delete()


def _join(kept: ToolReview, other: ToolReview) -> None:
    # Where only one of the two texts may be quoted, the two together may not.
    texts = [review.remark for review in (kept, other) if review.remark]
    may_quote = all(r.may_quote for r in (kept, other) if r.remark) and bool(texts)
    for name in ANSWERS:
        setattr(kept, name, getattr(kept, name) or getattr(other, name))
    for name in LISTS:
        both = [*getattr(kept, name), *getattr(other, name)]
        setattr(kept, name, list(dict.fromkeys(both)))
    kept.remark = "\n\n".join(dict.fromkeys(texts))
    kept.may_quote = may_quote
