"""The running order: which demo comes after which, for stage, phones and screen."""

from collections.abc import Iterable

from judging.hall import NO_PLACE, by_table
from judging.models import Entry, Round
from submissions.models import Project


def running_order(round_: Round) -> list[Project]:
    """The projects of a round in the order in which they are on.

    Those an organiser has given a place come first, in that order; all others follow
    by table and team, so a project that is handed in late is at the end. Teams that
    are set aside are not in it.
    """
    return running_orders([round_])[round_.pk]


def running_orders(rounds: Iterable[Round]) -> dict[int, list[Project]]:
    """The order of each of these rounds, by the round's number. Three queries."""
    rounds = list(rounds)
    places, aside = {}, set()
    for entry in Entry.objects.filter(round__in=rounds):
        key = entry.round_id, entry.project_id
        places[key] = entry.position
        if entry.set_aside_at is not None:
            aside.add(key)
    projects = sorted(
        Project.objects.in_gallery()
        .filter(event__in={round_.event_id for round_ in rounds})
        .select_related("team", "event")
        .prefetch_related("tracks"),
        key=by_table,
    )
    return {
        round_.pk: sorted(
            (
                one
                for one in projects
                if _takes_part(one, round_, places) and (round_.pk, one.pk) not in aside
            ),
            key=lambda one, pk=round_.pk: places.get((pk, one.pk), NO_PLACE),  # type: ignore[misc]
        )
        for round_ in rounds
    }


def _takes_part(
    project: Project, round_: Round, places: dict[tuple[int, int], int]
) -> bool:
    if project.event_id != round_.event_id:
        return False
    if round_.follows_id is not None:
        return (round_.pk, project.pk) in places
    if round_.track_id is None:
        return True
    return round_.track_id in {track.pk for track in project.tracks.all()}


def after(order: list[Project], project: int | None, step: int = 1) -> Project | None:
    """The demo ``step`` places after this one; ``None`` beyond either end.

    After nothing comes the first. What is no longer in the order counts as nothing.
    """
    numbers = [one.pk for one in order]
    place = numbers.index(project) if project in numbers else -1
    place += step
    return order[place] if 0 <= place < len(order) else None
