"""Where organisers read, edit, order and publish a recap."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import FormView, TemplateView, UpdateView

from core.exceptions import NotSure, Refused
from core.receipts import OnceMixin
from core.versions import VersionedMixin
from recap import actions, facts
from recap.forms import BlockForm, NewBlockForm, RecapForm
from recap.models import Block, Recap
from recap.printing import undrawn
from recap.reading import RESTS_ON_BASIS, blocks_with_projects
from recap.views.base import TellActionView, TellerMixin
from recap.writing import drafts


class RecapEditView(TellerMixin, TemplateView):
    template_name = "recap/recap_edit.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        recap = Recap.objects.filter(event=self.event).first()
        context: dict[str, Any] = {"recap": recap}
        if recap is not None:
            recap.event = self.event
            context |= {
                "blocks": blocks_with_projects(recap),
                "is_true": recap.basis == facts.basis_of(self.event),
                "rests_on_basis": RESTS_ON_BASIS,
                "news": news_of(recap),
                "has_results": facts.public_result(self.event) is not None,
            }
        certificates = self.event.certificates
        return super().get_context_data(
            **context,
            valid=certificates.filter(revoked_at__isnull=True).count(),
            undrawn=len(undrawn(self.event)),
            talks=self.event.talk_proposals.standing().count(),
            **kwargs,
        )


def news_of(recap: Recap) -> int:
    """How many texts would be others if the recap were written again now."""
    before = {
        block.key: (block.title, block.text)
        for block in recap.blocks.exclude(kind=Block.Kind.OWN)
    }
    after = {one.key: (one.title[:150], one.text) for one in drafts(recap)}
    return sum(before.get(key) != after.get(key) for key in before | after)


class RecapStepView(TellActionView):
    """Write, publish, take back, mail: what is done to the recap as a whole."""

    def perform(self) -> str:
        steps: dict[str, Callable[[], str]] = {
            "write": self.write,
            "publish": self.publish,
            "withdraw": self.withdraw,
            "mail": self.mail,
        }
        step = steps.get(self.request.POST.get("do", ""))
        return step() if step else ""

    def write(self) -> str:
        actions.make_recap(self.event, self.user)
        return _("Written. Read it, change what you like, then publish.")

    def publish(self) -> str:
        actions.publish_recap(self.event, self.user)
        return _("The recap is public now.")

    def withdraw(self) -> str:
        NotSure.unless(self.request.POST)
        actions.withdraw_recap(self.event, self.user)
        return _("Only organisers see the recap now.")

    def mail(self) -> str:
        number = actions.send_digest(self.event, self.user)
        said = ngettext(
            "%d person gets a mail with their links.",
            "%d people get a mail with their links.",
            number,
        )
        return said % number


class RecapSettingsView(VersionedMixin, TellerMixin, UpdateView[Recap, RecapForm]):
    form_class = RecapForm
    template_name = "recap/recap_settings.html"

    def get_object(self, queryset: QuerySet[Recap] | None = None) -> Recap:  # noqa: ARG002
        return get_object_or_404(
            Recap.objects.select_related("event"), event=self.event
        )

    def form_valid(self, form: RecapForm) -> HttpResponse:
        actions.change_recap(self.get_object(), self.user, **form.cleaned_data)
        messages.success(self.request, _("Saved."))
        return redirect("recap:edit", self.event.slug)


class BlockMixin(TellerMixin):
    def block(self) -> Block:
        blocks = Block.objects.select_related("recap__event", "project")
        return get_object_or_404(blocks, pk=self.kwargs["pk"], recap__event=self.event)


class BlockEditView(VersionedMixin, BlockMixin, UpdateView[Block, BlockForm]):
    form_class = BlockForm
    template_name = "recap/block_form.html"
    context_object_name = "block"

    def get_object(self, queryset: QuerySet[Block] | None = None) -> Block:  # noqa: ARG002
        return self.block()

    def lock(self, row: Model) -> None:  # noqa: ARG002 -- the block that is got
        """The whole recap, as whoever writes it does, and in the same order."""
        Recap.objects.select_for_update(of=("self",)).get(pk=self.block().recap_id)

    def form_valid(self, form: BlockForm) -> HttpResponse:
        block = self.get_object()
        try:
            actions.edit_block(
                block,
                self.user,
                title=form.cleaned_data["edited_title"],
                text=form.cleaned_data["edited_text"],
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        messages.success(self.request, _("Saved."))
        response = redirect("recap:edit", self.event.slug)
        response["Location"] += f"#block-{block.pk}"
        return response


class BlockAddView(OnceMixin, TellerMixin, FormView[NewBlockForm]):
    form_class = NewBlockForm
    template_name = "recap/block_form.html"

    @cached_property
    def recap(self) -> Recap:
        return get_object_or_404(
            Recap.objects.select_related("event"), event=self.event
        )

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.recap  # noqa: B018 -- 404 before the first is written
        return super().get(request, *args, **kwargs)

    def form_valid(self, form: NewBlockForm) -> HttpResponse:
        block = actions.add_block(self.recap, self.user, **form.cleaned_data)
        messages.success(self.request, _("It stands at the top; move it from there."))
        response = redirect("recap:edit", self.event.slug)
        response["Location"] += f"#block-{block.pk}"
        return response


class BlockActionView(BlockMixin, TellActionView):
    """Hide, show, move, take an edit back, remove."""

    def perform(self) -> str:
        block, user = self.block(), self.user
        self.anchor = f"#block-{block.pk}"
        steps: dict[str, Callable[[], None]] = {
            "hide": lambda: actions.show_block(block, user, show=False),
            "show": lambda: actions.show_block(block, user, show=True),
            "up": lambda: actions.move_block(block, user, up=True),
            "down": lambda: actions.move_block(block, user, up=False),
            "revert": lambda: actions.revert_block(block, user),
            "remove": lambda: actions.remove_block(block, user),
        }
        step = steps.get(self.request.POST.get("do", ""))
        if step:
            step()
        return ""
