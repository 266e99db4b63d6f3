"""How long the landscape takes when nothing is kept, and how that grows.

    .venv/bin/python scripts/bench/landscape.py [--keep FOLDER]

Seeds a database of its own (SQLite in a folder that is removed afterwards, or the empty
one that DATABASE_URL names) with 200 tools, 5,000 responses of 50 events and planted
structure, then asks for the page as somebody with a cookie, whom no kept page serves.
The whole request counts: database, arithmetic, charts, template; "cpu" is the time that
this process worked, which tells more than the clock where others use the machine.
``--keep`` leaves the folder behind, to look at the site: ``DATA_DIR=FOLDER make run``.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
BUDGET = 300  # milliseconds
# Responses, tools.
SIZES = ((1000, 200), (5000, 200), (10_000, 200), (20_000, 200), (20_000, 400))
PER_EVENT, PER_TEAM, STACK = 100, 4, 6


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", type=Path, help="a new folder that is left behind")
    return parser.parse_args()


def prepare(folder):
    os.environ.setdefault("DATA_DIR", str(folder))
    os.environ.setdefault("MENLO_DEMO", "true")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hackathon.settings")
    from django.core.management import call_command

    import hackathon.wsgi  # noqa: F401 -- collects garbage as the site's processes do

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


class Seeder:
    """Adds events until there are enough responses; teams of four, who all answer."""

    def __init__(self) -> None:
        self.chance = random.Random(7)
        self.events = 0
        self.responses = 0
        self.tools = []

    def tools_up_to(self, wanted):
        from submissions.models import Tool, ToolCategory

        for number in range(len(self.tools), wanted):
            place = number % 20
            category, _new = ToolCategory.objects.get_or_create(
                slug=f"need-{place}",
                defaults={"name": f"Need number {place}", "order": place},
            )
            self.tools.append(
                Tool.objects.create(
                    name=f"Tool {number}",
                    slug=f"tool-{number}",
                    category=category,
                    is_open_source=number % 3 > 0,
                )
            )

    def stack(self):
        """Popular tools more often; some pairs belong together."""
        found = set()
        while len(found) < STACK:
            place = int(len(self.tools) * self.chance.random() ** 2)
            found.add(place)
            if place < 10 and self.chance.random() < 0.5:
                found.add(place + 10)  # planted: these two go together
        return [self.tools[place] for place in sorted(found)[:STACK]]

    def responses_up_to(self, wanted):
        while self.responses < wanted:
            self.event()

    def event(self):
        from django.utils import timezone

        from events.models import Event, Series
        from feedback.models import Response, Survey, ToolReview
        from submissions.models import Project, ToolUse
        from teams.models import Team

        number = self.events
        self.events += 1
        series, _new = Series.objects.get_or_create(
            slug=f"series-{number % 5}", defaults={"name": f"Series {number % 5}"}
        )
        begun = timezone.now() - timedelta(days=2000 - number * 7)
        event = Event.objects.create(
            series=series,
            name=f"Hack day {number}",
            slug=f"hack-day-{number}",
            starts_at=begun,
            ends_at=begun + timedelta(hours=10),
            is_published=True,
        )
        teams = Team.objects.bulk_create(
            Team(event=event, name=f"T{n}", folded_name=f"t{n}", slug=f"t{n}")
            for n in range(PER_EVENT // PER_TEAM)
        )
        projects = Project.objects.bulk_create(
            Project(
                event=event,
                team=team,
                title=f"Project {team.pk}",
                slug=f"p{team.pk}",
                status=Project.Status.SUBMITTED,
                submitted_at=begun,
                lessons_learned="We learnt that Tool 1 is quick to start with.",
            )
            for team in teams
        )
        stacks = {project.pk: self.stack() for project in projects}
        ToolUse.objects.bulk_create(
            ToolUse(project_id=pk, tool=tool)
            for pk, tools in stacks.items()
            for tool in tools
        )
        survey = Survey.objects.create(
            event=event, opened_at=begun, closed_at=begun + timedelta(days=9)
        )
        Response.objects.bulk_create(Response(survey=survey) for _n in range(PER_EVENT))
        self.responses += PER_EVENT
        ToolReview.objects.bulk_create(
            ToolReview(
                survey=survey,
                tool=tool,
                meets_my_needs=self.item(tool),
                easy_to_use=self.item(tool),
                again=self.chance.choice(("yes", "yes", "maybe", "no")),
                helped=self.chance.sample(["docs", "fast", "fits"], 1),
                in_the_way=self.chance.sample(["setup", "slow", "bugs"], 1),
                remark="A remark about it.",
            )
            for tools in stacks.values()
            for _person in range(PER_TEAM)
            for tool in tools
        )

    def item(self, tool):
        liked = 3 + tool.pk * 7919 % 40 / 10
        return max(1, min(7, round(self.chance.gauss(liked, 1.2))))


def timed(client, url):
    started, worked = time.perf_counter(), time.process_time()
    response = client.get(url, headers={"Cookie": "a=b"})
    took = (time.perf_counter() - started) * 1000
    work = (time.process_time() - worked) * 1000
    if response.status_code != 200:
        sys.exit(f"{url} answered {response.status_code}")
    return took, work, len(response.content)


def main():
    options = arguments()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        prepare(folder)
        from django.db import connection
        from django.test import Client, override_settings

        seeder, client = Seeder(), Client()
        print(f"{connection.vendor}, whole request, nothing kept, milliseconds")
        print("responses  tools  events   first  median   worst     cpu  page kB")
        late = []
        for responses, tools in SIZES[1:2] if options.keep else SIZES:
            seeder.tools_up_to(tools)
            seeder.responses_up_to(responses)
            with override_settings(ALLOWED_HOSTS=["*"]):
                first, _work, size = timed(client, "/landscape/")
                runs = [timed(client, "/landscape/") for _run in range(9)]
            walls, works, _sizes = zip(*runs, strict=True)
            print(
                f"{responses:9}  {tools:5}  {seeder.events:6}  {first:6.0f}  "
                f"{median(walls):6.0f}  {max(walls):6.0f}  {median(works):6.0f}  "
                f"{size / 1000:7.0f}",
                flush=True,
            )
            if (responses, tools) == (5000, 200) and median(walls) > BUDGET:
                late.append(median(walls))
        for url in ("/landscape/tools/tool-1/", "/landscape/files/landscape.json"):
            with override_settings(ALLOWED_HOSTS=["*"]):
                print(f"{url}: {median(timed(client, url)[0] for _n in range(5)):.0f}")
        if late:
            sys.exit(f"Over the budget of {BUDGET} ms.")


if __name__ == "__main__":
    main()
