"""Events that are alike, each in its own series: one knocks on the other's doors."""

from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import User
from events.models import Event, Phase
from judging.models import Judge
from tests.factories.accounts import UserFactory
from tests.factories.events import (
    EventFactory,
    PrizeFactory,
    RegistrationFactory,
    RegistrationQuestionFactory,
    SeriesOrganiserFactory,
)
from tests.factories.feedback import (
    InvitationFactory,
    ResponseFactory,
    ToolReviewFactory,
)
from tests.factories.judging import (
    CriterionFactory,
    JudgeFactory,
    RoundFactory,
    ScorecardFactory,
)
from tests.factories.notifications import NotificationFactory
from tests.factories.recap import (
    BlockFactory,
    CertificateFactory,
    HelpRequestFactory,
    RecapFactory,
    TalkProposalFactory,
)
from tests.factories.submissions import (
    DatasetFactory,
    IdeaFactory,
    ProjectFactory,
    ToolFactory,
)
from tests.factories.teams import JoinRequestFactory, MembershipFactory, TeamFactory

ROLES = (
    "anonymous",
    "stranger",
    "attendee",
    "member",
    "captain",
    "judge",
    "organiser",
    "other",
    "superuser",
)


@dataclass
class World:
    """One event; ``words`` fill the addresses, ``users`` are its cast."""

    event: Event
    users: dict[str, User]
    judge: Judge
    canary: str
    words: dict[str, Any] = field(default_factory=dict)


def build(canary: str) -> World:
    event = EventFactory(
        phases=[*(p for p in Phase if p not in {"draft", "announced", "archive"})],
        max_team_size=5,
    )

    def registered(name: str) -> User:
        return RegistrationFactory(event=event, user__display_name=name).user

    captain, member, attendee = map(registered, ("Cap", "Mem", "Att"))
    team = TeamFactory(event=event, join_policy="request")
    MembershipFactory(team=team, user=captain, role="captain")
    MembershipFactory(team=team, user=member)
    project = ProjectFactory(team=team, submitted=True, tagline="x")
    draft = ProjectFactory(
        team=MembershipFactory(team__event=event).team, story=f"draft {canary}"
    )
    picture = project.pictures.create(
        image=ContentFile(b"webp", name="p.webp"), width=1, height=1, description="x"
    )
    dataset = DatasetFactory(team=team, sensitivity="event")
    secret = DatasetFactory(
        team=team, sensitivity="team", description=f"secret {canary}"
    )
    round_ = RoundFactory(event=event)
    CriterionFactory(round=round_)
    judge = JudgeFactory(event=event)
    pairwise = RoundFactory(event=event, kind="pairwise", order=9)
    pairwise.comparisons.create(
        judge=judge,
        winner=project,
        loser=ProjectFactory(team__event=event, submitted=True),
        client="late",
        revision=1,
        undone_at=timezone.now(),
        late="waits",
    )
    card = ScorecardFactory(
        round=round_, judge=judge, project=project, notes=f"note {canary}"
    )
    late = card.revisions.create(client="c", revision=1, payload={}, outcome="late")
    organiser = SeriesOrganiserFactory(series=event.series, role="admin").user
    invitation = InvitationFactory(survey__event=event, user=member)
    tool = ToolFactory()
    broadcast = event.broadcasts.create(
        segment="everybody", subject=f"plan {canary}", body="x"
    )
    recap = RecapFactory(event=event)
    block = BlockFactory(recap=recap, edited_text=f"plan of a recap {canary}")
    paper = CertificateFactory(event=event, user=member, name="Once Mem")
    talk = TalkProposalFactory(event=event, user=member, about=f"talk {canary}")
    row = NotificationFactory(event=event, status="failed", error=canary)
    return World(
        event=event,
        judge=judge,
        canary=canary,
        users={
            "stranger": UserFactory(),
            "attendee": attendee,
            "member": member,
            "captain": captain,
            "organiser": organiser,
        },
        words={
            "event": event.slug,
            "series": event.series.slug,
            "team": team.slug,
            "code": team.join_code,
            "request": JoinRequestFactory(team=team, user=attendee).pk,
            "idea": IdeaFactory(event=event, author=captain).pk,
            "dataset": dataset.slug,
            "secret": secret.slug,
            "project": project.slug,
            "draft": draft.slug,
            "picture": picture.pk,
            "member": member.pk,
            "person": member.pk,
            "prize": PrizeFactory(event=event).pk,
            "round": round_.pk,
            "pairwise": pairwise.pk,
            "client": "phone",
            "revision": 1,
            "judge": judge.pk,
            "judge_token": judge.token,
            "card": card.pk,
            "late": late.pk,
            "one": 1,
            "scores": "scores",
            "registration": event.registrations.get(user=attendee).pk,
            "ticket": event.registrations.get(user=attendee).ticket,
            "token": invitation.token,
            "tool": tool.slug,
            "what": "landscape.json",
            "history": "history.csv",
            "broadcast": broadcast.pk,
            "mail": row.pk,
            "block": block.pk,
            "paper": paper.pk,
            "paper_code": paper.code,
            "talk": talk.pk,
            "help": HelpRequestFactory(team=team, topic=f"help {canary}").pk,
            "now": timezone.now().isoformat(),
        },
    )


# What is private, and who may read it; nobody else does, on any page.
SECRETS = {
    "secret-attendee@example.org": {"attendee", "organiser", "superuser"},
    "secret-captain@example.org": {"captain", "organiser", "superuser"},
    "secret-judge@example.org": {"organiser", "superuser"},
    "secret-answer": {"attendee", "organiser", "superuser"},
    "secret-note": {"judge"},
    "secret-survey": set(),
    "secret-second-step": set(),
    "secret-mail-link": set(),
}


def with_secrets(world: World) -> World:
    event, users = world.event, world.users
    for role in ("attendee", "captain"):
        user = users[role]
        user.email = f"secret-{role}@example.org"
        user.save()
        user.emailaddress_set.create(email=user.email, verified=True)
    world.judge.email = "secret-judge@example.org"
    world.judge.save()
    world.judge.scorecards.update(notes="secret-note")
    question = RegistrationQuestionFactory(event=event)
    event.registrations.filter(user=users["attendee"]).update(
        answers={str(question.pk): "secret-answer"}, in_directory=True
    )
    response = ResponseFactory(
        survey=event.survey,
        invitation=event.survey.invitations.earliest("pk"),
        what_to_change="secret-survey",
    )
    ToolReviewFactory(response=response, remark="secret-survey", may_quote=True)
    Authenticator.objects.create(
        user=users["captain"], type="totp", data={"secret": "secret-second-step"}
    )
    event.notifications.update(context={"path": "/secret-mail-link"})
    return world
