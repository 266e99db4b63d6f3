"""Checks on what people upload, before any of it is stored."""

import hashlib
import io
import re
import threading
from codecs import BOM_UTF8
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from core.text import clean_line
from submissions.text_tables import utf16_of

TEXT = {"csv", "tsv", "json", "jsonl", "txt", "md"}
BINARY = {  # extension: what its first bytes must be
    "parquet": (b"PAR1",),
    "zip": (b"PK\x03\x04", b"PK\x05\x06"),
    "xlsx": (b"PK\x03\x04",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "pdf": (b"%PDF-",),
}
ALLOWED = sorted(TEXT | set(BINARY))
HEAD = 8192
# The policy a file is served with: nothing in it runs, whatever a browser takes it for.
INERT = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox"
)
# What a text must not begin with. Further in it may be data: scraped pages, say.
DANGEROUS = re.compile(
    rb"<\s*(!doctype|!--|html|script|svg|iframe|\?xml|\?php)|#!", re.IGNORECASE
)

# Unpacked, a pixel takes four bytes, and more while it is worked on; in a JPEG a
# fraction of one, as it is read no larger than it is needed.
MOST_PIXELS = {
    "JPEG": 50_000_000,
    "PNG": 24_000_000,
    "GIF": 24_000_000,
    "WEBP": 12_000_000,
}
WIDEST = 1600
WIDEST_ON_CARDS = 480
# Unpacked pictures are large: one at a time in each process.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Upload:
    """A file that may be stored: ``size`` in bytes, ``sha256`` in hex."""

    file: File  # type: ignore[type-arg]
    name: str
    size: int
    sha256: str

    def __str__(self) -> str:
        return self.name


def display_name(raw: str) -> str:
    """What people call the file, without folders, controls or tricks."""
    name = clean_line(PurePosixPath(raw.replace("\\", "/")).name).lstrip(".-")
    stem, dot, ending = name.rpartition(".")
    return f"{stem[:100]}{dot}{ending[:12]}" if dot else name[:112]


def check_dataset(file: UploadedFile[Any]) -> Upload:
    """Accept a file whose name, content and size agree; raise ``ValidationError``."""
    name = display_name(file.name or "")
    ending = name.rpartition(".")[2].lower()
    if ending not in ALLOWED:
        raise ValidationError(
            _("Files of this kind cannot be stored. Allowed are: %(kinds)s."),
            params={"kinds": ", ".join(ALLOWED)},
        )
    size = file.size or 0
    if size == 0:
        raise ValidationError(_("This file is empty."))
    if size > settings.DATASET_MAX_BYTES:
        raise ValidationError(
            _("This file is too large: %(max)s at most. Give a link instead."),
            params={"max": filesizeformat(settings.DATASET_MAX_BYTES)},
        )
    file.seek(0)
    head = file.read(HEAD)
    if not _fits(ending, head):
        raise ValidationError(
            _("The content of this file is not what its name says (.%(ending)s)."),
            params={"ending": ending},
        )
    file.seek(0)
    sha256 = digest(file)
    file.seek(0)
    return Upload(file, name, size, sha256)


def digest(file: IO[bytes] | UploadedFile[Any]) -> str:
    """SHA-256 in hex, read in pieces."""
    sha256 = hashlib.sha256()
    while chunk := file.read(2**20):
        sha256.update(chunk)
    return sha256.hexdigest()


def _fits(ending: str, head: bytes) -> bool:
    """Whether the first bytes are what the name promises; text has no NUL bytes."""
    if ending in BINARY:
        return head.startswith(BINARY[ending])
    if codec := utf16_of(head):
        head = head.decode(codec, "ignore").encode()
    known = tuple(magic for magics in BINARY.values() for magic in magics)
    return not (
        b"\x00" in head
        or head.startswith(known)
        or DANGEROUS.match(head.removeprefix(BOM_UTF8).lstrip())
    )


@dataclass(frozen=True)
class Picture:
    """A re-encoded picture, large and for cards in a list; sizes in pixels."""

    image: "ContentFile[bytes]"
    small: "ContentFile[bytes]"
    width: int
    height: int


def make_picture(picture: Image.Image) -> Picture:
    """WebP, at most 1600 px wide, and some 20 kB small for lists; no metadata.

    What is transparent stays so.
    """

    def encoded(widest: int, quality: int) -> "ContentFile[bytes]":
        out = io.BytesIO()
        picture.thumbnail((widest, widest))
        picture.save(out, "WEBP", quality=quality)
        return ContentFile(out.getvalue())

    large = encoded(WIDEST, 82)
    width, height = picture.size
    return Picture(large, encoded(WIDEST_ON_CARDS, 70), width, height)


def _in_plain_colours(picture: Image.Image) -> Image.Image:
    """Small, upright, and in RGB or RGBA, whatever it was stored as.

    Shrinks first, so that no second copy of its full size is made, except of one in
    palette colours, which take a quarter of the memory.
    """
    picture.draft("RGB", (WIDEST, WIDEST))
    if picture.mode.startswith(("I", "F")):  # 16 bits a pixel: convert() would clip
        picture.thumbnail((WIDEST, WIDEST))
        picture = picture.convert("F").point(lambda level: level / 257).convert("L")
    has_gaps = picture.has_transparency_data
    if "transparency" in picture.info or picture.mode in {"P", "PA", "1"}:
        picture = picture.convert("RGBA" if has_gaps else "RGB")
    picture.thumbnail((WIDEST, WIDEST))
    picture = ImageOps.exif_transpose(picture)
    return picture.convert("RGBA" if has_gaps else "RGB")


def check_picture(file: UploadedFile[Any]) -> Picture:
    """Re-encode what somebody sent.

    The header alone decides on the number of pixels, before they are unpacked.
    """
    if (file.size or 0) > settings.PICTURE_MAX_BYTES:
        raise ValidationError(
            _("This picture is too large: %(max)s at most."),
            params={"max": filesizeformat(settings.PICTURE_MAX_BYTES)},
        )
    try:
        picture: Image.Image = Image.open(file, formats=list(MOST_PIXELS))
        most = MOST_PIXELS[str(picture.format)]
        if picture.width * picture.height > most:
            raise ValidationError(
                _("This picture has too many pixels: %(max)s million at most."),
                params={"max": most // 1_000_000},
            )
        with _one_at_a_time:
            return make_picture(_in_plain_colours(picture))
    # Pillow says ValueError of a text inside a PNG that unpacks to too much.
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise ValidationError(
            _("This is no picture that we can read. PNG, JPEG, WebP and GIF work.")
        ) from None
