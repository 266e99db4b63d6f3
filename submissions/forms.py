from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.fields import SkillsField
from accounts.models import User
from core.search import fold_words
from core.text import clean_line, whole_number
from core.versions import VersionedForm
from events.models import Event, Track
from submissions import files
from submissions.licences import CHOICES
from submissions.models import (
    Dataset,
    Idea,
    Project,
    ProjectPicture,
    Tool,
    ToolCategory,
)

MOST_TOOLS = 40


class IdeaForm(VersionedForm, forms.ModelForm[Idea]):
    wanted_skills = SkillsField(label=_("Skills it needs"))

    class Meta:
        model = Idea
        fields: ClassVar = ["title", "pitch"]
        widgets: ClassVar = {"pitch": forms.Textarea(attrs={"rows": 7})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["wanted_skills"] = list(self.instance.wanted_skills.all())


class IdeaFilterForm(forms.Form):
    q = forms.CharField(label=_("Search"), max_length=80, required=False)
    free = forms.BooleanField(label=_("Without a team yet"), required=False)


class DatasetForm(VersionedForm, forms.ModelForm[Dataset]):
    """A data card. The file is checked here and comes out as ``upload``."""

    upload = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("CSV, JSON Lines and Parquet get a profile. Or give a link below."),
    )
    licence = forms.ChoiceField(
        label=_("Licence"), choices=[("", _("Choose one")), *CHOICES]
    )

    class Meta:
        model = Dataset
        fields: ClassVar = [
            "title",
            "description",
            "link",
            "licence",
            "provenance",
            "known_faults",
            "sensitivity",
        ]
        widgets: ClassVar = {
            "description": forms.Textarea(attrs={"rows": 4}),
            "provenance": forms.Textarea(attrs={"rows": 3}),
            "known_faults": forms.Textarea(attrs={"rows": 3}),
            "sensitivity": forms.RadioSelect,
        }

    field_order = ("title", "description", "upload")

    def stored_beside(self) -> dict[str, Any]:
        return {"upload": self.stored_file}

    @property
    def stored_file(self) -> str:
        dataset = self.instance
        return f"{dataset.filename} {dataset.sha256[:8]}" if dataset.file else ""

    def write_beside(self, data: QueryDict, name: str, value: Any) -> bool:  # noqa: ARG002
        """The file that is there stays as long as none is sent."""
        return name == "upload"

    def leaves_alone(self, name: str) -> bool:
        return name == "upload" and not self.cleaned_data.get("upload")

    def clean_upload(self) -> files.Upload | None:
        file = self.cleaned_data.get("upload")
        return files.check_dataset(file) if file else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        described = data.get("sensitivity") == Dataset.Sensitivity.DESCRIBED
        has_data = data.get("upload") or data.get("link") or self.instance.file
        if not (has_data or described or "upload" in self.errors):
            raise forms.ValidationError(
                _("Please give a file or a link, or choose “Described only”.")
            )
        if described and data.get("upload"):
            self.add_error(
                "upload", _("“Described only” means that the data stays with you.")
            )
        return data


class RowsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Refuses numbers that no database row can have, which Django hands on to it."""

    def _check_values(self, value: Any) -> Any:
        for pk in value:
            if whole_number(pk) is None:
                raise forms.ValidationError(
                    self.error_messages["invalid_pk_value"], params={"pk": pk[:40]}
                )
        return super()._check_values(value)  # type: ignore[misc]


class ProjectStartForm(forms.ModelForm[Project]):
    class Meta:
        model = Project
        fields: ClassVar = ["title"]


# What can be left out for now; see submissions.actions.projects.missing_parts.
_ONE_LINK = _("(one of these links is needed to hand in)")
_TO_HAND_IN = _("(needed to hand in)")
NEEDED = {
    "tagline": _TO_HAND_IN,
    "story": _TO_HAND_IN,
    "repository_url": _ONE_LINK,
    "demo_url": _ONE_LINK,
    "video_url": _ONE_LINK,
}

CataloguePart = tuple[ToolCategory, bool, list[dict[str, Any]]]


def catalogue(
    chosen: Collection[int], purposes: Mapping[int, str] | None = None
) -> list[CataloguePart]:
    """Categories, whether to show them open, and their tools; in two queries."""
    by_category = defaultdict(list)
    for tool in Tool.objects.listed():
        by_category[tool.category_id].append(
            {
                "tool": tool,
                "chosen": tool.pk in chosen,
                "purpose": (purposes or {}).get(tool.pk, ""),
                "search": fold_words(f"{tool.name} {tool.aliases}".replace("\n", " ")),
            }
        )
    return [
        (
            category,
            any(item["chosen"] for item in by_category[category.pk]),
            by_category[category.pk],
        )
        for category in ToolCategory.objects.all()
        if by_category[category.pk]
    ]


class ProjectForm(VersionedForm, forms.ModelForm[Project]):
    """The whole project page, tools and their purposes included.

    Tools come as checkboxes ``tools`` and texts ``purpose-<pk>``, so that the picker
    works without JavaScript.
    """

    tools = RowsField(
        label=_("Tools you used"), queryset=Tool.objects.none(), required=False
    )

    class Meta:
        model = Project
        fields: ClassVar = [
            "title",
            "tagline",
            "story",
            "repository_url",
            "demo_url",
            "video_url",
            "slides_url",
            "tracks",
            "datasets",
            "lessons_learned",
            "made_before",
        ]
        field_classes: ClassVar = {"tracks": RowsField, "datasets": RowsField}
        widgets: ClassVar = {
            "story": forms.Textarea(attrs={"rows": 12}),
            "lessons_learned": forms.Textarea(attrs={"rows": 5}),
            "made_before": forms.Textarea(attrs={"rows": 3}),
            "tracks": forms.CheckboxSelectMultiple,
            "datasets": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        event = self.instance.event
        self.fields["tracks"].queryset = event.tracks.all()  # type: ignore[attr-defined]
        if not event.tracks.exists():
            del self.fields["tracks"]
        # What a teammate of another mind chose stays on offer.
        self.fields["datasets"].queryset = event.datasets.filter(  # type: ignore[attr-defined]
            Q(pk__in=event.datasets.visible_to(user)) | Q(projects=self.instance)
        ).distinct()
        self.fields["tools"].queryset = Tool.objects.all()  # type: ignore[attr-defined]
        for name, needed in NEEDED.items():
            self.fields[name].needed = needed  # type: ignore[attr-defined]
        self.used = {
            use.tool: use.purpose
            for use in self.instance.tool_uses.select_related("tool")
        }
        self.purposes = {tool.pk: purpose for tool, purpose in self.used.items()}
        self.chosen = set(self.purposes)
        if self.is_bound:
            sent = self.data.getlist("tools")  # type: ignore[attr-defined]
            self.chosen = {pk for pk in map(whole_number, sent) if pk is not None}
            self.purposes = {
                pk: self.data.get(f"purpose-{pk}", "")[:160] for pk in self.chosen
            }

    def stored_beside(self) -> dict[str, Any]:
        return {"tools": self.used}

    def write_beside(self, data: QueryDict, name: str, value: Any) -> bool:
        if name != "tools":
            return False
        data.setlist("tools", [str(tool.pk) for tool in value])
        for tool, purpose in value.items():
            data[f"purpose-{tool.pk}"] = purpose
        return True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        tools = list(data.get("tools") or [])
        if len(tools) > MOST_TOOLS:
            self.add_error("tools", _("Please name at most 40 tools."))
        data["tools"] = {
            tool: clean_line(self.purposes.get(tool.pk, "")) for tool in tools
        }
        data.setdefault("tracks", Track.objects.none())
        return data

    @property
    def catalogue(self) -> list[CataloguePart]:
        return catalogue(self.chosen, self.purposes)


class PictureForm(forms.ModelForm[ProjectPicture]):
    picture = forms.FileField(label=_("Picture"))

    class Meta:
        model = ProjectPicture
        fields: ClassVar = ["description"]

    field_order = ("picture", "description")

    def clean_picture(self) -> files.Picture:
        return files.check_picture(self.cleaned_data["picture"])


class GalleryFilterForm(forms.Form):
    q = forms.CharField(label=_("Search"), max_length=80, required=False)
    track = forms.ModelChoiceField(
        label=_("Track"),
        queryset=Track.objects.none(),
        required=False,
        empty_label=_("all tracks"),
    )
    tool = forms.ModelChoiceField(
        label=_("Tool"),
        queryset=Tool.objects.none(),
        required=False,
        to_field_name="slug",
        empty_label=_("any tool"),
    )

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["track"].queryset = event.tracks.all()  # type: ignore[attr-defined]
        self.fields["tool"].queryset = Tool.objects.filter(  # type: ignore[attr-defined]
            uses__project__in=event.projects.in_gallery()
        ).distinct()
