"""Many more of everything that an event has, put straight into its tables."""

from django.utils import timezone

from accounts.models import User
from events.models import Announcement, AuditEntry, Registration
from feedback.models import Invitation
from judging.models import Comparison, Judge, Round, Score, Scorecard
from mentoring.models import HelpRequest
from notifications.models import Notification
from recap.models import Certificate, TalkProposal
from submissions.models import (
    Dataset,
    Idea,
    Project,
    ProjectPicture,
    Tool,
    ToolUse,
)
from teams.models import JoinRequest, Membership, Team

SEATS = 4
CARDS = 3  # a project and round


def add_crowd(world, teams, prefix):
    """``teams`` teams of four, with all that they, judges and organisers leave."""
    event, now = world.event, timezone.now()
    people = User.objects.bulk_create(
        User(
            email=f"{prefix}{n}@example.org",
            display_name=f"Person {prefix} {n}",
            password="!",
        )
        for n in range(teams * SEATS)
    )
    states = ("confirmed", "checked_in", "waitlisted", "pending")
    Registration.objects.bulk_create(
        Registration(
            event=event,
            user=user,
            status=states[n % 4],
            checked_in_at=now if states[n % 4] == "checked_in" else None,
        )
        for n, user in enumerate(people)
    )
    rows = Team.objects.bulk_create(
        Team(
            event=event,
            name=f"Team {prefix} {n}",
            folded_name=f"team {prefix} {n}",
            slug=f"team-{prefix}-{n}",
            pitch="We build.",
            table=f"{prefix}{n}",
        )
        for n in range(teams)
    )
    Membership.objects.bulk_create(
        Membership(
            team=rows[n // SEATS],
            event=event,
            user=user,
            role="member" if n % SEATS else "captain",
        )
        for n, user in enumerate(people)
    )
    projects = Project.objects.bulk_create(
        Project(
            event=event,
            team=team,
            title=f"Project {prefix} {n}",
            slug=f"project-{prefix}-{n}",
            tagline="Turns messy data into something people read.",
            status="submitted",
            submitted_at=now,
        )
        for n, team in enumerate(rows)
    )
    ProjectPicture.objects.bulk_create(
        ProjectPicture(project=project, image="x.webp", width=1, height=1)
        for project in projects
    )
    tool = Tool.objects.get(slug=world.words["tool"])
    ToolUse.objects.bulk_create(
        ToolUse(project=project, tool=tool, purpose="Work") for project in projects
    )
    datasets = Dataset.objects.bulk_create(
        Dataset(
            event=event,
            team=team,
            title=f"Data {prefix} {n}",
            slug=f"data-{prefix}-{n}",
            licence="CC0-1.0",
            provenance="x",
            sensitivity="open",
        )
        for n, team in enumerate(rows)
    )
    used = Project.datasets.through
    used.objects.bulk_create(
        used(project=project, dataset=dataset)
        for project, dataset in zip(projects, datasets, strict=True)
    )
    Idea.objects.bulk_create(
        Idea(event=event, author=people[n], title=f"Idea {prefix} {n}", pitch="x")
        for n in range(teams)
    )
    own_team = Team.objects.get(event=event, slug=world.words["team"])
    JoinRequest.objects.bulk_create(
        JoinRequest(team=own_team, user=user) for user in people[:teams]
    )
    HelpRequest.objects.bulk_create(
        HelpRequest(event=event, team=team, asked_by=people[0], topic="x")
        for team in rows
    )
    _judge(world, projects, prefix, now)
    Notification.objects.bulk_create(
        Notification(
            event=event,
            recipient=user,
            key=f"{prefix}-{user.pk}",
            template="teams/email/find_a_team",
            status="failed",
        )
        for user in people
    )
    Invitation.objects.bulk_create(
        Invitation(survey=event.survey, user=user) for user in people
    )
    Announcement.objects.bulk_create(
        Announcement(event=event, text="News") for _n in range(teams // 10)
    )
    AuditEntry.objects.bulk_create(
        AuditEntry(event=event, verb="teams.joined", target="x") for _user in people
    )
    Certificate.objects.bulk_create(
        Certificate(event=event, user=user, name="x", kind="participant")
        for user in people
    )
    TalkProposal.objects.bulk_create(
        TalkProposal(event=event, user=people[n], title="x", about="x")
        for n in range(teams)
    )


def _judge(world, projects, prefix, now):
    event = world.event
    judges = Judge.objects.bulk_create(
        Judge(event=event, name=f"Judge {prefix} {n}", email=f"{prefix}{n}@j.example")
        for n in range(max(3, len(projects) // 10))
    )
    round_ = Round.objects.get(pk=world.words["round"])
    cards = [
        Scorecard(
            round=round_,
            judge=judges[(n * CARDS + k) % len(judges)],
            project=project,
            status="done",
            revision=1,
            scored_at=now,
            feedback="Well done",
        )
        for n, project in enumerate(projects)
        for k in range(CARDS)
    ]
    cards += [
        Scorecard(round=round_, judge=world.judge, project=project)
        for project in projects
    ]
    cards = Scorecard.objects.bulk_create(cards)
    criterion = round_.criteria.get()
    Score.objects.bulk_create(
        Score(scorecard=card, criterion=criterion, value=1 + n % 5)
        for n, card in enumerate(cards)
        if card.status == "done"
    )
    Comparison.objects.bulk_create(
        Comparison(
            round_id=world.words["pairwise"],
            judge=judges[n % len(judges)],
            winner=project,
            loser=projects[n - 1],
            client="c",
            revision=n,
        )
        for n, project in enumerate(projects)
    )
