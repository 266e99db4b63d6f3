"""What organisers can do to the themes that people's remarks fall into.

A theme that somebody has named, merged or pinned keeps its remarks; all others are put
together anew from what is left, each time somebody looks.
"""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.exceptions import Refused
from core.text import clean_line
from events.log import record
from events.models import Event
from feedback.landscape.remarks import Group
from feedback.landscape.themes import themes_of
from feedback.models import RemarkTheme, Survey

MOST_LETTERS = 80


class NotClosedYet(Refused):
    message = _("There are themes when the survey is closed and its answers are final.")


class ThemesHaveChanged(Refused):
    message = _("The themes have changed since you looked. Please look again.")


class NameIsTaken(Refused):
    message = _("Another theme has this name. Merge the two, or choose another one.")


class NoName(Refused):
    message = _("Please give the theme a name of at most 80 letters.")


class NothingToMerge(Refused):
    message = _("Choose two themes or more to merge.")


def _locked(event: Event, keys: list[str]) -> list[Group]:
    """These themes, with the survey's row held, so that two cannot both have them."""
    survey = Survey.objects.select_for_update().filter(event=event).first()
    if survey is None or not survey.closed_at:
        raise NotClosedYet
    there = {found.key: found for found in themes_of(survey)}
    try:
        return [there[key] for key in dict.fromkeys(keys)]
    except KeyError as error:
        raise ThemesHaveChanged from error


def _keep(event: Event, found: Group, **fields: Any) -> RemarkTheme:
    name = fields.pop("name", found.name)
    own = RemarkTheme.objects.filter(event=event)
    theme = own.filter(pk=found.pk).first() if found.pk else None
    theme = theme or RemarkTheme(event=event)
    if own.filter(name=name).exclude(pk=theme.pk or 0).exists():
        raise NameIsTaken
    theme.name = name
    theme.remarks = [remark.key for remark in found.remarks]
    for field, value in fields.items():
        setattr(theme, field, value)
    theme.save()
    return theme


@transaction.atomic
def rename_theme(event: Event, user: User, key: str, name: str) -> RemarkTheme:
    (found,) = _locked(event, [key])
    name = clean_line(name)
    if not 0 < len(name) <= MOST_LETTERS:
        raise NoName
    theme = _keep(event, found, name=name)
    record(user, "feedback.theme_renamed", theme, event=event, old=found.name)
    return theme


@transaction.atomic
def pin_theme(event: Event, user: User, key: str, *, pinned: bool) -> RemarkTheme:
    """A pinned theme stands at the top; one that is not keeps its remarks, too."""
    (found,) = _locked(event, [key])
    theme = _keep(event, found, is_pinned=pinned)
    verb = "feedback.theme_pinned" if pinned else "feedback.theme_unpinned"
    record(user, verb, theme, event=event)
    return theme


@transaction.atomic
def merge_themes(event: Event, user: User, keys: list[str]) -> RemarkTheme:
    """One theme of several: the first one's name, everybody's remarks."""
    first, *others = _locked(event, keys)
    if not others:
        raise NothingToMerge
    RemarkTheme.objects.filter(
        event=event, pk__in=[other.pk for other in others if other.pk]
    ).delete()
    whole = Group(
        first.name,
        tuple(remark for found in (first, *others) for remark in found.remarks),
        first.pk,
    )
    theme = _keep(
        event, whole, is_pinned=any(found.is_pinned for found in (first, *others))
    )
    record(
        user,
        "feedback.themes_merged",
        theme,
        event=event,
        merged=", ".join(other.name for other in others),
    )
    return theme


@transaction.atomic
def release_theme(event: Event, user: User, key: str) -> None:
    """Let its remarks be put together anew with all the others."""
    (found,) = _locked(event, [key])
    if found.pk is None:
        return
    RemarkTheme.objects.filter(pk=found.pk).delete()
    record(user, "feedback.theme_released", found.name, event=event)
