from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from events.consequences import consequence, name_some
from events.models import Event


@consequence
def smaller_teams(event: Event, changed: Mapping[str, Any]) -> Iterator[str]:
    size = changed.get("max_team_size")
    if size is None or size == event.max_team_size:
        return
    larger = event.teams.active().annotate(size=Count("memberships"))
    names = [
        f"{team} ({team.size})"  # type: ignore[attr-defined]
        for team in larger.filter(size__gt=size).order_by("name")
    ]
    if names:
        yield _(
            "These teams are larger than %(size)d. They stay as they are; nobody can "
            "join them: %(names)s."
        ) % {"size": size, "names": name_some(names)}


@consequence
def larger_smallest_team(event: Event, changed: Mapping[str, Any]) -> Iterator[str]:
    size = changed.get("min_team_size")
    if size is None or size <= event.min_team_size:
        return
    rows = event.teams.active().annotate(size=Count("memberships"))
    names = [
        f"{team} ({team.size})"  # type: ignore[attr-defined]
        for team in rows.filter(size__lt=size).order_by("name")
    ]
    if names:
        yield _(
            "These teams are smaller than %(size)d. They stay as they are, and are "
            "told that somebody is missing: %(names)s."
        ) % {"size": size, "names": name_some(names)}
