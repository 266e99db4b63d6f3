"""PDF by typst. docs/adr/0028 tells why it, and how texts of people reach it."""

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst
from django.utils.translation import gettext_lazy as _

from core.exceptions import Refused
from recap.pdf.glyphs import FONTS

logger = logging.getLogger(__name__)
HERE = Path(__file__).parent


class CannotBePressed(Refused):
    message = _(
        "No PDF can be made of this: some sign or link in it is one that our printer "
        "refuses."
    )


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Ours alone, so that a paper looks the same wherever it is made."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(FONTS)],
    )


def _families() -> list[str]:
    """In the order in which they are asked for a sign."""
    rest = sorted(set(_fonts().families()) - {"Noto Sans", "Noto Emoji"})
    last = [name for name in rest if not name.startswith("Noto")]
    return ["Noto Sans", *(n for n in rest if n not in last), *last, "Noto Emoji"]


def press(
    template: str,
    content: Mapping[str, Any],
    files: Mapping[str, bytes] | None = None,
    *,
    made_at: datetime,
) -> bytes:
    """The PDF (PDF/A) that ``template`` makes of ``content``.

    A sign that no font has would be refused: ask :func:`recap.pdf.glyphs.missing`.

    ``files`` are pictures, by the names under which the content speaks of them. They
    stand alone in a folder of their own, outside which typst can read nothing.
    """
    with TemporaryDirectory(prefix="menlo-pdf-") as folder:
        root = Path(folder)
        for name, data in (files or {}).items():
            (root / name).write_bytes(data)
        (root / "content.json").write_text(
            json.dumps({**content, "fonts": _families()}, ensure_ascii=False)
        )
        for path in HERE.glob("*.typ"):
            (root / path.name).write_bytes(path.read_bytes())
        compiler = typst.Compiler(
            str(root / f"{template}.typ"),
            root=folder,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            package_path=folder,
            package_cache_path=folder,
        )
        try:
            made: Any = compiler.compile(
                format="pdf",
                timestamp=made_at.replace(microsecond=0),
                pdf_standards="a-2u",
            )
        except typst.TypstError as error:
            logger.exception("typst made no %s", template)
            raise CannotBePressed from error
    return bytes(made)
