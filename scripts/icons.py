"""Draw the judges' app icons anew from static/img/favicon.svg, with Debian's Chromium.

Run it when the mark changes: ``.venv/bin/python scripts/icons.py``.
"""

from pathlib import Path

from playwright.sync_api import sync_playwright

STATIC = Path(__file__).resolve().parent.parent / "static"
COLOUR = "#a8321a"
# Name, pixels, and how much of the square the mark takes. Where the system cuts its own
# shape out of the icon, the colour fills the square and the mark keeps to the middle.
ICONS = (
    ("icon-192", 192, 1.0),
    ("icon-512", 512, 1.0),
    ("icon-maskable-512", 512, 0.72),
    ("apple-touch-icon", 180, 0.86),
)


def main() -> None:
    mark = (STATIC / "img/favicon.svg").read_text("utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        for name, size, share in ICONS:
            page = browser.new_page(viewport={"width": size, "height": size})
            ground = COLOUR if share < 1 else "transparent"
            page.set_content(
                f"<style>body{{margin:0;background:{ground};height:100vh;display:grid;"
                f"place-items:center}}svg{{width:{share:.0%}}}</style>{mark}"
            )
            path = STATIC / "judging" / f"{name}.png"
            page.screenshot(path=path, omit_background=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
