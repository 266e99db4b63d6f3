"""Who may do what with ideas, data and projects. Read the table at the bottom first.

When it may be done is asked by the actions, so that a form that comes too late comes
back with what was written.
"""

from typing import Any

import rules
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.permissions import explain
from events.rules import is_organiser, takes_part
from submissions.models import Dataset, Idea, Project
from teams.models import Membership, Team


def _team(obj: Any) -> Team:
    team: Team = obj if isinstance(obj, Team) else obj.team
    return team


@rules.predicate
def is_in_team(user: Any, obj: Any) -> bool:
    return (
        isinstance(user, User)
        and Membership.objects.filter(team=_team(obj), user=user).exists()
    )


@rules.predicate
def is_author(user: User, idea: Idea) -> bool:
    return idea.author_id is not None and idea.author_id == user.pk


@rules.predicate
def can_see_project(user: Any, project: Project) -> bool:
    return Project.objects.visible_to(user).filter(pk=project.pk).exists()


@rules.predicate
def can_see_dataset(user: Any, dataset: Dataset) -> bool:
    return Dataset.objects.visible_to(user).filter(pk=dataset.pk).exists()


@rules.predicate
def is_open_data(user: Any, dataset: Dataset) -> bool:
    return dataset.sensitivity == Dataset.Sensitivity.OPEN


@rules.predicate
def is_event_data(user: Any, dataset: Dataset) -> bool:
    return dataset.sensitivity == Dataset.Sensitivity.EVENT


@rules.predicate
def keeps_the_catalogue(user: Any) -> bool:
    """One catalogue serves all series, so no organiser of one may rearrange it."""
    return bool(user.is_active and user.is_superuser)


explain(is_in_team, _("This is for the members of the team."))
explain(is_author, _("This is for whoever had the idea."))

rules.add_perm("submissions.keep_catalogue", keeps_the_catalogue)

rules.add_perm("submissions.view_idea", rules.always_allow)
rules.add_perm("submissions.create_idea", takes_part)
rules.add_perm("submissions.back_idea", takes_part)
rules.add_perm("submissions.edit_idea", is_author | is_organiser)

rules.add_perm("submissions.view_dataset", can_see_dataset)
rules.add_perm("submissions.add_dataset", is_in_team)
rules.add_perm("submissions.edit_dataset", is_in_team | is_organiser)
rules.add_perm(
    "submissions.download_dataset",
    is_open_data | (is_event_data & takes_part) | is_in_team | is_organiser,
)

rules.add_perm("submissions.view_project", can_see_project)
rules.add_perm("submissions.start_project", is_in_team)
rules.add_perm("submissions.edit_project", is_in_team | is_organiser)
rules.add_perm("submissions.submit_project", is_in_team | is_organiser)
rules.add_perm("submissions.withdraw_project", is_in_team | is_organiser)
