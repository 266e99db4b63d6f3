"""B71: a link that leads nowhere is kept, and the team and the organiser are told."""

import pytest
from django.urls import reverse

from core.outbound import Asker
from submissions import actions
from submissions.links import check_link, waiting
from submissions.models import Dataset
from submissions.tasks import check_pending_links
from tests.core.test_outbound import asker_for, head, listening
from tests.factories.submissions import DatasetFactory
from tests.parts import eventually

Status = Dataset.LinkStatus
LINK = "https://data.example.org/birds.csv"
CARD = {"title": "Birds", "licence": "MIT", "provenance": "x", "sensitivity": "open"}


@pytest.fixture(autouse=True)
def _links_are_checked(settings):
    settings.CHECK_LINKS = True


def bring(team, captain, link=LINK):
    return actions.add_dataset(team, captain, upload=None, link=link, **CARD)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "noted"),
    [(200, "fine"), (206, "fine"), (403, "fine"), (404, "missing"), (410, "missing")],
)
def test_what_a_link_answers_is_noted(team, captain, status, noted):
    with listening(head(status)) as listener:
        dataset = bring(team, captain, listener.url)
        check_link(dataset.pk, asker_for(listener))
        check_link(dataset.pk, asker_for(listener))

        assert len(listener.taken) == 1
    dataset.refresh_from_db()
    assert (dataset.link_status, dataset.link_claimed_at) == (noted, None)


@pytest.mark.django_db
def test_a_link_that_nobody_answers_or_that_is_private_is_kept_as_well(team, captain):
    with listening(head(200)) as listener:
        silent = bring(team, captain, listener.url)
        private = bring(team, captain, listener.url)
        check_link(private.pk, Asker(ports=frozenset({listener.port})))
        assert listener.taken == []
    check_link(silent.pk, asker_for(listener))

    found = Dataset.objects.order_by("pk").values_list("link_status", "link")
    assert list(found) == [("silent", listener.url), ("private", listener.url)]


@pytest.mark.django_db
def test_only_a_new_link_is_asked(team, captain):
    dataset = bring(team, captain)
    Dataset.objects.update(link_status=Status.FINE)

    def edit(**changed):
        actions.edit_dataset(dataset, captain, upload=None, **CARD, **changed)
        dataset.refresh_from_db()
        return dataset.link_status

    assert edit(link=LINK) == Status.FINE
    assert edit(link=f"{LINK}?v=2") == Status.WAITING
    assert edit(link="") == Status.NONE


@pytest.mark.django_db
def test_an_answer_for_an_older_link_is_not_noted(team, captain):
    with listening(head(404)) as listener:
        dataset = bring(team, captain, listener.url)

        def may_connect(_address):
            Dataset.objects.update(link=LINK)  # saved while the worker asks
            return True

        check_link(dataset.pk, asker_for(listener, may_connect=may_connect))

    dataset.refresh_from_db()
    assert (dataset.link, dataset.link_status) == (LINK, Status.WAITING)


@pytest.mark.django_db
def test_switched_off_nothing_is_asked(team, captain, settings):
    waits = bring(team, captain)
    settings.CHECK_LINKS = False
    with listening(head(200)) as listener:
        dataset = bring(team, captain, listener.url)
        check_link(dataset.pk, asker_for(listener))
        check_link(waits.pk, asker_for(listener))

        assert listener.taken == []
    assert set(Dataset.objects.values_list("link_status", flat=True)) == {Status.NONE}
    assert waiting() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "words"),
    [("missing", "nothing is there"), ("silent", "nobody answered")],
)
def test_the_team_and_the_organiser_are_told_and_nobody_else(
    client, team, captain, organiser, stranger, status, words
):
    dataset = DatasetFactory(
        team=team, event=team.event, link=LINK, link_status=status, sensitivity="open"
    )

    def page(user):
        client.force_login(user)
        return client.get(dataset.get_absolute_url()).content.decode()

    assert words in page(captain)
    assert words in page(organiser)
    assert words not in page(stranger)
    client.force_login(organiser)
    listed = client.get(reverse("admin:submissions_dataset_changelist"))
    assert str(Status(status).label) in listed.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_worker_asks_and_knocks_at_no_private_door(
    start_worker, real_broker, team, captain
):
    start_worker("--queues", "slow,default", CHECK_LINKS="true")
    with listening(head(200)) as listener:
        dataset = bring(team, captain, listener.url)
        check_pending_links.delay()

        def noted():
            dataset.refresh_from_db()
            return dataset.link_status == Status.PRIVATE

        eventually(noted, what="the note")
        assert listener.taken == []
