"""The days of an event in words: one, or the first and the last."""

from datetime import timedelta

from django.utils.formats import date_format

from events.models import Event

# A party that goes on after midnight is still of the day before.
NIGHT = timedelta(hours=5)


def days_of(event: Event, *, with_weekday: bool = False) -> str:
    first = event.starts_at.astimezone(event.zone).date()
    last = max(first, (event.ends_at.astimezone(event.zone) - NIGHT).date())
    parts = [*(["l"] if with_weekday else []), "j", "F", "Y"]
    until = date_format(last, " ".join(parts))
    if first == last:
        return until
    said = parts
    if first.year == last.year:  # said once
        said = parts[:-2] if first.month == last.month else parts[:-1]
    dash = "\u2013" if said == ["j"] else " \u2013 "
    return f"{date_format(first, ' '.join(said))}{dash}{until}"
