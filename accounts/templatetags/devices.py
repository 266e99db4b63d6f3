"""What somebody signed in with, in words. Formatting only."""

from django import template
from django.utils.translation import gettext as _

register = template.Library()

# The first that is in the header counts: most claim to be several.
BROWSERS = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
]
SYSTEMS = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
]


def _first(names: list[tuple[str, str]], header: str) -> str:
    return next((name for sign, name in names if sign in header), "")


@register.filter
def device(user_agent: str) -> str:
    """Such as “Firefox on Android”; browsers lie, so it is a hint and no proof."""
    browser, system = _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("An unknown browser")
