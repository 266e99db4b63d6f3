"""Recaps and certificates on paper: what recap.pdf is told, and in which files."""

import zipfile
from collections.abc import Iterable, Iterator
from io import BytesIO, RawIOBase
from typing import IO, Any

import segno
from django.conf import settings
from django.utils import translation
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from PIL import Image

from events.days import days_of
from events.models import Event
from recap.models import Certificate, Recap
from recap.pdf.glyphs import missing
from recap.pdf.markup import Node, tree
from recap.pdf.press import CannotBePressed, press
from recap.reading import Part, parts

Kind = Certificate.Kind
INSTEAD = "?"
CONTROLS = dict.fromkeys({*range(32), *range(127, 160)} - {ord("\t"), ord("\n")}, "")
PICTURES = 2  # a project
PRINTED = (800, 800)  # pixels: 48 mm high, and sharp


class CannotBeDrawn(CannotBePressed):
    """Better no paper than one with empty boxes in somebody's name."""

    def __init__(self, signs: str) -> None:
        self.signs = signs

    def __str__(self) -> str:
        return _("Our fonts cannot draw these signs: %(signs)s") % {
            "signs": " ".join(self.signs)
        }


def what_is_missing(certificate: Certificate) -> str:
    """The signs of a certificate that no font of ours has."""
    event = certificate.event
    return missing(f"{certificate.name}{certificate.award}{event.name}{event.venue}")


def certificate_pdf(certificate: Certificate) -> bytes:
    if signs := what_is_missing(certificate):
        raise CannotBeDrawn(signs)
    event = certificate.event
    url = f"{settings.SITE_URL}{certificate.get_absolute_url()}"
    code = BytesIO()
    segno.make_qr(url, error="m").save(code, kind="svg", scale=4)
    day = days_of(event)
    content = {
        "title": _("Certificate of %(name)s") % {"name": certificate.name},
        "issuer": event.series.name,
        "lang": (translation.get_language() or "en")[:2],
        "eyebrow": f"{_('Certificate')} · {_drawable(event.series.name)}",
        "before": _("This says that"),
        "name": certificate.name,
        "sentence": sentence_of(certificate),
        "award": certificate.award,
        "event": event.name,
        "where": f"{event.venue} · {day}" if event.venue else day,
        "check": _("Anybody can check this paper at"),
        "url": url,
    }
    return press(
        "certificate",
        content,
        {"qr.svg": code.getvalue()},
        made_at=certificate.issued_at,
    )


def sentence_of(certificate: Certificate) -> str:
    return {
        Kind.PARTICIPANT: _("took part in"),
        Kind.WINNER: _("won at"),
        Kind.JUDGE: _("judged at"),
        Kind.MENTOR: _("mentored at"),
    }[Kind(certificate.kind)]


class _Pipe(RawIOBase):
    """Takes what a ZIP writes, and gives it away piece by piece."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        data = b"".join(self.pieces)
        self.pieces.clear()
        return data


def zip_of(certificates: Iterable[Certificate]) -> Iterator[bytes]:
    """All papers, one after the other: never more than one in memory.

    Those that cannot be drawn are named in a file beside the others.
    """
    pipe = _Pipe()
    left_out = []
    with zipfile.ZipFile(pipe, "w") as archive:
        for one in certificates:
            try:
                pdf = certificate_pdf(one)
            except CannotBePressed as refusal:
                left_out.append(f"{one.name}: {refusal}")
                continue
            archive.writestr(file_name(one), pdf)
            yield pipe.take()
        if left_out:
            archive.writestr(_("left out") + ".txt", "\n".join(left_out))
    yield pipe.take()


def file_name(certificate: Certificate) -> str:
    """Names the person for people, and the row for machines: no two are alike."""
    words = f"{certificate.kind} {certificate.name}".replace("/", " ").strip(". ")
    return f"{get_valid_filename(words)[:80]}-{certificate.pk}.pdf"


# --- The recap ------------------------------------------------------------------------


def recap_pdf(recap: Recap) -> bytes:
    files: dict[str, bytes] = {}
    content = content_of(recap, files)
    return press("recap", content, files, made_at=recap.made_at)


def content_of(recap: Recap, files: dict[str, bytes]) -> dict[str, Any]:
    """All words of the paper; its pictures are put into ``files``."""
    event = recap.event
    told = []
    section = ""
    for number, part in enumerate(parts(recap)):
        told.append(_part(part, number, files, is_new=part.section != section))
        section = part.section
    content = {
        "title": event.name,
        "eyebrow": f"{event.series.name} · {_('Recap')}",
        "when": ", ".join(
            filter(None, [days_of(event, with_weekday=True), event.venue])
        ),
        "foot": f"{settings.SITE_URL}{recap.get_absolute_url()}",
        "lang": (translation.get_language() or "en")[:2],
        "parts": told,
    }
    drawn: dict[str, Any] = _drawable(content)
    return drawn


def _part(
    part: Part, number: int, files: dict[str, bytes], *, is_new: bool
) -> dict[str, Any]:
    chart = ""
    if part.picture:
        chart = f"chart{number}.svg"
        files[chart] = _drawable(part.picture.on_paper()).encode()
    return {
        "section": part.section if is_new else "",
        "title": part.title,
        "is_one_of_several": bool(part.section),
        "facts": list(_facts(part)),
        "pictures": list(_pictures(part, number, files)),
        "nodes": _nodes(part),
        "chart": chart,
        "chart_alt": _("The tools of the day, room by room"),
    }


def _nodes(part: Part) -> list[Node]:
    nodes = tree(part.text)
    for title, names in part.names:
        nodes.append({"t": "p", "c": [{"t": "text", "v": f"{title}: {names}"}]})
    return nodes


def _facts(part: Part) -> Iterator[dict[str, str]]:
    project = part.project
    if project is None:
        return
    yield {"label": _("Team"), "text": project.team, "url": project.url}
    if part.kind != "project":
        return
    if project.idea:
        yield {"label": _("Idea"), "text": project.idea.title, "url": ""}
    for data in project.datasets:
        url = f"{settings.SITE_URL}{data.get_absolute_url()}"
        yield {"label": _("Data"), "text": data.title, "url": url}
    if project.tools:
        tools = ", ".join(tool.name for tool in project.tools)
        yield {"label": _("Tools"), "text": tools, "url": ""}


def _pictures(
    part: Part, number: int, files: dict[str, bytes]
) -> Iterator[dict[str, str]]:
    if part.project is None or part.kind != "project":
        return
    for picture in part.project.pictures[:PICTURES]:
        name = f"picture{number}-{picture.pk}.jpg"
        try:
            with (picture.small or picture.image).open("rb") as file:
                files[name] = _jpeg(file)
        except OSError:  # the file is lost; the words are not
            continue
        yield {"file": name, "alt": picture.description}


def _jpeg(file: IO[bytes]) -> bytes:
    """A PDF keeps it as it is; of anything else it would keep every single pixel."""
    with Image.open(file) as image:
        image.thumbnail(PRINTED)
        out = BytesIO()
        image.convert("RGB").save(out, "JPEG", quality=80)
    return out.getvalue()


def _drawable(content: Any) -> Any:
    """The same, with a plain sign in the place of what no font of ours can draw."""
    if isinstance(content, str):
        signs = {ord(char): INSTEAD for char in missing(content)}
        return content.translate({**signs, **CONTROLS})
    if isinstance(content, dict):
        return {key: _drawable(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_drawable(value) for value in content]
    return content


def undrawn(event: Event) -> list[Certificate]:
    """Certificates that no paper can be made of."""
    rows = event.certificates.select_related("event").filter(revoked_at__isnull=True)
    return [one for one in rows if what_is_missing(one)]
