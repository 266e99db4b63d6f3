"""Which kept pages are out of date when a row changes. docs/adr/0018 allows it.

A row that leads to an event (a team, a project, an agenda item: anything with a chain
of foreign keys to it) touches the pages of that event. A row that events lead to (a
person, a series, a skill, a tool) may be shown anywhere and touches all pages. A model
whose rows no kept page shows says ``is_on_kept_pages = False``: each tap of a judge
would make every page anew.

``QuerySet.update`` and ``bulk_create`` send no signals. Actions that use them also
write to the audit log, which leads to the event like any other row.
"""

from typing import Any

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import ForeignKey, ManyToManyField, Model
from django.db.models.signals import m2m_changed, post_delete, post_save

from accounts.models import User
from core.pagecache import touch_event, touch_site
from events.models import Event, FormerSlug

Route = tuple[str, ...]
UNSEEN_FIELDS = frozenset({"last_login", "password"})


def find_routes(models: list[type[Model]]) -> dict[type[Model], Route]:
    """For each model that leads to an event: the shortest chain of foreign keys."""
    routes: dict[type[Model], Route] = {Event: ()}
    found = True
    while found:
        found = False
        for model in models:
            if model in routes:
                continue
            chains = [
                (field.name, *routes[field.related_model])
                for field in model._meta.get_fields()
                if isinstance(field, ForeignKey) and field.related_model in routes
            ]
            if chains:
                routes[model] = min(chains, key=len)
                found = True
    return routes


def find_shared(routes: dict[type[Model], Route]) -> set[type[Model]]:
    """The models that rows of an event point to, and those that these point to."""
    shared: set[type[Model]] = set()
    todo = list(routes)
    while todo:
        for field in todo.pop()._meta.get_fields():
            if not isinstance(field, ForeignKey | ManyToManyField):
                continue
            through = getattr(field.remote_field, "through", None)
            if through is not None and through not in routes:
                shared.add(through)
            model = field.related_model
            if isinstance(model, type) and model not in routes and model not in shared:
                shared.add(model)
                todo.append(model)
    return shared


class Freshness:
    """Listens to changes and touches the pages that show them."""

    def __init__(self) -> None:
        routes = find_routes(list(apps.get_models()))
        self.shared = find_shared(routes)
        self.routes = {
            model: route
            for model, route in routes.items()
            if getattr(model, "is_on_kept_pages", True)
        }

    def connect(self) -> None:
        for signal in (post_save, post_delete):
            signal.connect(self.changed, dispatch_uid="pages are out of date")
        m2m_changed.connect(self.related, dispatch_uid="pages are out of date")

    def changed(self, sender: type[Model], instance: Model, **details: Any) -> None:
        if sender in self.routes:
            slug = self.event_slug(instance, self.routes[sender])
            if slug:
                touch_event(slug)
            if isinstance(instance, FormerSlug):
                touch_event(instance.slug)  # no page is there any more
        elif sender in self.shared and not self.is_unseen(sender, details):
            touch_site()

    def related(self, instance: Model, action: str, **_details: Any) -> None:
        if action.startswith("post_"):
            self.changed(type(instance), instance)

    def event_slug(self, instance: Model, route: Route) -> str | None:
        row: Any = instance
        try:
            for name in route:
                row = getattr(row, name)
                if row is None:
                    return None
        except ObjectDoesNotExist:  # deleted together with what it belonged to
            return None
        return str(row.slug)

    def is_unseen(self, sender: type[Model], details: dict[str, Any]) -> bool:
        """Joining Menlo and signing in change a person's row and no page."""
        if sender is not User:
            return False
        fields = details.get("update_fields")
        changes_nothing_shown = fields is not None and set(fields) <= UNSEEN_FIELDS
        return changes_nothing_shown or bool(details.get("created"))
