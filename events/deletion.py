"""What people answered stays readable."""

from django.utils.translation import ngettext

from core.deletion import stays_because
from events.models import RegistrationQuestion


@stays_because(RegistrationQuestion)
def was_answered(question: RegistrationQuestion) -> str | None:
    key = str(question.pk)
    answers = question.event.registrations.values_list("answers", flat=True)
    number = sum(given.get(key) not in (None, "", []) for given in answers.iterator())
    if not number:
        return None
    return ngettext(
        "“%(question)s” has %(number)d answer. Stop asking it instead.",
        "“%(question)s” has %(number)d answers. Stop asking it instead.",
        number,
    ) % {"question": question, "number": number}
