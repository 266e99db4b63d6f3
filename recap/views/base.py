from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.generic import View

from core.exceptions import Refused
from core.permissions import require
from events.views import EventMixin


class TellerMixin(EventMixin):
    """For organisers of this event only."""

    tab = "telling"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        require(request.user, "recap.tell_event", self.event)
        return super().dispatch(request, *args, **kwargs)


class TellActionView(TellerMixin, View):
    """A button of an organisers' page; back it goes to that page."""

    http_method_names = ["post"]
    back = "recap:edit"
    anchor = ""

    def perform(self) -> str:
        """Call the action; return the sentence that confirms it, if one is needed."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        try:
            if said := self.perform():
                messages.success(request, said)
        except Refused as refusal:
            messages.error(request, str(refusal))
        response = redirect(self.back, self.event.slug)
        response["Location"] += self.anchor
        return response
