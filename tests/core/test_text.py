import pytest

from core.text import free_slug
from teams.models import Team
from tests.factories.teams import TeamFactory


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Łódź für Straße", "lodz-fur-strasse"),
        ("Søren & Ægir", "soren-aegir"),
        ("数据 AI", "ai"),
        ("new", "new-2"),
    ],
)
def test_a_slug_reads_like_its_name(event, name, slug):
    assert free_slug(name, event.teams.all()) == slug


@pytest.mark.parametrize("name", ["فريق البيانات", "数据小组", "Команда", "🦀🦀"])
def test_a_name_in_another_script_gets_an_address_of_its_own(client, event, name):
    slugs = {free_slug(name, event.teams.all()) for _try in range(5)}
    assert len(slugs) == 5
    assert all(slug.startswith("team-") and "untitled" not in slug for slug in slugs)

    team = TeamFactory(event=event, name=name, slug=slugs.pop())

    assert name in client.get(team.get_absolute_url()).content.decode()
    assert Team.objects.get().slug.isascii()
