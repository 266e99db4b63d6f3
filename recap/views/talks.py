"""“Tell us about this tool at the next meetup”: offered, and taken back, freely."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from core.exceptions import Refused
from core.permissions import require
from core.receipts import OnceMixin
from events.views import EventMixin
from recap import actions
from recap.forms import TalkForm
from recap.models import TalkProposal
from recap.views.base import TellActionView, TellerMixin


class OfferTalkView(OnceMixin, EventMixin, FormView[TalkForm]):
    """For people who took part; below the form stands what they have offered."""

    form_class = TalkForm
    template_name = "recap/talk_form.html"
    tab = "recap"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        require(request.user, "recap.offer_talk", self.event)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "event": self.event}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = TalkProposal.objects.standing().filter(event=self.event, user=self.user)
        return super().get_context_data(own=own.select_related("tool"), **kwargs)

    def form_valid(self, form: TalkForm) -> HttpResponse:
        values = {
            k: v
            for k, v in form.cleaned_data.items()
            if k in {"title", "about", "tool"}
        }
        try:
            actions.offer_talk(self.event, self.user, **values)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        messages.success(
            self.request, _("Thank you! The organisers will write to you.")
        )
        return redirect("recap:talk_new", self.event.slug)


class WithdrawTalkView(EventMixin, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        talk = get_object_or_404(
            TalkProposal.objects.select_related("event"),
            pk=kwargs["pk"],
            event=self.event,
            user=request.user.pk,
        )
        actions.withdraw_talk(talk, self.user)
        messages.success(request, _("Taken back, and forgotten."))
        return redirect("recap:talk_new", self.event.slug)


class TalksView(TellerMixin, TemplateView):
    template_name = "recap/talks.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            talks=TalkProposal.objects.standing()
            .filter(event=self.event)
            .select_related("user", "tool"),
            **kwargs,
        )


class AnswerTalkView(TellActionView):
    back = "recap:talks"

    def perform(self) -> str:
        talk = get_object_or_404(
            TalkProposal.objects.standing(), pk=self.kwargs["pk"], event=self.event
        )
        accept = self.request.POST.get("do") == "accept"
        actions.answer_talk(talk, self.user, accept=accept)
        return _("%(name)s gets a mail.") % {"name": talk.user}
