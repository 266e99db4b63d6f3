"""Judges sign in by their link. The session knows the judge and nothing else."""

from datetime import timedelta

from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone

from judging.models import Judge

KEY = "judge"
# Written no more often than this: phones ask every few seconds.
OFTEN = timedelta(minutes=1)


def enter(request: HttpRequest, judge: Judge) -> None:
    """Open the judge's pages in this browser. Who is signed in stays signed in."""
    known = {"pk": judge.pk, "fingerprint": judge.fingerprint}
    if request.session.get(KEY) != known:
        # A session that somebody else has planted, or knows, is not the judge's.
        request.session.cycle_key()
    request.session[KEY] = known


def note_presence(judge: Judge) -> None:
    """The judge is at work: their app asks, or they have pressed a button.

    That the link was opened says nothing: scanners of mail open links, too.
    """
    now = timezone.now()
    if judge.last_seen_at is None or judge.last_seen_at < now - OFTEN:
        Judge.objects.filter(pk=judge.pk).update(
            last_seen_at=now, first_seen_at=Coalesce("first_seen_at", now)
        )


def leave(request: HttpRequest) -> None:
    request.session.pop(KEY, None)


def opened_link(request: HttpRequest) -> tuple[int, str]:
    """The judge's number and the fingerprint of the link; not yet looked at."""
    known = request.session.get(KEY) or {}
    return known.get("pk", 0), known.get("fingerprint", "")


def current_judge(request: HttpRequest) -> Judge | None:
    """The judge of this session, unless the link was revoked or renewed since."""
    known = request.session.get(KEY)
    if not known:
        return None
    judge = (
        Judge.objects.active()
        .select_related("event__series")
        .prefetch_related("event__windows")
        .filter(pk=known.get("pk"))
        .first()
    )
    if judge is None or judge.fingerprint != known.get("fingerprint"):
        return None
    return judge
