from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from events import audit
from events.models import Event
from judging.checking import cards_with_chains, faults_of, without_a_chain


class Command(BaseCommand):
    help = (
        "Compute the chains of the log and of all scorecards anew, compare scores and "
        "results with what arrived and was published, and name what does not agree."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--event", help="only this event's (its slug)")
        parser.add_argument(
            "--noted",
            metavar="NUMBER:DIGEST",
            help="an end of the log as it was noted earlier; needs --event",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        event = _event(options["event"])
        audit.seal_all()
        known = [event.pk] if event else list(audit.chains())
        for number in known:
            if problem := audit.verify(number):
                raise CommandError(f"{_name(number)}, {problem}")
        if options["noted"]:
            _as_noted(event, options["noted"])
        events = [event] if event else list(Event.objects.order_by("pk"))
        if faults := [fault for one in events for fault in faults_of(one)]:
            raise CommandError("\n".join(faults))
        entries = sum(audit.length_of(number) for number in known)
        cards = sum(cards_with_chains(one).count() for one in events)
        self.stdout.write(
            f"{entries} log entries in {len(known)} chains and {cards} "
            "scorecards are as they were written."
        )
        if unchecked := sum(without_a_chain(one) for one in events):
            self.stdout.write(
                f"{unchecked} scored cards cannot be checked: "
                "nothing that arrived for them was kept."
            )


def _event(slug: str | None) -> Event | None:
    if slug is None:
        return None
    event = Event.objects.filter(slug=slug).first()
    if event is None:
        raise CommandError(f"There is no event {slug!r}.")
    return event


def _name(number: int) -> str:
    event = Event.objects.filter(pk=number).first()
    return f"Log of {event.slug}" if event else f"Log {number}"


def _as_noted(event: Event | None, noted: str) -> None:
    number, _colon, digest = noted.partition(":")
    if event is None or not number.isdecimal():
        raise CommandError("--noted is NUMBER:DIGEST and needs --event.")
    if not audit.is_in(event.pk, int(number), digest):
        raise CommandError(f"{_name(event.pk)}, entry {number} was another one then.")
