"""What everybody reads: a recap in three shapes, and lessons across events."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import cached_property
from django.views.generic import ListView, TemplateView, View

from accounts.limits import knock
from core.pagecache import public_page
from core.search import MOST_WORDS, has, matching
from events.views import EventMixin
from recap.forms import LessonsForm
from recap.models import Recap
from recap.newsletter import markdown_of
from recap.pdf.press import CannotBePressed
from recap.printing import recap_pdf
from recap.reading import parts
from submissions.models import Project, ToolUse


class RecapMixin(EventMixin):
    """Of a published recap; organisers see it before. For others it is not there."""

    tab = "recap"

    @cached_property
    def recap(self) -> Recap:
        recap = Recap.objects.filter(event=self.event).first()
        if recap is not None:
            recap.event = self.event
        if recap is None or not self.user.has_perm("recap.view_recap", recap):
            raise Http404
        return recap


@public_page
class RecapView(RecapMixin, TemplateView):
    template_name = "recap/recap_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            recap=self.recap, parts=parts(self.recap), **kwargs
        )


@public_page
class RecapMarkdownView(RecapMixin, View):
    def get(self, *_args: Any, **_kwargs: Any) -> HttpResponse:
        response = HttpResponse(
            markdown_of(self.recap), content_type="text/markdown; charset=utf-8"
        )
        return _named(response, f"{self.event.slug}-recap.md")


@public_page
class RecapPdfView(RecapMixin, View):
    @property
    def reader(self) -> str:
        """Who asks, or from where: nobody uses up what others may."""
        if self.request.user.is_authenticated:
            return f"user {self.request.user.pk}"
        return str(get_adapter().get_client_ip(self.request))

    def get(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        recap = self.recap  # or 404
        knock(request, "recap_pdf", self.reader)
        try:
            pdf = recap_pdf(recap)
        except CannotBePressed as refusal:
            told = {"recap": recap, "refusal": refusal}
            return render(request, "recap/undrawn.html", told, status=409)
        response = HttpResponse(pdf, content_type="application/pdf")
        return _named(response, f"{self.event.slug}-recap.pdf")


def _named(response: HttpResponse, name: str) -> HttpResponse:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@public_page
class LessonsView(ListView[Project]):
    """What teams would tell the next ones, of all events, by words and by series."""

    template_name = "recap/lessons.html"
    paginate_by = 20

    @cached_property
    def form(self) -> LessonsForm:
        return LessonsForm(self.request.GET or None)

    def get_queryset(self) -> QuerySet[Project]:
        lessons = (
            Project.objects.in_gallery()
            .filter(event__is_published=True)
            .exclude(lessons_learned="")
            .select_related("event__series", "team")
            .prefetch_related("tool_uses__tool")
            .order_by("-event__starts_at", "title", "pk")
        )
        if self.form.is_bound and not self.form.is_valid():
            return lessons.none()
        if self.form.is_bound:
            for word in self.form.cleaned_data["q"].split()[:MOST_WORDS]:
                uses = ToolUse.objects.filter(has("tool__name", word))
                lessons = lessons.filter(
                    matching(word, "lessons_learned", "title")
                    | Q(pk__in=uses.values("project"))
                )
            if series := self.form.cleaned_data["series"]:
                lessons = lessons.filter(event__series=series)
        return lessons

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(form=self.form, **kwargs)
