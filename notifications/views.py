from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import TemplateView, UpdateView, View

from accounts.models import User
from core.exceptions import Refused
from core.permissions import require
from core.receipts import nonce_for, once, seen_before
from core.text import whole_number
from core.versions import VersionedMixin
from events.views import EventMixin
from notifications import actions
from notifications.composing import (
    example_of,
    read_unsubscribe_token,
    subject_of,
    words_of,
)
from notifications.forms import BroadcastForm, PreferencesForm
from notifications.models import Broadcast, Notification, Topic
from notifications.segments import register

MOST_STUCK = 50
PER_PAGE = 50


class PreferencesView(VersionedMixin, UpdateView[User, PreferencesForm]):
    form_class = PreferencesForm
    template_name = "notifications/preferences.html"
    success_url = reverse_lazy("notifications:preferences")

    def get_object(self, queryset: Any = None) -> User:  # noqa: ARG002
        return User.objects.get(pk=cast("User", self.request.user).pk)

    def form_valid(self, form: PreferencesForm) -> HttpResponse:
        actions.choose_topics(self.object, form.cleaned_data["topics"])
        messages.success(self.request, _("Saved."))
        return super().form_valid(form)


@method_decorator([login_not_required, csrf_exempt], name="dispatch")
class UnsubscribeView(View):
    """RFC 8058: POST without login, cookie or CSRF token; GET only shows a button."""

    http_method_names = ["get", "head", "post"]

    def read(self, token: str) -> tuple[User | str, Topic]:
        """The topic, and who reads: a person, or the digest of an address."""
        found = read_unsubscribe_token(token)
        if found is None:
            raise Http404
        reader, topic = found
        if isinstance(reader, int):
            return get_object_or_404(User, pk=reader), topic
        return reader, topic

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        _reader, topic = self.read(token)
        return render(request, "notifications/unsubscribe.html", {"topic": topic.label})

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        reader, topic = self.read(token)
        if isinstance(reader, User):
            actions.switch_off(reader, topic)
        else:
            actions.switch_off_address(reader, topic)
        return render(
            request,
            "notifications/unsubscribe.html",
            {
                "topic": topic.label,
                "done": True,
                "has_account": isinstance(reader, User),
            },
        )


class MailView(EventMixin, TemplateView):
    """Organisers write to a part of their people, and see what is stuck."""

    template_name = "notifications/event_mail.html"
    tab = "mail"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        require(request.user, "events.organise_event", self.event)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Notification.objects.filter(event=self.event)
        status = Notification.Status
        return super().get_context_data(
            **{
                "form": BroadcastForm(instance=self.draft(), event=self.event),
                "nonce": nonce_for(self.request),
                "broadcasts": self.event.broadcasts.select_related("author")[:10],
                "stuck": [
                    (row, subject_of(row))
                    for row in rows.stuck().select_related("recipient", "event")[
                        :MOST_STUCK
                    ]
                ],
                "held": self.held(),
                "sent": rows.filter(status=status.SENT).count(),
                "waiting": rows.filter(
                    status__in=[status.QUEUED, status.SENDING]
                ).count(),
                **kwargs,
            }
        )

    def draft(self) -> Broadcast:
        """The message that is being written: a new one, or one that waits."""
        new = Broadcast(event=self.event, author=self.user)
        asked = whole_number(self.request.GET.get("draft"))
        if asked is None:
            return new
        waiting = self.event.broadcasts.filter(status=Broadcast.Status.DRAFT)
        return waiting.filter(pk=asked).first() or new

    def held(self) -> list[dict[str, Any]]:
        """What waits for approval: of each kind how many, and its words."""
        kinds = (
            Notification.objects.filter(
                event=self.event, status=Notification.Status.HELD
            )
            .values("template")
            .annotate(number=Count("pk"))
            .order_by("template")
        )
        # Never a row of somebody's: its link may open their survey.
        return [
            {
                **kind,
                "words": words_of(example_of(self.event, kind["template"], self.user)),
            }
            for kind in kinds
        ]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if earlier := seen_before(request):
            return earlier
        form = BroadcastForm(request.POST, instance=self.draft(), event=self.event)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        return once(
            request,
            lambda: redirect(
                "notifications:broadcast", self.event.slug, form.save().pk
            ),
        )


class BroadcastView(MailView):
    """The message as it will be read, how many get it, and the button that sends."""

    template_name = "notifications/broadcast_confirm.html"

    def broadcast(self) -> Broadcast:
        return get_object_or_404(self.event.broadcasts, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        broadcast = self.broadcast()
        return super().get_context_data(
            broadcast=broadcast,
            segment=broadcast.segment,
            number=actions.recipients(broadcast).count(),
            left_out=actions.unreachable(broadcast).count(),
            to_whom=register[broadcast.segment].label,
            words=actions.preview(broadcast, self.user),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            sent = actions.send_broadcast(self.broadcast(), self.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            text = ngettext(
                "%d mail is on its way.", "%d mails are on their way.", sent
            )
            messages.success(request, text % sent)
        return redirect(reverse("notifications:mail", args=[self.event.slug]))


class SendAgainView(MailView):
    """Sends a stuck mail again."""

    http_method_names = ["post"]
    again = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        row = get_object_or_404(
            Notification.objects.select_related("recipient", "event"),
            event=self.event,
            pk=self.kwargs["pk"],
        )
        if not actions.decide(row, self.user, again=self.again):
            messages.info(request, _("That was decided already."))
        elif self.again:
            messages.success(request, _("It will be sent again."))
        else:
            messages.success(request, _("It stays as it is."))
        return redirect(reverse("notifications:mail", args=[self.event.slug]))


class LeaveView(SendAgainView):
    """Leaves a mail that may have been sent as it is."""

    again = False


class PersonMailView(MailView):
    """What one person of the event was mailed, in this event's series."""

    template_name = "notifications/person_mail.html"
    http_method_names = ["get", "head"]
    tab = "registrations"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        registration = get_object_or_404(
            self.event.registrations.select_related("user"), pk=self.kwargs["pk"]
        )
        rows = Notification.objects.filter(
            recipient=registration.user, event__series=self.event.series_id
        ).select_related("event", "recipient")
        page = Paginator(rows, PER_PAGE).get_page(self.request.GET.get("page"))
        return EventMixin.get_context_data(
            self,
            registration=registration,
            mails=[(row, subject_of(row)) for row in page],
            page_obj=page,
            counts=[
                (Notification.Status(status).label, number)
                for status, number in rows.order_by("status")
                .values_list("status")
                .annotate(number=Count("pk"))
            ],
            **kwargs,
        )


class HeldView(MailView):
    """Lets the held mails of one kind go, or drops them."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        send = request.POST.get("answer") == "send"
        number = actions.answer_held(
            self.event, self.user, request.POST.get("template", "")[:100], send=send
        )
        if send:
            text = ngettext(
                "%d mail is on its way.", "%d mails are on their way.", number
            )
        else:
            text = ngettext("%d mail is dropped.", "%d mails are dropped.", number)
        messages.success(request, text % number)
        return redirect(reverse("notifications:mail", args=[self.event.slug]))
