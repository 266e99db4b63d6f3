"""The catalogue in the shape of ``landscape.yml``, as the CNCF's and LF AI's have it.

    landscape:
      - category:
        name: Data
        subcategories:
          - subcategory:
            name: Data frames
            items:
              - item:
                name: Polars
                homepage_url: https://pola.rs
                repo_url: https://github.com/pola-rs/polars

Theirs has two levels of categories, ours one: a subcategory is a need, and one of ours
stands in a category of its name. As there, only open source has a ``repo_url``.

The files come from anywhere, so they are read as text with a shape and nothing else: no
tags, no aliases (a short file could unfold into terabytes), no depth, no surprise.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.utils.text import Truncator, format_lazy
from django.utils.translation import gettext_lazy as _

from core.exceptions import Refused
from core.models import LineField
from core.text import fold
from submissions.models import Tool, ToolCategory

MOST_BYTES = 2_000_000
MOST_ITEMS = 3000
MOST_FAULTS = 20
DEEPEST = 16
NOT_OPEN = "notopensource"  # what theirs give for a licence where there is none
TRUTHS = {"true": True, "yes": True, "false": False, "no": False}
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def with_lines(said: Iterable[tuple[int, Any]]) -> list[str]:
    return [
        str(format_lazy(_("Line {line}: {said}"), line=line, said=sentence))
        for line, sentence in said
    ]


class BadLandscape(Refused):
    """What is wrong with the file, each fault with its line."""

    def __init__(self, faults: list[tuple[int, Any]]) -> None:
        super().__init__()
        self.faults = faults

    @property
    def sentences(self) -> list[str]:
        return with_lines(self.faults)

    def __str__(self) -> str:
        return " ".join(self.sentences)


@dataclass(frozen=True)
class Item:
    """One tool as the file has it. Empty is what it does not say."""

    line: int
    group: str  # the category above, by which a part of a file can be chosen
    category: str
    name: str
    homepage: str = ""
    repository: str = ""
    description: str = ""
    is_open_source: bool | None = None


@dataclass(frozen=True)
class Landscape:
    """The tools of a file, in its order, and what of it does not fit us.

    A note is a line and a sentence: one odd field costs itself, not the file.
    """

    items: list[Item]
    notes: list[tuple[int, Any]]

    @property
    def groups(self) -> dict[str, int]:
        """How many tools each group has, in the file's order."""
        return dict(Counter(item.group for item in self.items))

    def only(self, groups: Iterable[str]) -> "Landscape":
        wanted = set(groups)
        return replace(self, items=[i for i in self.items if i.group in wanted])


@dataclass
class _Reader:
    faults: list[tuple[int, Any]] = field(default_factory=list)
    notes: list[tuple[int, Any]] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)

    def fault(self, node: yaml.Node, sentence: Any, **names: object) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(
                (
                    node.start_mark.line + 1,
                    format_lazy(sentence, **names) if names else sentence,
                )
            )

    def note(self, node: yaml.Node, sentence: Any, **names: object) -> None:
        self.notes.append((node.start_mark.line + 1, format_lazy(sentence, **names)))

    def mapping(self, node: yaml.Node, what: Any) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            self.fault(node, _("{what} should have “name: value” lines."), what=what)
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            if name in found:
                self.fault(key, _("“{name}” stands here twice."), name=name[:60])
            found[name] = value
        return found

    def sequence(self, node: yaml.Node | None, what: Any) -> list[yaml.Node]:
        if node is None or (isinstance(node, yaml.ScalarNode) and not node.value):
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.fault(node, _("{what} should be a list with dashes."), what=what)
            return []
        return list(node.value)

    def text(self, fields: Mapping[str, yaml.Node], name: str) -> str:
        node = fields.get(name)
        if node is None:
            return ""
        if not isinstance(node, yaml.ScalarNode):
            self.fault(node, _("“{name}” should be one text."), name=name)
            return ""
        return "" if node.tag.endswith(":null") else str(node.value).strip()

    def checked(
        self, fields: Mapping[str, yaml.Node], name: str, column: str, model: Any = Tool
    ) -> str:
        """A text that fits our column; too long it is cut, else left out, and noted."""
        text = self.text(fields, name)
        if not text:
            return ""
        target = model._meta.get_field(column)
        most = target.max_length if isinstance(target, LineField) else None
        if most is not None and len(text) > most:
            self.note(
                fields[name],
                _("“{name}” is cut to {most} characters."),
                name=name,
                most=most,
            )
            text = Truncator(text).chars(most)
        try:
            return str(target.clean(text, None))
        except ValidationError as error:
            why = " ".join(error.messages)
        self.note(fields[name], _("“{name}” is left out. {why}"), name=name, why=why)
        return ""

    def name(self, node: yaml.Node, fields: Mapping[str, yaml.Node], model: Any) -> str:
        if not self.text(fields, "name"):
            self.fault(node, _("This entry has no name."))
            return ""
        return self.checked(fields, "name", "name", model)

    def read(self, root: yaml.Node) -> None:
        top = self.mapping(root, _("The file"))
        categories = top.get("landscape") or top.get("categories")
        if categories is None:
            self.fault(root, _("The file should begin with “landscape:”."))
            return
        for node in self.sequence(categories, "landscape"):
            category = self.mapping(node, "category")
            group = self.name(node, category, ToolCategory)
            for below in self.sequence(category.get("subcategories"), "subcategories"):
                self.read_need(below, group)

    def read_need(self, node: yaml.Node, group: str) -> None:
        need = self.mapping(node, "subcategory")
        name = self.name(node, need, ToolCategory)
        if not name:
            return
        for below in self.sequence(need.get("items"), "items"):
            if len(self.items) >= MOST_ITEMS:
                self.fault(below, _("More than 3,000 items are too many at once."))
                return
            self.read_item(below, group, name)

    def read_item(self, node: yaml.Node, group: str, category: str) -> None:
        fields = self.mapping(node, "item")
        repository = self.checked(fields, "repo_url", "repository")
        name = self.name(node, fields, Tool)
        if not name:
            return
        self.items.append(
            Item(
                line=node.start_mark.line + 1,
                group=group,
                category=category,
                name=name,
                homepage=self.checked(fields, "homepage_url", "homepage"),
                repository=repository,
                description=self.checked(fields, "description", "description"),
                is_open_source=self.openness(fields, repository),
            )
        )

    def openness(self, fields: Mapping[str, yaml.Node], repository: str) -> bool | None:
        said = self.text(fields, "open_source").casefold()
        if said:
            if said not in TRUTHS:
                self.fault(fields["open_source"], _("“open_source” is true or false."))
            return TRUTHS.get(said)
        licence = self.text(fields, "license").casefold().replace(" ", "")
        if licence:
            return licence != NOT_OPEN
        return True if repository else None


def _check_shape(text: str) -> None:
    """Refuse what no landscape has before anything is built from it."""
    depth = 0
    for event in yaml.parse(text, Loader=Loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise BadLandscape(
                [(line, _("Please write it out: “*aliases” are not read."))]
            )
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise BadLandscape([(line, _("This is nested too deeply."))])
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def read(raw: bytes) -> Landscape:
    """What the file has; raises :class:`BadLandscape` where it is none."""
    if len(raw) > MOST_BYTES:
        raise BadLandscape([(1, _("The file has more than two megabytes."))])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadLandscape([(line, _("This is not UTF-8 text."))]) from error
    try:
        _check_shape(text)
        root = yaml.compose(text, Loader=Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BadLandscape(
            [((mark.line + 1) if mark else 1, str(error.problem or error.context))]
        ) from error
    except yaml.YAMLError as error:  # a character that YAML does not allow
        raise BadLandscape(
            [(1, _("This has characters that YAML forbids."))]
        ) from error
    if root is None:
        raise BadLandscape([(1, _("The file is empty."))])
    reader = _Reader()
    reader.read(root)
    if reader.faults:
        raise BadLandscape(reader.faults)
    return Landscape(reader.items, reader.notes)


@dataclass(frozen=True)
class Change:
    tool: Tool
    column: str
    label: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Plan:
    """What an import would do. Nothing is removed, and no text is emptied."""

    new_categories: tuple[str, ...]
    new_tools: tuple[Item, ...]
    changes: tuple[Change, ...]
    same: int
    twice: tuple[Item, ...]  # named a second time in the file; the first counts

    def __bool__(self) -> bool:
        return bool(self.new_categories or self.new_tools or self.changes)


COLUMNS = ("homepage", "repository", "description", "is_open_source")


def plan(items: Iterable[Item]) -> Plan:
    """Compare with the catalogue. A tool is known by its name or one of its aliases."""
    known: dict[str, Tool] = {}
    tools = Tool.objects.select_related("category", "merged_into__category")
    for tool in tools:
        for alias in tool.alias_list:
            known.setdefault(fold(alias), tool.current)
    known |= {fold(tool.name): tool.current for tool in tools}
    needs = {fold(name) for name in ToolCategory.objects.values_list("name", flat=True)}
    new_tools, twice, changes = [], [], []
    new_categories: dict[str, str] = {}
    seen: set[object] = set()
    same = 0
    for item in items:
        found = known.get(fold(item.name))
        key = found.pk if found else fold(item.name)
        if key in seen:
            twice.append(item)
            continue
        seen.add(key)
        if found is None:
            new_tools.append(item)
            if fold(item.category) not in needs:
                new_categories.setdefault(fold(item.category), item.category)
            continue
        differing = [
            Change(
                found,
                column,
                str(Tool._meta.get_field(column).verbose_name),  # type: ignore[union-attr]
                getattr(found, column),
                getattr(item, column),
            )
            for column in COLUMNS
            if getattr(item, column) not in ("", None, getattr(found, column))
        ]
        changes += differing
        same += not differing
    return Plan(
        tuple(new_categories.values()),
        tuple(new_tools),
        tuple(changes),
        same,
        tuple(twice),
    )


def dump(
    rooms: Iterable[tuple[ToolCategory, Iterable[Tool]]],
    annotations: Mapping[int, Mapping[str, str]] | None = None,
) -> str:
    """These tools as a file that the landscapes' own programs read.

    They want a logo for each item: the file names a picture after the tool, which is to
    be put beside it.
    """
    said = annotations or {}
    content = {
        "landscape": [
            {
                "category": None,
                "name": category.name,
                "subcategories": [
                    {
                        "subcategory": None,
                        "name": category.name,
                        "items": [_as_item(tool, said.get(tool.pk)) for tool in tools],
                    }
                ],
            }
            for category, tools in rooms
        ]
    }
    return str(
        yaml.dump(
            content, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=100
        )
    )


def _as_item(tool: Tool, annotations: Mapping[str, str] | None) -> dict[str, Any]:
    item: dict[str, Any] = {
        "item": None,
        "name": tool.name,
        "homepage_url": tool.homepage or tool.repository or None,
        "logo": f"{tool.slug}.svg",
    }
    if tool.repository and tool.is_open_source:
        item["repo_url"] = tool.repository
    if tool.description:
        item["description"] = tool.description
    extra = dict(annotations or {})
    if extra:
        item["extra"] = {"annotations": extra}
    return item
