"""Everything that can happen to a project."""

from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.exceptions import Refused
from core.text import clean_line, free_slug
from events.closing import NotOpenNow
from events.log import record
from events.models import Event, Phase
from notifications.outbox import Topic, notify
from submissions import hooks
from submissions.files import Picture
from submissions.models import Project, ProjectPicture, Tool, ToolUse
from teams.models import Membership, Team

MOST_PICTURES = 6
Status = Project.Status


class HackingIsOver(NotOpenNow):
    """Says as well what judges and visitors see of the project."""

    phase = Phase.HACKING
    message = _("The deadline has passed: projects can no longer be changed.")

    def __init__(self, event: Event, project: Project | None = None) -> None:
        super().__init__(event)
        self.project = project

    def __str__(self) -> str:
        return " ".join(filter(None, [super().__str__(), self.what_stands()]))

    def what_stands(self) -> str:
        if self.project is None:
            return ""
        if self.project.status != Status.SUBMITTED:
            return gettext("Nothing is handed in.")
        return gettext("What was handed in, last saved on %(then)s, stands.") % {
            "then": self.clock(self.project.updated_at)
        }


class HackingHasNotBegun(NotOpenNow):
    phase = Phase.HACKING
    message = _("Projects can be started when hacking begins.")


class ReasonIsNeeded(Refused):
    message = _("The deadline has passed. Please say why; the log keeps it.")


class NotInATeam(Refused):
    message = _("Join or found a team first: projects belong to teams.")


class ThingsAreMissing(Refused):
    """Names what has to be there before a project can be handed in."""

    sentence = _("Before you hand in, please add:")

    def __init__(self, missing: list[Any]) -> None:
        super().__init__()
        self.missing = missing

    def __str__(self) -> str:
        return str(
            format_lazy(
                "{sentence} {list}.",
                sentence=self.sentence,
                list=", ".join(str(part) for part in self.missing),
            )
        )


class HandedInNeeds(ThingsAreMissing):
    sentence = _(
        "This project is handed in, so it cannot do without what follows. Add it, or "
        "withdraw the project first:"
    )


class NotHandedIn(Refused):
    message = _("This project is not handed in, so there is nothing to take back.")


class TooManyPictures(Refused):
    message = _("Six pictures are enough. Remove one first.")


def _locked(project: Project) -> Project:
    return (
        Project.objects.select_related("event__series", "team")
        .select_for_update(of=("self",))
        .get(pk=project.pk)
    )


def _must_be_open(project: Project, user: User, reason: str) -> dict[str, Any]:
    """The server's clock decides. Organisers may, with a reason.

    The log gets what is returned.
    """
    if project.is_open:
        return {}
    if not user.has_perm("events.organise_event", project.event):
        raise HackingIsOver(project.event, project)
    if not reason.strip():
        raise ReasonIsNeeded
    return {"after_deadline": True, "reason": clean_line(reason)[:200]}


def why_closed(project: Project, user: User) -> Refused | None:
    """Why this person gets no form for the project now, if so."""
    if project.is_open or user.has_perm("events.organise_event", project.event):
        return None
    return HackingIsOver(project.event, project)


def why_not_started(event: Event) -> Refused | None:
    if event.is_open_for(Phase.HACKING):
        return None
    window = event.window(Phase.HACKING)
    if window and window.closes_at <= timezone.now():
        return HackingIsOver(event)
    return HackingHasNotBegun(event)


@transaction.atomic
def start_project(team: Team, user: User, title: str) -> Project:
    """Open the team's one project page; starting it twice gives the same page."""
    team = (
        Team.objects.select_for_update(of=("self",))
        .select_related("event")
        .get(pk=team.pk)
    )
    if not Membership.objects.filter(team=team, user=user).exists():
        raise NotInATeam
    if existing := Project.objects.filter(team=team).first():
        return existing
    if refusal := why_not_started(team.event):
        raise refusal
    project = Project.objects.create(
        event=team.event,
        team=team,
        title=title,
        slug=free_slug(title, team.event.projects.all()),
    )
    record(user, "projects.started", project, event=team.event)
    return project


@transaction.atomic
def edit_project(
    project: Project,
    user: User,
    *,
    tools: dict[Tool, str],
    reason: str = "",
    **fields: Any,
) -> Project:
    """Save the whole page."""
    project = _locked(project)
    late = _must_be_open(project, user, reason)
    tracks, datasets = fields.pop("tracks"), fields.pop("datasets")
    for name, value in fields.items():
        setattr(project, name, value)
    project.save()
    project.tracks.set(tracks)
    project.datasets.set(datasets)
    _set_tools(project, tools)
    if project.status == Status.SUBMITTED and (missing := missing_parts(project)):
        raise HandedInNeeds(missing)
    record(user, "projects.edited", project, event=project.event, **late)
    if project.status == Status.SUBMITTED:
        hooks.project_edited.tell(project)
    return project


def _set_tools(project: Project, tools: dict[Tool, str]) -> None:
    # Somebody may have merged tools while this page was being written.
    now = {
        tool.pk: tool.current
        for tool in Tool.objects.select_related("merged_into").filter(
            pk__in=[tool.pk for tool in tools]
        )
    }
    tools = {now[tool.pk]: purpose for tool, purpose in tools.items()}
    project.tool_uses.exclude(tool__in=tools).delete()
    for tool, purpose in tools.items():
        ToolUse.objects.update_or_create(
            project=project, tool=tool, defaults={"purpose": purpose}
        )


def missing_parts(project: Project) -> list[Any]:
    """What a project needs before it can be handed in, named for people."""
    wanted = [
        (project.tagline, _("one sentence about it")),
        (project.story, _("the story")),
        (
            project.repository_url or project.demo_url or project.video_url,
            _("a link to the repository, a demo or a video"),
        ),
        (project.tool_uses.exists(), _("the tools you used")),
    ]
    return [name for value, name in wanted if not value]


@transaction.atomic
def submit_project(project: Project, user: User, *, reason: str = "") -> Project:
    """Hand in; doing it twice, or two people at once, is handing in once."""
    project = _locked(project)
    late = _must_be_open(project, user, reason)
    if project.status == Status.SUBMITTED:
        return project
    if missing := missing_parts(project):
        raise ThingsAreMissing(missing)
    project.status = Status.SUBMITTED
    project.submitted_at = timezone.now()
    project.submitted_by = user
    project.save(update_fields=["status", "submitted_at", "submitted_by", "updated_at"])
    record(user, "projects.submitted", project, event=project.event, **late)
    hooks.project_submitted.tell(project)
    notify(
        User.objects.filter(memberships__team=project.team_id),
        "submissions/email/handed_in",
        key=f"handed-in:{project.pk}:{project.submitted_at:%Y%m%dT%H%M%S.%f}",
        event=project.event,
        topic=Topic.TEAM,
        context={
            "project": project.title,
            "who": str(user),
            "path": project.get_absolute_url(),
        },
    )
    return project


@transaction.atomic
def withdraw_project(project: Project, user: User, *, reason: str = "") -> Project:
    project = _locked(project)
    late = _must_be_open(project, user, reason)
    if project.status == Status.WITHDRAWN:
        return project
    if project.status != Status.SUBMITTED:
        raise NotHandedIn
    project.status = Status.WITHDRAWN
    project.save(update_fields=["status", "updated_at"])
    record(user, "projects.withdrawn", project, event=project.event, **late)
    hooks.project_withdrawn.tell(project)
    return project


@transaction.atomic
def add_picture(
    project: Project,
    user: User,
    picture: Picture,
    description: str,
    *,
    reason: str = "",
) -> ProjectPicture:
    project = _locked(project)
    late = _must_be_open(project, user, reason)
    count = project.pictures.count()
    if count >= MOST_PICTURES:
        raise TooManyPictures
    row = keep_picture(project, picture, description, order=count)
    record(user, "projects.picture_added", project, event=project.event, **late)
    return row


def keep_picture(
    project: Project, picture: Picture, description: str, order: int = 0
) -> ProjectPicture:
    """Without asking who may, and without a word in the log."""
    row = ProjectPicture(
        project=project,
        description=description,
        order=order,
        width=picture.width,
        height=picture.height,
    )
    row.small.save("small.webp", picture.small, save=False)
    row.image.save("picture.webp", picture.image)
    return row


@transaction.atomic
def remove_picture(picture: ProjectPicture, user: User, *, reason: str = "") -> None:
    project = _locked(picture.project)
    late = _must_be_open(project, user, reason)
    storage = picture.image.storage
    names = [str(file.name) for file in (picture.image, picture.small) if file]
    picture.delete()
    record(user, "projects.picture_removed", project, event=project.event, **late)
    for name in names:
        transaction.on_commit(partial(storage.delete, name), robust=True)
