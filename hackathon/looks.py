"""The admin's theme in our colours: paper, ink and one accent (see menlo.css)."""

from typing import Any

from django.templatetags.static import static

# Lightness in percent and chroma for each step; the hue is one for all.
PAPER = {
    "50": (98, 0.008),
    "100": (96, 0.012),
    "200": (91, 0.016),
    "300": (84, 0.02),
    "400": (70, 0.02),
    "500": (54, 0.02),
    "600": (44, 0.018),
    "700": (35, 0.014),
    "800": (26, 0.01),
    "900": (20, 0.008),
    "950": (14, 0.006),
}
ACCENT = {
    "50": (97, 0.02),
    "100": (94, 0.04),
    "200": (89, 0.07),
    "300": (82, 0.11),
    "400": (74, 0.14),
    "500": (58, 0.17),
    "600": (49, 0.165),
    "700": (43, 0.145),
    "800": (37, 0.12),
    "900": (31, 0.095),
    "950": (24, 0.07),
}


def _ramp(steps: dict[str, tuple[int, float]], hue: int) -> dict[str, str]:
    return {
        step: f"oklch({lightness}% {chroma} {hue})"
        for step, (lightness, chroma) in steps.items()
    }


def unfold(name: str) -> dict[str, Any]:
    return {
        "SITE_TITLE": name,
        "SITE_HEADER": name,
        "SITE_SYMBOL": "groups",
        "SITE_FAVICONS": [
            {
                "rel": "icon",
                "type": "image/svg+xml",
                "href": lambda _request: static("img/favicon.svg"),
            }
        ],
        "STYLES": [lambda _request: static("css/admin.css")],
        "SIDEBAR": {"navigation": "dashboard.admin_navigation.navigation"},
        "COLORS": {"base": _ramp(PAPER, 84), "primary": _ramp(ACCENT, 35)},
    }
