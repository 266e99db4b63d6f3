import secrets
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.exceptions import Refused
from core.pagecache import touch_event
from events.log import record
from events.models import Event
from recap import facts
from recap.models import Block, Recap
from recap.writing import Draft, drafts


class NotOver(Refused):
    message = _("The event is not over yet. Recap and certificates come after it.")


class MenloWroteThis(Refused):
    message = _("Menlo would write this again. Hide it instead.")


class NoLongerThere(Refused):
    message = _("This part has left the recap meanwhile.")


class NothingIsWritten(Refused):
    message = _("Nothing is written yet. Write the recap first.")


@transaction.atomic
def make_recap(event: Event, user: User | None = None) -> Recap:
    """Write the recap, or write it again; what people edited stays as they left it."""
    if not event.is_over:
        raise NotOver
    Recap.objects.get_or_create(event=event)
    recap = _lock(event)
    write(recap)
    record(user, "recap.written", recap, event=event)
    return recap


def _lock(event: Event) -> Recap:
    return (
        Recap.objects.select_for_update(of=("self",))
        .select_related("event")
        .get(event=event)
    )


def _lock_block(block: Block) -> Block:
    """Its recap first, which whoever writes it holds as well; then it as it is now."""
    recap = _lock(block.recap.event)
    now = recap.blocks.select_related("recap__event").filter(pk=block.pk).first()
    if now is None:
        raise NoLongerThere
    return now


def write(recap: Recap) -> None:
    """Renew the generated texts; blocks that have nothing to say any more go."""
    # Asked first: what changes meanwhile makes this recap out of date, not wrong.
    recap.basis = facts.basis_of(recap.event)
    fresh = drafts(recap)
    known = {block.key: block for block in recap.blocks.all()}
    end = max((block.position for block in known.values()), default=0)
    is_first = not known
    for number, draft in enumerate(fresh, start=1):
        block = known.pop(draft.key, None)
        if block is None:
            place = number if is_first else _place(recap, draft, end)
            block = Block(recap=recap, kind=draft.kind, key=draft.key, position=place)
        block.title, block.text = draft.title[:150], draft.text
        block.project_id = draft.project
        # What organisers made of it is theirs, whatever this worker has read of it.
        block.save(update_fields=["title", "text", "project"] if block.pk else None)
    for block in known.values():
        if block.is_edited and not block.is_own:
            # Nothing generated stands behind it now; the words are the organiser's.
            block.title = block.text = ""
            block.save(update_fields=["title", "text"])
        elif not block.is_own:
            block.delete()
    recap.made_at = timezone.now()
    recap.save(update_fields=["basis", "made_at"])
    touch_event(recap.event.slug)


def _place(recap: Recap, draft: Draft, end: int) -> int:
    """After the last of its kind; else where the kind belongs; else at the end."""
    same = recap.blocks.filter(kind=draft.kind).order_by("-position").first()
    if same:
        return same.position
    order = list(Block.Kind.values)
    later = [
        block.position
        for block in recap.blocks.all()
        if order.index(block.kind) > order.index(draft.kind)
    ]
    return max(min(later) - 1, 0) if later else end + 1


@transaction.atomic
def keep_up(recap: Recap) -> bool:
    """Write again what rests on results or answers that are others by now."""
    locked = _lock(recap.event)
    if locked.basis == facts.basis_of(locked.event):
        return False
    write(locked)
    record(None, "recap.written", locked, event=locked.event)
    return True


@transaction.atomic
def change_recap(recap: Recap, user: User, **values: Any) -> None:
    """Whom to thank by name; the thanks are written anew."""
    locked = _lock(recap.event)
    for name, value in values.items():
        setattr(locked, name, value)
    locked.save(update_fields=[*values])
    write(locked)
    record(user, "recap.changed", locked, event=locked.event, new=values)


@transaction.atomic
def publish_recap(event: Event, user: User) -> None:
    recap = _written(event)
    if recap.basis != facts.basis_of(event):
        write(recap)
    if not recap.is_published:
        recap.published_at, recap.published_by = timezone.now(), user
        recap.save(update_fields=["published_at", "published_by"])
        record(user, "recap.published", recap, event=event)


@transaction.atomic
def withdraw_recap(event: Event, user: User) -> None:
    """Only organisers see it again."""
    recap = _written(event)
    if recap.is_published:
        recap.published_at = None
        recap.save(update_fields=["published_at"])
        record(user, "recap.withdrawn", recap, event=event)


def _written(event: Event) -> Recap:
    if not Recap.objects.filter(event=event).exists():
        raise NothingIsWritten
    return _lock(event)


@transaction.atomic
def edit_block(block: Block, user: User, *, title: str, text: str) -> None:
    """Keep the organiser's words beside the generated ones."""
    block = _lock_block(block)
    block.is_edited = True
    block.edited_title, block.edited_text = title, text
    block.edited_over = block.text
    block.save()
    _note(block, user, "recap.block_edited")


@transaction.atomic
def revert_block(block: Block, user: User) -> None:
    """Go back to what Menlo writes."""
    block = _lock_block(block)
    if block.is_own:
        return
    block.is_edited = False
    block.edited_title = block.edited_text = block.edited_over = ""
    if block.title or block.text:
        block.save()
    else:  # nothing is behind it
        block.delete()
    _note(block, user, "recap.block_reverted")


@transaction.atomic
def show_block(block: Block, user: User, *, show: bool) -> None:
    block = _lock_block(block)
    block.is_hidden = not show
    block.save(update_fields=["is_hidden"])
    _note(block, user, "recap.block_shown" if show else "recap.block_hidden")


@transaction.atomic
def move_block(block: Block, user: User, *, up: bool) -> None:
    """One place up or down; at the end nothing happens."""
    recap = _lock(block.recap.event)
    order = list(recap.blocks.all())
    here = next((i for i, one in enumerate(order) if one.pk == block.pk), None)
    if here is None:
        raise NoLongerThere
    there = here - 1 if up else here + 1
    if not 0 <= there < len(order):
        return
    order[here], order[there] = order[there], order[here]
    for position, one in enumerate(order, start=1):
        one.position = position
    Block.objects.bulk_update(order, ["position"])
    _note(block, user, "recap.block_moved")


@transaction.atomic
def add_block(recap: Recap, user: User, *, title: str, text: str) -> Block:
    """The organiser's own words, at the top; from there they can be moved."""
    recap = _lock(recap.event)
    first = recap.blocks.order_by("position").values_list("position", flat=True).first()
    if first == 0:
        order = list(recap.blocks.all())
        for position, one in enumerate(order, start=1):
            one.position = position
        Block.objects.bulk_update(order, ["position"])
    block = Block.objects.create(
        recap=recap,
        kind=Block.Kind.OWN,
        key=f"own:{secrets.token_hex(8)}",
        position=0,
        is_edited=True,
        edited_title=title,
        edited_text=text,
    )
    _note(block, user, "recap.block_added")
    return block


@transaction.atomic
def remove_block(block: Block, user: User) -> None:
    block = _lock_block(block)
    if not block.is_own:
        raise MenloWroteThis
    _note(block, user, "recap.block_removed")
    block.delete()


def _note(block: Block, user: User, verb: str) -> None:
    """The entry also lets kept pages of the event go."""
    event = block.recap.event
    record(user, verb, str(block), event=event)
    touch_event(event.slug)
