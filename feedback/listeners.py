"""A new event gets a survey to start from; a copied one takes its questions along."""

from copy import copy

from events import hooks
from events.models import Event
from feedback.actions import prepare_survey
from feedback.models import Survey


@hooks.event_created
def add_usual_survey(event: Event) -> None:
    prepare_survey(event)


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
