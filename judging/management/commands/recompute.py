"""Compute a published result again from what was frozen with it, and compare."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from core.ledger import digest_of
from judging.evidence import libraries
from judging.models import PublishedResult, Round
from judging.replay import evidence_from_log
from judging.verdict import MODEL, weigh

NAMED = ("title", "team", "path")


class Command(BaseCommand):
    help = "Compute published results again from their frozen inputs, and compare."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("event", help="the event's slug")
        parser.add_argument("--version", dest="number", type=int)
        parser.add_argument(
            "--from-log",
            action="store_true",
            help="also gather the scores again from all that ever arrived; "
            "only the newest version can agree, if nothing changed since",
        )

    # "--version" is Django's own word for another thing.
    def create_parser(self, *args: Any, **kwargs: Any) -> Any:
        return super().create_parser(*args, conflict_handler="resolve", **kwargs)

    def handle(self, *_args: Any, **options: Any) -> None:
        results = PublishedResult.objects.filter(event__slug=options["event"])
        if options["number"] is not None:
            results = results.filter(version=options["number"])
        if not results:
            raise CommandError("No such result is published.")
        wrong = 0
        if options["from_log"] and (fault := fault_of_log(results)):
            raise CommandError(fault)
        for result in results.order_by("version"):
            faults = faults_of(result)
            wrong += bool(faults)
            for fault in faults or [verdict_on(result)]:
                self.stdout.write(f"version {result.version}: {fault}")
        if wrong:
            raise CommandError(f"{wrong} of {len(results)} versions do not agree.")


def verdict_on(result: PublishedResult) -> str:
    """What is said of a result without a fault."""
    inputs = (result.inputs or {"rounds": []})["rounds"]
    if any(one.get("model", 1) != MODEL for one in inputs):
        return (
            "as it was published; this release computes in another way, so it cannot "
            "compute it again"
        )
    return "the same to the last digit"


def fault_of_log(results: QuerySet[PublishedResult]) -> str:
    result = results.latest("version")
    for inputs in (result.inputs or {"rounds": []})["rounds"]:
        found = evidence_from_log(Round.objects.get(pk=inputs["round"])).inputs
        if {**found, "model": None} != {**inputs, "model": None}:
            return f"Round {inputs['round']}: what arrived tells another result."
    return ""


def faults_of(result: PublishedResult) -> list[str]:
    """What does not agree, in words; empty if all does."""
    faults = []
    if digest_of(result.snapshot) != result.digest:
        faults.append("the result is not the one whose digest was published")
    if result.inputs is None:
        return [*faults, "published before inputs were kept: nothing to compute from"]
    if digest_of(result.inputs) != result.inputs_digest:
        faults.append("the inputs are not those whose digest was published")
    said = {one["round"]: one["projects"] for one in result.snapshot["rounds"]}
    for inputs in result.inputs["rounds"]:
        published = [
            {key: value for key, value in line.items() if key not in NAMED}
            for line in said.get(inputs["round"], [])
        ]
        if inputs.get("model", 1) != MODEL:
            continue
        if weigh(inputs)["places"] != published:
            faults.append(f"round {inputs['round']} comes out differently")
    if faults and result.inputs["libraries"] != libraries():
        faults.append(
            f"published with {result.inputs['libraries']}, here are {libraries()}"
        )
    return faults
