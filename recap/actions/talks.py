import secrets

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.exceptions import Refused
from events.log import record
from events.models import Event
from events.rules import takes_part
from notifications.outbox import notify
from recap.models import TalkProposal
from submissions.models import Tool

Status = TalkProposal.Status


class NotThere(Refused):
    message = _("Only people who took part can offer a talk here.")


class AlreadyOffered(Refused):
    message = _("You offered this already. You find it below, and can take it back.")


class NoLongerOffered(Refused):
    message = _("This offer was taken back.")


@transaction.atomic
def offer_talk(
    event: Event, user: User, *, title: str, about: str, tool: Tool | None = None
) -> TalkProposal:
    """Of their own will, with their name; no answer of theirs is looked at."""
    if not takes_part(user, event):
        raise NotThere
    User.objects.select_for_update().get(pk=user.pk)
    same = TalkProposal.objects.standing().filter(event=event, user=user)
    same = same.filter(tool=tool) if tool else same.filter(title=title)
    if same.exists():
        raise AlreadyOffered
    # No entry in the log: it would keep for good who offered something, and the very
    # moment, which stands beside the moment of their answers.
    return TalkProposal.objects.create(
        event=event, user=user, title=title, about=about, tool=tool
    )


@transaction.atomic
def withdraw_talk(talk: TalkProposal, user: User) -> None:
    """Forget what was offered; the organisers see it no more."""
    talk = TalkProposal.objects.select_for_update(of=("self",)).get(pk=talk.pk)
    if talk.status == Status.WITHDRAWN:
        return
    talk.status = Status.WITHDRAWN
    talk.title = talk.about = ""
    talk.tool = None
    talk.save()
    record(user, "recap.talk_withdrawn", talk.event, event=talk.event)


@transaction.atomic
def answer_talk(talk: TalkProposal, user: User, *, accept: bool) -> None:
    """Accept or decline, and thank the person. Changing one's mind tells them again."""
    talk = (
        TalkProposal.objects.select_for_update(of=("self",))
        .select_related("event", "user", "tool")
        .get(pk=talk.pk)
    )
    if talk.status == Status.WITHDRAWN:
        raise NoLongerOffered
    answer = Status.ACCEPTED if accept else Status.DECLINED
    if talk.status == answer:
        return
    talk.status = answer
    talk.save(update_fields=["status"])
    notify(
        [talk.user],
        "recap/email/talk_accepted" if accept else "recap/email/talk_declined",
        # Each change of mind is told; the status, which is locked, says that it is one.
        key=f"talk-{answer}:{talk.pk}:{secrets.token_hex(4)}",
        event=talk.event,
        # Mails are kept, and so name nothing that may be taken back.
        context={
            "event": talk.event.name,
            "path": f"{talk.event.get_absolute_url()}talks/new/",
        },
    )
    record(
        user,
        "recap.talk_accepted" if accept else "recap.talk_declined",
        talk.user.display_name,
        event=talk.event,
    )
