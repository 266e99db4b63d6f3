"""What the keepers of the catalogue can do to it: merge, take back, import."""

import hashlib
import json
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.exceptions import Refused
from core.text import fold, free_slug
from events.log import record
from events.models import AuditEntry
from submissions import hooks
from submissions.catalogue import landscape_yml
from submissions.models import Tool, ToolCategory, ToolUse

FILLED = ("homepage", "repository", "description")
LONGEST_PURPOSE = 160


class NothingToMerge(Refused):
    message = _("Choose at least two tools, and one of them to stay.")


class AlreadyMerged(Refused):
    message = _("One of these tools has become part of another one already.")


class NotMerged(Refused):
    message = _("This tool stands for itself, so there is nothing to take back.")


class NotTheSame(Refused):
    message = _("The catalogue has changed since you looked. Please look again.")


@transaction.atomic
def merge_tools(survivor: Tool, others: list[Tool], user: User) -> Tool:
    """Make one tool of several. Their rows stay, and lead to the one that is left.

    Uses move. Answers of closed surveys stay with the name under which they were given
    and are counted with the survivor's, so no group in which they are shown changes.
    """
    wanted = {survivor.pk, *(tool.pk for tool in others)}
    if len(wanted) <= 1:
        raise NothingToMerge
    # In one order, so that two who merge cannot wait for each other.
    locked = {
        tool.pk: tool
        for tool in Tool.objects.select_for_update()
        .filter(pk__in=wanted)
        .order_by("pk")
    }
    if len(locked) < len(wanted) or any(t.merged_into_id for t in locked.values()):
        raise AlreadyMerged
    stays = locked.pop(survivor.pk)
    for goes in locked.values():
        _merge_one(goes, stays, user)
    return stays


def _merge_one(goes: Tool, stays: Tool, user: User) -> None:
    before = {name: getattr(stays, name) for name in ("aliases", *FILLED)}
    moved, joined = _move_uses(goes, stays)
    hooks.tool_merged.tell(goes, stays)
    for name in FILLED:
        setattr(stays, name, getattr(stays, name) or getattr(goes, name))
    known = {fold(name) for name in stays.names}
    stays.aliases = "\n".join(
        [*stays.alias_list, *(n for n in goes.names if fold(n) not in known)]
    )
    stays.save()
    brought = list(goes.merged.order_by("pk").values_list("pk", flat=True))
    goes.merged.update(merged_into=stays)
    goes.merged_into = stays
    goes.save(update_fields=["merged_into"])
    record(
        user,
        "tools.merged",
        stays,
        gone=goes.name,
        gone_id=goes.pk,
        moved=moved,
        joined=joined,
        brought=brought,
        before=before,
    )


def _move_uses(goes: Tool, stays: Tool) -> tuple[list[int], list[dict[str, Any]]]:
    """Projects that name both name one from now on, with both purposes."""
    uses = list(ToolUse.objects.select_for_update().filter(tool=goes).order_by("pk"))
    theirs = {
        use.project_id: use
        for use in ToolUse.objects.select_for_update()
        .filter(tool=stays, project__in=[use.project_id for use in uses])
        .order_by("pk")
    }
    moved, joined = [], []
    for use in uses:
        kept = theirs.get(use.project_id)
        if kept is None:
            moved.append(use.pk)
            continue
        both = "; ".join(filter(None, dict.fromkeys([kept.purpose, use.purpose])))
        joined.append(
            {"project": use.project_id, "purpose": use.purpose, "kept": kept.purpose}
        )
        use.delete()
        if len(both) <= LONGEST_PURPOSE:  # else the log alone has the other's words
            kept.purpose = both
            kept.save(update_fields=["purpose"])
    ToolUse.objects.filter(pk__in=moved).update(tool=stays)
    return moved, joined


@transaction.atomic
def unmerge_tool(tool: Tool, user: User) -> Tool:
    """Let a merged tool stand for itself again, as far as the log can tell.

    What people have changed since stays changed: a project that dropped the survivor
    does not get the tool back.
    """
    tool = Tool.objects.get(pk=tool.pk)
    locked = Tool.objects.select_for_update().order_by("pk")
    pair = {t.pk: t for t in locked.filter(pk__in=[tool.pk, tool.merged_into_id])}
    goes = pair[tool.pk]
    entry = (
        AuditEntry.objects.filter(verb="tools.merged", details__gone_id=goes.pk)
        .order_by("-pk")
        .first()
    )
    if goes.merged_into_id not in pair or entry is None:
        raise NotMerged
    stays = pair[goes.merged_into_id]
    merge = entry.details
    ToolUse.objects.filter(pk__in=merge["moved"], tool=stays).update(tool=goes)
    for one in merge["joined"]:
        kept = ToolUse.objects.filter(project=one["project"], tool=stays).first()
        if kept is not None:
            kept.purpose = one["kept"]
            kept.save(update_fields=["purpose"])
            ToolUse.objects.get_or_create(
                project_id=one["project"],
                tool=goes,
                defaults={"purpose": one["purpose"]},
            )
    came = {fold(name) for name in goes.names}
    had = {fold(name) for name in merge["before"]["aliases"].splitlines()}
    stays.aliases = "\n".join(
        n for n in stays.alias_list if fold(n) not in came or fold(n) in had
    )
    stays.save()
    goes.merged_into = None
    goes.save(update_fields=["merged_into"])
    Tool.objects.filter(pk__in=merge["brought"], merged_into=stays).update(
        merged_into=goes
    )
    record(user, "tools.unmerged", goes, stays=stays.name, stays_id=stays.pk)
    return goes


def digest(plan: landscape_yml.Plan) -> str:
    """Equal for two plans that would do the same."""
    content = [
        plan.new_categories,
        [(item.category, item.name) for item in plan.new_tools],
        [(c.tool.pk, c.column, str(c.old), str(c.new)) for c in plan.changes],
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


@transaction.atomic
def import_landscape(
    items: list[landscape_yml.Item], user: User, seen: str
) -> landscape_yml.Plan:
    """Do what was seen in the preview, whose digest is ``seen``, and only that."""
    list(Tool.objects.select_for_update().order_by("pk").values_list("pk"))
    plan = landscape_yml.plan(items)
    if digest(plan) != seen:
        raise NotTheSame
    needs = {fold(need.name): need for need in ToolCategory.objects.all()}
    last = max((need.order for need in needs.values()), default=0)
    for number, name in enumerate(plan.new_categories, start=1):
        needs[fold(name)] = ToolCategory.objects.create(
            name=name,
            slug=free_slug(name, ToolCategory.objects.all()),
            order=min(last + number, 32_767),
        )
    for item in plan.new_tools:
        Tool.objects.create(
            category=needs[fold(item.category)],
            name=item.name,
            slug=free_slug(slugify(item.name.replace(".", " ")), Tool.objects.all()),
            homepage=item.homepage,
            repository=item.repository,
            description=item.description,
            is_open_source=bool(item.is_open_source),
        )
    for change in plan.changes:
        Tool.objects.filter(pk=change.tool.pk).update(**{change.column: change.new})
    record(
        user,
        "tools.imported",
        _("the catalogue"),  # type: ignore[arg-type]
        added=len(plan.new_tools),
        categories=len(plan.new_categories),
        changes=[
            {"tool": c.tool.name, "column": c.column, "old": c.old, "new": c.new}
            for c in plan.changes
        ],
    )
    return plan
