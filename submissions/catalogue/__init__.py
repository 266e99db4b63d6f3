"""The catalogue as it ships: read from tools.yaml, written into the tables."""

from pathlib import Path
from typing import Any

import yaml
from django.apps import apps as present
from django.apps.registry import Apps
from django.db import transaction
from django.utils.text import slugify

from submissions.models import Tool, ToolCategory

SOURCE = Path(__file__).with_name("tools.yaml")


def read() -> list[dict[str, Any]]:
    """Categories in order, each with its tools as keyword arguments of ``Tool``."""
    categories = []
    for order, entry in enumerate(yaml.safe_load(SOURCE.read_text("utf-8"))):
        tools = []
        for line in entry["tools"]:
            name, homepage, is_open, description, *aliases = (
                part.strip() for part in line.split("|")
            )
            tools.append(
                {
                    "name": name,
                    "slug": slugify(name.replace(".", " ")),
                    "homepage": homepage,
                    "is_open_source": is_open == "yes",
                    "description": description,
                    "aliases": "\n".join(
                        a.strip() for a in ",".join(aliases).split(",")
                    ),
                }
            )
        categories.append(
            {
                "name": entry["category"],
                "slug": slugify(entry["category"]),
                "description": entry["description"],
                "order": order,
                "tools": tools,
            }
        )
    return categories


@transaction.atomic
def load() -> int:
    """Add what is missing, by slug; leave alone what people have changed."""
    before = Tool.objects.count()
    for entry in read():
        tools = entry.pop("tools")
        category, _new = ToolCategory.objects.get_or_create(
            slug=entry.pop("slug"), defaults=entry
        )
        for tool in tools:
            slug = tool.pop("slug")
            Tool.objects.get_or_create(
                slug=slug, defaults={"category": category, **tool}
            )
    return Tool.objects.count() - before


def load_into_new_site(*, apps: Apps = present, **_kwargs: Any) -> None:
    """After each ``migrate``: without tools nobody could hand in.

    Only where there is none at all. What people take out of the catalogue stays out.
    """
    if _columns(apps) == _columns(present) and not Tool.objects.exists():
        load()


def _columns(apps: Apps) -> set[str]:
    """Of the tables as these migrations leave them: they may be an older state."""
    try:
        models = [apps.get_model("submissions", n) for n in ("Tool", "ToolCategory")]
    except LookupError:
        return set()
    return {str(f.column) for model in models for f in model._meta.concrete_fields}
