"""The living demo: a finished event, a running one and an announced one.

Everything is relative to now and drawn with a fixed seed. Results, digests and profiles
are computed by the same code as in production; nothing is typed in.
"""

import random
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
import yaml
from allauth.account.models import EmailAddress
from django.core.files import File
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.text import slugify
from PIL import Image, ImageDraw

from accounts.models import Skill, User
from core.text import free_slug
from dashboard.demo.cards import receive
from dashboard.demo.survey import ask_as_host, further_answers
from events import hooks
from events.log import told_of
from events.models import (
    AgendaItem,
    Announcement,
    AuditEntry,
    Event,
    Faq,
    Phase,
    PhaseWindow,
    Prize,
    Registration,
    RegistrationQuestion,
    Series,
    SeriesOrganiser,
    Sponsor,
    Track,
    default_windows,
)
from feedback.actions import (
    close_survey,
    finish_survey,
    open_survey,
    prepare_survey,
    save_answers,
    tools_of,
)
from feedback.models import Helped, InTheWay, Invitation, ToolReview
from judging.actions import (
    change_rules,
    deal_cards,
    forbid,
    give_award,
    publish_results,
    put_on,
)
from judging.models import Criterion, Judge, Round, Scorecard
from judging.standings import deciding_order
from mentoring.models import HelpRequest, Offer
from recap.actions import (
    add_block,
    change_recap,
    issue_certificates,
    make_recap,
    offer_talk,
    publish_recap,
    send_digest,
)
from submissions import catalogue, files, profiling
from submissions.actions.projects import keep_picture
from submissions.models import Dataset, Idea, Project, Tool, ToolUse
from submissions.tables import profile_table
from teams.models import JoinRequest, Membership, Team

HERE = Path(__file__).parent
PASSWORD = "menlo-garage-1975"  # noqa: S105 -- printed by the demo, used nowhere else
SEED = 1975
INK = ["#a8321a", "#234f7d", "#21633b", "#7a4a00"]


class Demo:
    """One load into an empty database; :func:`load` decides whether it is due."""

    def __init__(self) -> None:
        self.cast: dict[str, Any] = yaml.safe_load((HERE / "cast.yaml").read_text())
        self.chance = random.Random(SEED)  # noqa: S311 -- a story, no secret
        now = timezone.now()
        # To the quarter of an hour, as people plan.
        self.now = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
        self.log: list[AuditEntry] = []

    @transaction.atomic
    def load(self) -> None:
        catalogue.load()
        self.people = [self._person(line) for line in self.cast["people"]]
        self.organisers = [
            self._user(name, is_staff=True) for name in self.cast["organisers"]
        ]
        series = self.cast["series"]
        self.series = Series.objects.create(**series)
        for number, user in enumerate(self.organisers):
            SeriesOrganiser.objects.create(
                series=self.series,
                user=user,
                role=SeriesOrganiser.Role.ORGANISER
                if number
                else SeriesOrganiser.Role.ADMIN,
            )
        self.finished_event()
        self.running_event()
        self.announced_event()
        AuditEntry.objects.bulk_create(sorted(self.log, key=lambda entry: entry.at))

    def _note(
        self, event: Event, user: User, verb: str, target: Model, at: datetime
    ) -> None:
        """What the log says of things that happened some time ago."""
        self.log.append(
            AuditEntry(
                event=event,
                actor=user,
                actor_name=str(user),
                verb=verb,
                **told_of(target, {}),
                at=min(at, self.now),
            )
        )

    # --- People

    def _user(self, name: str, **fields: Any) -> User:
        # The dotless i of Turkish has no ASCII that slugify() knows of.
        plain = name.replace("\N{LATIN SMALL LETTER DOTLESS I}", "i")
        address = f"{slugify(plain)}@example.org"
        user = User.objects.create_user(
            address, PASSWORD, display_name=name, time_zone="Europe/Berlin", **fields
        )
        EmailAddress.objects.create(
            user=user, email=address, verified=True, primary=True
        )
        return user

    def _person(self, line: str) -> User:
        name, role, skills = (part.strip() for part in line.split("|"))
        user = self._user(name, headline_role=role)
        user.skills.set(Skill.objects.named([s.strip() for s in skills.split(",")]))
        return user

    # --- Events

    def _event(self, *, starts_at: datetime, **fields: Any) -> Event:
        event = Event.objects.create(
            series=self.series,
            starts_at=starts_at,
            ends_at=fields.pop("ends_at", starts_at + timedelta(hours=10)),
            time_zone="Europe/Berlin",
            venue="Garage 12, Hof links, Berlin",
            contact_email="hosts@garage.example.org",
            is_published=True,
            code_of_conduct=self.cast["conduct"],
            max_team_size=5,
            **fields,
        )
        self._settings_of(event)
        prepare_survey(event)
        return event

    def _windows(self, event: Event, **changed: tuple[datetime, datetime]) -> None:
        windows: dict[str, tuple[datetime, datetime]] = {
            phase.value: span
            for phase, span in default_windows(
                event.starts_at, event.ends_at, event.zone
            ).items()
        }
        windows.update(changed)
        PhaseWindow.objects.bulk_create(
            PhaseWindow(event=event, phase=phase, opens_at=opens, closes_at=closes)
            for phase, (opens, closes) in windows.items()
        )

    def _settings_of(self, event: Event) -> None:
        for order, line in enumerate(self.cast["faqs"]):
            question, answer = (part.strip() for part in line.split("|"))
            Faq.objects.create(
                event=event, question=question, answer=answer, order=order
            )
        models = Track.objects.create(
            event=event, name="Models", description="Something learns or answers."
        )
        Track.objects.create(
            event=event, name="Data", description="The data itself is the point."
        )
        sponsor = Sponsor.objects.create(
            event=event,
            name="Kettle & Crumb",
            what_they_give="coffee and lunch",
            website="https://kettle.example.org",
        )
        Prize.objects.create(
            event=event,
            name="Best in show",
            description="A jury's trophy made of relays",
        )
        Prize.objects.create(
            event=event,
            name="Best use of a model",
            track=models,
            sponsor=sponsor,
            description="Lunch for the whole team",
            order=1,
        )
        for hours, title, room in [
            (0, "Doors, coffee, name tags", "Hall"),
            (0.5, "Welcome and five-minute pitches", "Hall"),
            (1, "Teams form, hacking begins", "Everywhere"),
            (4, "Lunch", "Courtyard"),
            (7, "Hands off: demos", "Stage"),
            (9.5, "Results", "Stage"),
        ]:
            AgendaItem.objects.create(
                event=event,
                title=title,
                room=room,
                starts_at=event.starts_at + timedelta(hours=hours),
            )
        RegistrationQuestion.objects.create(
            event=event,
            label="What would you like to eat?",
            kind=RegistrationQuestion.Kind.CHOICE,
            options="Vegan\nVegetarian\nEverything",
        )
        round_ = Round.objects.create(event=event, name="Demos")
        for order, line in enumerate(self.cast["rubric"]):
            name, about, weight, levels = (part.strip() for part in line.split("|"))
            Criterion.objects.create(
                round=round_,
                name=name,
                description=about,
                weight=weight,
                levels=levels.replace("; ", "\n"),
                order=order,
            )

    def _register(self, event: Event, user: User, **fields: Any) -> Registration:
        opened = event.starts_at - timedelta(weeks=6)
        span = min(event.starts_at, self.now) - timedelta(days=1) - opened
        asked = opened + span * self.chance.random()
        place = Registration.objects.create(
            event=event,
            user=user,
            queued_at=asked,
            conduct_accepted_at=asked,
            in_directory=self.chance.random() < 0.8,  # noqa: PLR2004
            answers={
                str(question.pk): self.chance.choice(question.option_list)
                for question in event.registration_questions.all()
            },
            **{"status": Registration.Status.CONFIRMED, **fields},
        )
        self._note(event, user, "events.registered", place, asked)
        if place.status == Registration.Status.WAITLISTED:
            hooks.registration_waitlisted.tell(place)
        else:
            hooks.registration_confirmed.tell(place)
        if place.checked_in_at:
            host = self.organisers[place.pk % 2]
            self._note(event, host, "events.checked_in", place, place.checked_in_at)
        return place

    def _mails_have_left(self, event: Event) -> None:
        """None of them is for now: they went out when it happened."""
        event.notifications.update(
            status="sent", sent_at=min(event.starts_at, self.now) - timedelta(hours=20)
        )

    def _team(
        self, event: Event, name: str, members: list[User], **fields: Any
    ) -> Team:
        team = Team.objects.create(event=event, name=name, slug=slugify(name), **fields)
        for place, user in enumerate(members):
            Membership.objects.create(
                team=team,
                event=event,
                user=user,
                role=Membership.Role.MEMBER if place else Membership.Role.CAPTAIN,
            )
        founded = event.starts_at + timedelta(minutes=40)
        self._note(event, members[0], "teams.created", team, founded)
        return team

    def _tools(self, project: Project, named: list[tuple[str, str]]) -> None:
        for name, purpose in named:
            ToolUse.objects.create(
                project=project, tool=Tool.objects.get(name=name), purpose=purpose
            )

    # --- The event that runs now: hacking is over, demos are on

    def running_event(self) -> None:
        begun = self.now - timedelta(hours=7)
        event = self._event(
            name="Bring Your Own Data",
            slug="bring-your-own-data",
            tagline="Ten teams, ten datasets, one day.",
            description=(
                "Each team brings **its own data and its own idea**. We build from "
                "nine to five, show one another what works, and write down what we "
                "learnt about the tools."
            ),
            starts_at=begun,
            capacity=37,
        )
        judging = self.now - timedelta(minutes=40)
        self._windows(
            event,
            hacking=(begun, judging),
            judging=(judging, self.now + timedelta(hours=3)),
        )
        self._attend(event)
        for number, entry in enumerate(self.cast["teams"]):
            self._bring(event, number, entry)
        for line in self.cast["ideas"]:
            self._pitch(event, line)
        Announcement.objects.create(
            event=event,
            author=self.organisers[0],
            text="Demos are on! Five minutes each, in the order of the tables.",
            published_at=judging,
        )
        Announcement.objects.create(
            event=event,
            author=self.organisers[1],
            text="Pizza is in the courtyard. Bring your own plate back, please.",
            published_at=self.now - timedelta(minutes=5),
        )
        self._calls_for_help(event, self.cast["help_asked_now"])
        self._mails_have_left(event)
        last = event.notifications.order_by("-pk").values("pk")[:1]
        event.notifications.filter(
            pk__in=list(last.values_list("pk", flat=True))
        ).update(
            status="failed", attempts=8, error="550 5.1.1 There is no such mailbox here"
        )
        self._judge(event, share=0.6)
        stage = event.rounds.get()
        put_on(
            stage,
            event.projects.get(slug="a-sommelier-for-chemists"),
            self.organisers[0],
        )
        self._at_the_tables(event)

    def _at_the_tables(self, event: Event) -> None:
        """A second round, just begun, and the finals that wait for it."""
        expo = Round.objects.create(
            event=event, name="At the tables", kind=Round.Kind.EXPO, order=1
        )
        finals = Round.objects.create(
            event=event, name="Finals", follows=expo, shortlist_size=3, order=2
        )
        for round_, name, about in [
            (expo, "Substance", "Ask for the code and the data: does it hold up?"),
            (expo, "Use", "Would you use it on Monday?"),
            (finals, "Best in show", "All in all: how good is it?"),
        ]:
            Criterion.objects.create(round=round_, name=name, description=about)
        deal_cards(event)
        judges = list(event.judges.all())
        self._score(expo, judges, share=0.3)
        open_card = expo.scorecards.filter(status=Scorecard.Status.TODO).first()
        if open_card is not None:
            forbid(expo, open_card.judge, open_card.project, self.organisers[0])

    def _attend(self, event: Event) -> None:
        teamed = {n for team in self.cast["teams"] for n in team["members"]}
        for number, user in enumerate(self.people):
            arrived = event.starts_at + timedelta(minutes=self.chance.randint(-20, 50))
            late = number not in teamed
            if number == 27:  # noqa: PLR2004 -- one who waits
                status, checked_in = Registration.Status.WAITLISTED, None
            else:
                status, checked_in = Registration.Status.CHECKED_IN, arrived
            self._register(
                event,
                user,
                status=status,
                checked_in_at=checked_in,
                looking_for_team=late,
                pitch="Happy to help with anything." if late else "",
            )

    def _bring(self, event: Event, number: int, entry: dict[str, Any]) -> None:
        members = [self.people[n] for n in entry["members"]]
        team = self._team(
            event,
            entry["name"],
            members,
            table=entry["table"],
            pitch=entry["tagline"],
            join_policy=Team.JoinPolicy.REQUEST,
        )
        dataset = self._dataset(team, entry["dataset"])
        submitted = self.now - timedelta(minutes=45 + 4 * number)
        project = Project.objects.create(
            event=event,
            team=team,
            title=entry["title"],
            slug=free_slug(entry["title"], event.projects.all()),
            tagline=entry["tagline"],
            story=entry["story"],
            lessons_learned=entry["lessons"],
            repository_url=f"https://code.example.org/{team.slug}",
            demo_url=f"https://{team.slug}.example.net/" if number % 3 else "",
            made_before="The data, and nothing else." if number % 2 else "",
            status=entry["status"],
            submitted_at=None if entry["status"] == "draft" else submitted,
            submitted_by=members[0],
        )
        begun = event.starts_at + timedelta(minutes=90 + 5 * number)
        self._note(event, members[-1], "datasets.added", dataset, begun)
        self._note(event, members[0], "projects.started", project, begun)
        if project.submitted_at:
            self._note(event, members[0], "projects.submitted", project, submitted)
        if project.status == Project.Status.WITHDRAWN:
            self._note(event, members[0], "projects.withdrawn", project, self.now)
        project.datasets.add(dataset)
        project.tracks.add(event.tracks.all()[number % 2])
        self._tools(
            project,
            [
                (part.partition("=")[0].strip(), part.partition("=")[2].strip())
                for part in entry["tools"].split(";")
            ],
        )
        self._picture(project, entry["dataset"].partition("|")[0].strip(), number)

    def _dataset(self, team: Team, line: str) -> Dataset:
        name, title, licence, about, provenance, faults = (
            part.strip() for part in line.split("|")
        )
        path = HERE / "datasets" / name
        with path.open("rb") as raw:
            sha256 = files.digest(raw)
        dataset = Dataset(
            event=team.event,
            team=team,
            added_by=team.memberships.first().user,  # type: ignore[union-attr]
            title=title,
            slug=slugify(title),
            description=about,
            licence=licence,
            provenance=provenance,
            known_faults=faults,
            sensitivity=Dataset.Sensitivity.OPEN,
            filename=name,
            size=path.stat().st_size,
            sha256=sha256,
        )
        if profiling.can_profile(name):  # needs no process of its own: we know them
            dataset.profile = profile_table(path, name)
            dataset.profile_status = Dataset.ProfileStatus.DONE
        with path.open("rb") as file:
            dataset.file.save(name, File(file))
        return dataset

    def _picture(self, project: Project, name: str, number: int) -> None:
        """A scatter of the team's own data: the first two columns of numbers."""
        points = scatter(HERE / "datasets" / name)
        if not points:
            return
        picture = Image.new("RGB", (960, 540), "#fffcf5")
        pen = ImageDraw.Draw(picture)
        for x in range(60, 960, 75):
            pen.line([(x, 30), (x, 510)], fill="#ece4d3")
        for y in range(30, 540, 60):
            pen.line([(60, y), (930, y)], fill="#ece4d3")
        for across, up in points:
            left, top = 60 + across * 860, 505 - up * 470
            pen.ellipse([left - 5, top - 5, left + 5, top + 5], fill=INK[number % 4])
        description = f"Scatter plot of {name}, two measures"
        keep_picture(project, files.make_picture(picture), description)

    def _pitch(self, event: Event, line: str) -> None:
        title, author, pitch, skills = (part.strip() for part in line.split("|"))
        idea = Idea.objects.create(
            event=event, author=self.people[int(author)], title=title, pitch=pitch
        )
        idea.wanted_skills.set(
            Skill.objects.named([s.strip() for s in skills.split(",")])
        )
        self._note(
            event, self.people[int(author)], "ideas.pitched", idea, event.starts_at
        )
        for user in self.chance.sample(self.people[:27], 4):
            idea.backings.get_or_create(user=user)

    # --- The event that is over

    def finished_event(self) -> None:
        begun = self.now - timedelta(weeks=5)
        event = self._event(
            name="Retrieval Night",
            slug="retrieval-night",
            tagline="Eight teams taught old documents to answer.",
            description="One night about finding. **What was built stays here.**",
            starts_at=begun,
        )
        self._windows(event)
        members = iter(self.people[:32])
        for user in self.people[:34]:
            self._register(
                event,
                user,
                status=Registration.Status.CHECKED_IN,
                checked_in_at=begun + timedelta(minutes=self.chance.randint(0, 40)),
            )
        for number, line in enumerate(self.cast["finished_teams"]):
            name, title, tagline, tools = (part.strip() for part in line.split("|"))
            team = self._team(
                event,
                name,
                [next(members) for _seat in range(4)],
                table=f"T{number + 1}",
            )
            project = Project.objects.create(
                event=event,
                team=team,
                title=title,
                slug=slugify(title),
                tagline=tagline,
                story=(
                    f"{tagline}\n\nWe spent the first hours on reading what we had, "
                    "and the rest on making the answer show where it came from."
                ),
                lessons_learned=self.cast["finished_lessons"][number],
                repository_url=f"https://code.example.org/{team.slug}",
                status=Project.Status.SUBMITTED,
                submitted_at=begun + timedelta(hours=6, minutes=number),
                submitted_by=team.memberships.first().user,  # type: ignore[union-attr]
            )
            project.tracks.add(event.tracks.all()[number % 2])
            self._tools(project, [(tool.strip(), "") for tool in tools.split(",")])
        for number, line in enumerate(self.cast["finished_data"]):
            name, _bar, data = line.partition("|")
            project = event.projects.get(team__name=name.strip())
            project.datasets.add(self._dataset(project.team, data))
            self._picture(project, data.partition("|")[0].strip(), number)
        self._judge(event, share=1)
        best = event.rounds.get()
        self._award_and_publish(event, best)
        self._calls_for_help(event, self.cast["help_asked"])
        self._survey(event)
        self._tell(event)

    def _tell(self, event: Event) -> None:
        """Written, edited, published and mailed as an organiser would."""
        host = self.organisers[0]
        recap = make_recap(event, host)
        add_block(recap, host, **self.cast["recap_opening"])
        change_recap(recap, host, **self.cast["recap_thanks"])
        issue_certificates(event, host)
        publish_recap(event, host)
        send_digest(event, host)
        for line in self.cast["talks"]:
            number, tool, title, about = (part.strip() for part in line.split("|"))
            offer_talk(
                event,
                self.people[int(number)],
                title=title,
                about=about,
                tool=Tool.objects.get(name=tool),
            )
        self._mails_have_left(event)

    def _calls_for_help(self, event: Event, lines: list[str]) -> None:
        """Mentors are people who came; some calls are closed, some still wait."""
        mentors = [self.people[n] for n in self.cast["mentors"][event.slug]]
        places = event.registrations.filter(user__in=mentors)
        places.update(role=Registration.Role.MENTOR)
        for place in places.order_by("pk"):
            offer = Offer.objects.create(
                registration=place, about=self.chance.choice(self.cast["offers"])
            )
            offer.tools.set(self.chance.sample(list(Tool.objects.all()), 3))
        teams = list(event.teams.order_by("pk"))
        for number, line in enumerate(lines):
            tool, topic, status = (part.strip() for part in line.split("|"))
            team = teams[number % len(teams)]
            asked = min(event.ends_at, self.now) - timedelta(minutes=8 * number + 6)
            helper = None if status == "waiting" else mentors[number % len(mentors)]
            HelpRequest.objects.create(
                event=event,
                team=team,
                asked_by=team.memberships.first().user,  # type: ignore[union-attr]
                tool=Tool.objects.get(name=tool) if tool else None,
                topic=topic,
                place=team.table,
                status=status,
                taken_by=helper,
                asked_at=asked,
                taken_at=asked + timedelta(minutes=2) if helper else None,
                closed_at=asked + timedelta(minutes=5) if status == "done" else None,
                is_thanked=status == "done" and not number % 2,
            )

    def _award_and_publish(self, event: Event, round_: Round) -> None:
        first = publish_order(round_)
        prizes = list(event.prizes.all())
        give_award(prizes[0], first[0], self.organisers[0])
        in_track = [p for p in first[1:] if prizes[1].track in p.tracks.all()]
        give_award(prizes[1], in_track[0], self.organisers[0])
        change_rules(event, {"publishes_scores": True}, self.organisers[0])
        publish_results(event, self.organisers[0], at=event.ends_at)

    def _judge(self, event: Event, share: float) -> None:
        """Scores as judges give them: a project's quality, severity, noise."""
        judges = [
            Judge.objects.create(
                event=event, name=name, email=f"{slugify(name)}@example.com"
            )
            for name in self.cast["judges"]
        ]
        deal_cards(event)
        self._score(event.rounds.get(), judges, share)

    def _score(self, round_: Round, judges: list[Judge], share: float) -> None:
        event = round_.event
        severity = {judge.pk: self.chance.gauss(0, 0.5) for judge in judges}
        quality: dict[int, float] = {}
        rubric = list(round_.criteria.all())
        cards = round_.scorecards.filter(judge__in=judges)
        for card in cards.order_by("judge", "position"):
            if self.chance.random() > share:
                continue
            base = quality.setdefault(card.project_id, self.chance.gauss(3.4, 0.7))
            scores = {}
            for criterion in rubric:
                wish = base + severity[card.judge_id] + self.chance.gauss(0, 0.6)
                scores[criterion.pk] = max(1, min(5, round(wish)))
            card.status = Scorecard.Status.DONE
            card.client = "demo"
            card.scored_at = min(self.now, event.ends_at) - timedelta(
                minutes=self.chance.randint(1, 35)
            )
            if self.chance.random() < 0.4:  # noqa: PLR2004
                card.feedback = self.chance.choice(FEEDBACK)
            receive(card, scores)

    def _survey(self, event: Event) -> None:
        """Opened, answered and closed by the same actions as everywhere."""
        window = event.windows.get(phase=Phase.SURVEY)
        opens_at, closes_at = window.opens_at, window.closes_at
        window.closes_at = self.now + timedelta(hours=1)
        window.save()
        ask_as_host(event)
        open_survey(Event.objects.with_windows().get(pk=event.pk))
        invitations = Invitation.objects.filter(survey__event=event).select_related(
            "user", "survey"
        )
        # Of their own, so that what was there before stays as it was.
        chance = random.Random(event.slug)  # noqa: S311 -- a story, no secret
        for number, invitation in enumerate(invitations.order_by("pk")[:30]):
            tools = list(tools_of(invitation))
            save_answers(
                invitation,
                {
                    **further_answers(invitation, tools, chance),
                    "role": invitation.user.headline_role if invitation.user else "",
                    "come_again": min(10, max(3, round(self.chance.gauss(8.3, 1.4)))),
                    "what_to_change": CHANGES[number // 2] if number % 2 else "",
                    "tools": {tool.slug: self._review(tool) for tool in tools},
                },
            )
            finish_survey(invitation)
        window.opens_at, window.closes_at = opens_at, closes_at
        window.save()
        close_survey(Event.objects.with_windows().get(pk=event.pk))
        self._mails_have_left(event)
        # These mails went out weeks ago.
        event.notifications.filter(topic="survey").update(
            sent_at=closes_at, created_at=opens_at
        )

    @cached_property
    def liking(self) -> dict[str, float]:
        """How well each tool is liked, from 1 to 7, before anybody's own view."""
        return {
            "DuckDB": 6.3, "Streamlit": 6.1, "Langfuse": 5.8, "Qdrant": 5.7,
            "pgvector": 5.9, "MLflow": 4.6, "LangChain": 3.2, "LlamaIndex": 4.9,
            "Chroma": 4.4, "FastAPI": 6.2, "OpenAI API": 5.4,
        }  # fmt: skip

    def _review(self, tool: Tool) -> dict[str, Any]:
        liked = self.liking.get(tool.name, 5.0) + self.chance.gauss(0, 0.8)
        again = ToolReview.Again.MAYBE
        if liked > 5:  # noqa: PLR2004
            again = ToolReview.Again.YES
        elif liked < 3.8:  # noqa: PLR2004
            again = ToolReview.Again.NO
        remark = self.cast["remarks"].pop(tool.name, "")  # each is said once
        quoted = bool(remark)
        return {
            "meets_my_needs": _item(liked),
            "easy_to_use": _item(liked + self.chance.gauss(0, 0.7)),
            "again": again,
            "helped": self.chance.sample(Helped.values, 2) if liked > 4.5 else [],  # noqa: PLR2004
            "in_the_way": self.chance.sample(InTheWay.values, 2) if liked < 5.2 else [],  # noqa: PLR2004
            "remark": remark,
            "may_quote": quoted,
        }

    # --- The event to come

    def announced_event(self) -> None:
        begins = (self.now + timedelta(weeks=4)).replace(hour=8, minute=0)
        event = self._event(
            name="Evals, Evals, Evals",
            slug="evals-evals-evals",
            tagline="A day about knowing whether it works.",
            description=(
                "Bring something that answers, and data to test it on. We build "
                "**evaluations** together, and compare what they say."
            ),
            starts_at=begins,
            capacity=40,
        )
        self._windows(
            event,
            team_formation=(
                self.now - timedelta(days=2),
                begins + timedelta(hours=4),
            ),
        )
        for number, user in enumerate(self.people[3:18]):
            self._register(event, user, looking_for_team=number > 4)  # noqa: PLR2004
        team = self._team(
            event,
            "Null Hypothesis",
            self.people[3:5],
            pitch="We test whether judges made of language models agree with people.",
        )
        team.wanted_skills.set(Skill.objects.named(["statistics", "annotation"]))
        JoinRequest.objects.create(
            team=team, user=self.people[9], message="I have 400 labelled answers."
        )
        Idea.objects.create(
            event=event,
            author=self.people[6],
            title="A test set for recipes",
            pitch="Recipes have right answers. Let us write two hundred questions.",
        )
        self._mails_have_left(event)


FEEDBACK = [
    "Show the data earlier: it was the best part.",
    "Very clear demo. Next time let somebody from the audience try it.",
    "I believed you most when you showed where it fails.",
    "Slow down on the architecture slide, or drop it.",
]
CHANGES = [
    "More power sockets, please.",
    "A quiet room for those who have to read.",
    "Start an hour later. The good questions came at three in the morning.",
    "Tell us the rubric when we register, not when we hand in.",
    "Nothing. Well, less pizza.",
    "An hour between the demos and the results felt long.",
    "Labels for the tables: I sat with the wrong team until lunch.",
    "More people who know the old documents, fewer who know the new models.",
    "A shared drive for data. We copied things by stick.",
    "Name tags that say what one is good at.",
    "Let the audience ask one question after each demo.",
    "The wireless was fine until everybody pulled the same model.",
    "A second evening to finish what we began.",
    "Somebody to talk to about licences.",
    "Put the mentors' names on the screen.",
    "A corner for beginners.",
    "Ten minutes for each demo rather than five.",
    "Coffee after eight.",
]


def _item(liked: float) -> int:
    return max(1, min(7, round(liked)))


def publish_order(round_: Round) -> list[Project]:
    """Projects by what decides, best first."""
    order = [one.project for one in deciding_order(round_)]
    found = Project.objects.in_bulk(order)
    return [found[pk] for pk in order]


def scatter(path: Path) -> list[tuple[float, float]]:
    """The first two columns of numbers, each stretched to 0..1; empty if none."""
    readers = {
        ".csv": pl.read_csv,
        ".parquet": pl.read_parquet,
        ".jsonl": pl.read_ndjson,
    }
    reader = readers.get(path.suffix)
    if reader is None:
        return []
    frame = reader(path, **({"null_values": "NA"} if path.suffix == ".csv" else {}))  # type: ignore[operator]
    numbers = [c for c in frame.columns if frame[c].dtype.is_numeric()]
    pair = frame.select(numbers[:2]).drop_nulls().head(400)
    stretched = [
        (column - column.min()) / ((column.max() - column.min()) or 1)
        for column in pair
    ]
    return list(zip(*stretched, strict=True)) if len(stretched) > 1 else []


def load() -> bool:
    """Load the demo unless it is there; whether this call did."""
    if Series.objects.filter(slug="menlo-garage-club").exists():
        return False
    Demo().load()
    return True
