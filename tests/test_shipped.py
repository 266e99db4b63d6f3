"""What the image is made of; ``make image`` builds and boots it."""

from pathlib import Path

from django.apps import apps
from django.core.files.base import ContentFile
from django.utils.module_loading import import_string

from hackathon import settings as shipped
from tests.parts import ROOT


def test_the_image_is_given_every_folder_that_the_settings_name():
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    given = {ROOT / line[1:] for line in lines if line.startswith("!")}

    named = {*shipped.LOCALE_PATHS, *shipped.STATICFILES_DIRS}
    named.update(*(engine["DIRS"] for engine in shipped.TEMPLATES))
    named.update(
        Path(config.path)
        for config in apps.get_app_configs()
        if Path(config.path).parent == ROOT
    )
    assert named <= given
    assert all(path.exists() for path in given)


def test_everybody_may_read_what_one_user_collected(tmp_path):
    wanted = shipped.STORAGES["staticfiles"]
    storage = import_string("django.contrib.staticfiles.storage.StaticFilesStorage")(
        location=tmp_path, **wanted["OPTIONS"]
    )

    storage.save("css/deep/site.css", ContentFile("a {}"))

    assert (tmp_path / "css/deep/site.css").stat().st_mode & 0o777 == 0o644
    for folder in ("css", "css/deep"):
        assert (tmp_path / folder).stat().st_mode & 0o777 == 0o755


def test_ci_builds_the_image_after_the_tests():
    text = (ROOT / ".ci" / "run").read_text()

    assert text.index("make test") < text.index("make image")
