"""A recap as Markdown that a newsletter takes as it is: whole addresses, no HTML."""

from collections.abc import Iterator

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from events.days import days_of
from events.models import Event
from recap.models import Recap
from recap.normal import normal
from recap.reading import Part, ProjectFacts, parts
from recap.writing import plain


def markdown_of(recap: Recap) -> str:
    event = recap.event
    pieces = [f"# {plain(event.name)}", _when(event)]
    section = ""
    for part in parts(recap):
        if part.section and part.section != section:
            pieces.append(f"## {plain(part.section)}")
        section = part.section
        pieces += _part(part, event)
    pieces.append(
        f"[{_('The whole recap')}]({settings.SITE_URL}{recap.get_absolute_url()})"
    )
    return "\n\n".join(piece for piece in pieces if piece) + "\n"


def _when(event: Event) -> str:
    day = days_of(event, with_weekday=True)
    return f"{day}, {plain(event.venue)}" if event.venue else day


def _part(part: Part, event: Event) -> Iterator[str]:
    if part.title:
        level = "###" if part.section else "##"
        yield f"{level} {plain(part.title)}"
    if part.project and part.kind == "project":
        yield from _project(part.project, event)
    yield normal(part.text)
    if part.picture:
        yield "\n".join(
            f"- {plain(name)}: {teams}" for name, teams in part.picture.most_used()
        )
    if part.names:
        yield "\n".join(f"- {title}: {plain(names)}" for title, names in part.names)


def _project(project: ProjectFacts, event: Event) -> Iterator[str]:
    for picture in project.pictures[:1]:
        path = reverse(
            "submissions:picture", args=[event.slug, project.project.slug, picture.pk]
        )
        yield f"![{plain(picture.description)}]({settings.SITE_URL}{path})"
    lines = [_("- Team: %s") % plain(project.team)]
    if project.idea:
        lines.append(_("- Idea: %s") % plain(project.idea.title))
    if project.datasets:
        lines.append(
            _("- Data: %s")
            % ", ".join(
                f"[{plain(data.title)}]({settings.SITE_URL}{data.get_absolute_url()})"
                for data in project.datasets
            )
        )
    if project.tools:
        lines.append(_("- Tools: %s") % ", ".join(plain(t.name) for t in project.tools))
    lines.append(f"- [{_('Project page')}]({project.url})")
    yield "\n".join(lines)
