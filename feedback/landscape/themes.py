"""What people wrote, and the themes it falls into; for the organisers of the event."""

from collections import Counter

from feedback.landscape.remarks import Group, Remark, group
from feedback.models import RemarkTheme, Survey


def remarks_of(survey: Survey) -> list[Remark]:
    """What organisers may read: about tools of k reviewers, and the day, of k people.

    Quotable or not: they are for the organisers' eyes. ``k`` people, because of two who
    used a tool everybody would know which is whose.
    """
    if not survey.closed_at:
        return []
    reviews = list(
        survey.reviews.select_related("tool__merged_into").order_by("tool__name", "pk")
    )
    reviewers = Counter(review.tool_id for review in reviews)
    about_tools = [
        Remark(f"tool-{review.pk}", review.remark, review.tool.current.name)
        for review in reviews
        if review.remark and reviewers[review.tool_id] >= survey.k_now
    ]
    said = list(survey.responses.order_by("pk").values_list("pk", "what_to_change"))
    about_the_day = [
        Remark(f"day-{pk}", wish)
        for pk, wish in said
        if wish and len(said) >= survey.k_now
    ]
    return about_tools + about_the_day


def themes_of(survey: Survey) -> list[Group]:
    """Pinned ones first, then those that organisers have named, then what is left."""
    left = {remark.key: remark for remark in remarks_of(survey)}
    kept = []
    for theme in RemarkTheme.objects.filter(event=survey.event_id):
        own = tuple(left.pop(key) for key in theme.remarks if key in left)
        if own:
            kept.append(Group(theme.name, own, theme.pk, theme.is_pinned))
    return kept + group(left.values())
