from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from judging.posterior import estimate
from judging.tables import BadTable, read_evidence, write_estimates


class Command(BaseCommand):
    help = "Rank projects by the scores or comparisons in CSV files; no database."
    requires_system_checks: list[str] = []  # nothing of the site is needed

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scores", type=Path, help="judge,project,criterion,score")
        parser.add_argument("--weights", type=Path, help="criterion,weight[,low,high]")
        parser.add_argument("--comparisons", type=Path, help="judge,winner,loser")
        parser.add_argument("--round", help="of files that hold several rounds")
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--seed", type=int, default=0)

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            evidence = read_evidence(
                options["scores"],
                options["weights"],
                options["comparisons"],
                options["round"],
            )
            posterior = estimate(
                evidence.ratings,
                evidence.weights,
                evidence.comparisons,
                scale=evidence.scale,
                seed=options["seed"],
            )
            write_estimates(options["out"], posterior.projects)
        except BadTable as problem:
            raise CommandError(str(problem)) from None
        except OSError as problem:
            raise CommandError(f"{options['out']}: {problem.strerror}") from None
