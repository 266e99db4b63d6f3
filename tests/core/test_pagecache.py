"""What strangers are served, and that nobody else ever is."""

import gzip
from datetime import timedelta
from itertools import count

import pytest
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.test import Client, override_settings
from django.urls import include, path, reverse
from django.utils import timezone
from django.views.generic import View
from redis.exceptions import ConnectionError as RedisIsAway

from core import pagecache
from core.pagecache import public_page
from events.log import record
from events.models import Event, PhaseWindow, Registration
from tests.factories.accounts import SkillFactory, UserFactory
from tests.factories.events import (
    AnnouncementFactory,
    EventFactory,
    PrizeFactory,
    RegistrationFactory,
    SeriesFactory,
)
from tests.factories.teams import TeamFactory
from tests.parts import REDIS_AWAY

pytestmark = pytest.mark.django_db(transaction=True)
served = count()


@pytest.fixture(autouse=True)
def parameters_of_the_page_that_counts(monkeypatch):
    kept = pagecache.KEPT_PARAMETERS | {"a", "b", "do", "n"}
    monkeypatch.setattr(pagecache, "KEPT_PARAMETERS", kept)


@public_page
class CountingView(View):
    """Says something new each time it is really asked."""

    def get(self, request):  # noqa: C901, PLR0912 -- one line for each way
        text = f"page {next(served)} " + "x" * 600
        match request.GET.get("do"):
            case "cookie":
                response = HttpResponse(text)
                response.set_cookie("seen", "1")
            case "token":
                response = HttpResponse(text + get_token(request))
            case "session":
                request.session["a"] = "b"
                response = HttpResponse(text)
            case "missing":
                response = HttpResponse(text, status=404)
            case "stream":
                response = StreamingHttpResponse([text.encode()])
            case "private":
                response = HttpResponse(text, headers={"Cache-Control": "private"})
            case "secret":
                response = HttpResponse(text, headers={"Cache-Control": "no-store"})
            case "gzipped":
                response = HttpResponse(
                    gzip.compress(text.encode()), headers={"Content-Encoding": "gzip"}
                )
            case "short":
                response = HttpResponse(text[:12].strip())
            case "large":
                response = HttpResponse(text.encode() + b"x" * pagecache.LARGEST)
            case "soon":
                pagecache.fresh_until(request, timezone.now() + timedelta(seconds=20))
                pagecache.fresh_until(request, None)
                pagecache.fresh_until(request, timezone.now() + timedelta(seconds=40))
                response = HttpResponse(text)
            case "now":
                pagecache.fresh_until(request, timezone.now())
                response = HttpResponse(text)
            case _plain:
                response = HttpResponse(text)
        return response

    post = get


class PrivateView(CountingView):
    pass


PrivateView.dispatch = View.dispatch  # private again, as any view that says nothing

urlpatterns = [
    path("", include("hackathon.urls")),
    path("counting/", CountingView.as_view()),
    path("private/", PrivateView.as_view()),
]


@pytest.fixture(autouse=True)
def page_cache(settings):
    settings.PAGE_CACHE_SECONDS = 60
    settings.ROOT_URLCONF = __name__
    cache.clear()
    pagecache.versions.forget()
    yield
    cache.clear()
    pagecache.versions.forget()


def body(response):
    return b"".join(response) if response.streaming else response.content


def asks_anew(address, *, first=None, then=None, **headers):
    """Whether the second of two requests reaches the view."""
    one, two = first or Client(), then or Client()
    return body(one.get(address)) != body(two.get(address, headers=headers))


def see(event):
    """The event's page as strangers see it, and whether it came from the cache."""
    response = Client().get(reverse("events:detail", args=[event.slug]))
    return response.content.decode()


def test_strangers_share_a_page():
    assert not asks_anew("/counting/")


def test_a_kept_page_is_the_same_to_the_last_header(event):
    address = reverse("events:detail", args=[event.slug])
    first, second = Client().get(address), Client().get(address)

    for response in (first, second):
        del response.headers["X-Request-ID"], response.headers["Server-Timing"]
    assert second.headers == first.headers
    assert second.content == first.content
    assert "default-src 'none'" in second["Content-Security-Policy"]
    assert second["X-Frame-Options"] == "DENY"
    assert second["X-Content-Type-Options"] == "nosniff"
    assert second["Cache-Control"] == "no-cache"
    assert set(second["Vary"].split(", ")) >= {"Accept-Encoding", "Cookie"}
    assert not second.cookies


def test_a_kept_page_asks_the_database_nothing(event, django_assert_num_queries):
    see(event)

    with django_assert_num_queries(0):
        see(event)


@pytest.mark.parametrize(
    "do",
    [
        "cookie",
        "token",
        "session",
        "missing",
        "stream",
        "private",
        "secret",
        "now",
    ],
)
def test_what_is_not_for_everybody_is_not_kept(do):
    assert asks_anew(f"/counting/?do={do}")


@pytest.mark.parametrize(
    "cookie", ["sessionid", "messages", "remember_me", "judge", "anything"]
)
def test_who_carries_a_cookie_is_neither_served_nor_kept(cookie):
    known = Client()
    known.cookies[cookie] = "x"

    assert asks_anew("/counting/", then=known)
    cache.clear()
    assert asks_anew("/counting/", first=known)
    cache.clear()
    assert asks_anew("/counting/", first=known, then=known)


@pytest.mark.parametrize("cookie", ["csrftoken", "django_language"])
def test_harmless_cookies_change_nothing(cookie):
    known = Client()
    known.cookies[cookie] = "x" * 32

    assert not asks_anew("/counting/", first=known)


@pytest.mark.parametrize("header", ["authorization", "hx-request"])
def test_some_headers_make_one_known(header):
    assert asks_anew("/counting/", **{header: "x"})


def test_private_pages_are_never_kept(stranger):
    assert Client().get("/private/").status_code == 302
    known = Client()
    known.force_login(stranger)
    assert known.get("/private/").status_code == 200
    assert Client().get("/private/").status_code == 302


def test_a_page_for_somebody_is_never_shown_to_another(event, stranger):
    for member in (stranger, UserFactory(display_name="Mona Member")):
        known = Client()
        known.force_login(member)
        page = known.get(reverse("events:detail", args=[event.slug]))
        assert str(member) in page.content.decode()
        assert str(member) not in see(event)
    assert "Mona Member" not in see(event)


def test_a_page_made_for_strangers_is_never_served_to_somebody(event, stranger):
    assert "Sign in" in see(event)
    known = Client()
    known.force_login(stranger)

    html = known.get(reverse("events:detail", args=[event.slug])).content.decode()

    assert "Sign in" not in html
    assert "Sign out" in html


def test_posts_are_never_answered_from_the_cache():
    first = Client().get("/counting/")

    assert Client().post("/counting/").content != first.content


def test_head_is_answered_without_a_body():
    length = Client().get("/counting/")["Content-Length"]

    response = Client().head("/counting/")

    assert (response.content, response["Content-Length"]) == (b"", length)


def test_queries_do_not_mix_but_their_order_is_nothing():
    first = Client().get("/counting/?a=1&b=2").content

    assert Client().get("/counting/?b=2&a=1").content == first
    others = ["?a=1", "?a=2&b=1", "?a=1&b=2&a=3", "?a=3&b=2&a=1", f"?a={'1' * 400}"]
    pages = [Client().get(f"/counting/{other}").content for other in others]
    assert len({first, *pages}) == 6


@pytest.mark.parametrize("query", ["z=1", "a=1&z=2", "page=1&q=x", "utm_source=x"])
def test_strangers_cannot_fill_the_cache_with_queries(query):
    assert asks_anew(f"/counting/?{query}")


def test_very_long_queries_are_not_kept():
    assert asks_anew(f"/counting/?a={'1' * 400}")


def test_languages_do_not_mix(settings):
    settings.LANGUAGES = [("en-gb", "English"), ("de", "Deutsch")]
    first = Client().get("/counting/", headers={"accept-language": "de"}).content

    english = Client().get("/counting/", headers={"accept-language": "en"}).content
    german = Client().get("/counting/", headers={"accept-language": "de"}).content

    assert first == german != english


def test_hosts_and_schemes_do_not_mix(settings):
    settings.ALLOWED_HOSTS = ["one.example", "two.example"]
    client = Client()
    pages = [
        client.get("/counting/", headers={"host": "one.example"}).content,
        client.get("/counting/", headers={"host": "two.example"}).content,
        client.get("/counting/", headers={"host": "one.example"}, secure=True).content,
    ]

    assert len(set(pages)) == 3
    assert client.get("/counting/", headers={"host": "evil"}).status_code == 400


def test_compressed_for_those_who_can_read_it():
    plain = Client().get("/counting/")
    zipped = Client().get("/counting/", headers={"accept-encoding": "gzip, br"})

    assert "Content-Encoding" not in plain.headers
    assert zipped["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.content) == plain.content
    assert int(zipped["Content-Length"]) == len(zipped.content) < len(plain.content)


def test_what_came_compressed_is_kept_plain():
    Client().get("/counting/?do=gzipped")

    response = Client().get("/counting/?do=gzipped")

    assert response.content.startswith(b"page ")
    assert "Content-Encoding" not in response.headers


def test_what_is_very_large_takes_nobodys_place():
    assert asks_anew("/counting/?do=large")


def test_short_pages_are_not_compressed():
    Client().get("/counting/?do=short")
    response = Client().get("/counting/?do=short", headers={"accept-encoding": "gzip"})

    assert "Content-Encoding" not in response.headers


def test_a_browser_that_has_the_page_is_told_so():
    etag = Client().get("/counting/")["ETag"]

    same = Client().get("/counting/", headers={"if-none-match": etag})
    other = Client().get("/counting/", headers={"if-none-match": '"other"'})

    assert (same.status_code, same.content, same["ETag"]) == (304, b"", etag)
    assert "Content-Type" not in same.headers
    assert "Content-Security-Policy" in same.headers
    assert other.status_code == 200


def test_a_kept_page_says_how_old_it_is(time_machine):
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    assert Client().get("/counting/")["Server-Timing"] == "age;dur=0"

    time_machine.move_to(now + timedelta(seconds=9), tick=False)

    assert Client().get("/counting/")["Server-Timing"] == "age;dur=9000"


def test_a_page_lives_for_a_minute(time_machine):
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    first = Client().get("/counting/").content

    time_machine.move_to(now + timedelta(seconds=59), tick=False)
    assert Client().get("/counting/").content == first
    time_machine.move_to(now + timedelta(seconds=61), tick=False)
    assert Client().get("/counting/").content != first


def test_a_page_ends_when_its_view_says(time_machine):
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    first = Client().get("/counting/?do=soon").content

    time_machine.move_to(now + timedelta(seconds=19), tick=False)
    assert Client().get("/counting/?do=soon").content == first
    time_machine.move_to(now + timedelta(seconds=20), tick=False)
    assert Client().get("/counting/?do=soon").content != first


def test_a_phase_shows_from_its_first_second(event, time_machine):
    window = event.windows.get(phase="registration")
    time_machine.move_to(window.closes_at - timedelta(seconds=5), tick=False)
    assert "Registration is open." in see(event)

    time_machine.move_to(window.closes_at, tick=False)

    assert "Registration is open." not in see(event)


@pytest.mark.parametrize(
    "change",
    [
        lambda e: Event.objects.get(pk=e.pk).save(),
        lambda e: e.windows.first().save(),
        lambda e: e.windows.first().delete(),
        lambda e: AnnouncementFactory(event=e),
        lambda e: PrizeFactory(event=e),
        lambda e: RegistrationFactory(event=e),
        lambda e: TeamFactory(event=e).wanted_skills.add(SkillFactory()),
        lambda e: e.series.save(),
        lambda e: UserFactory().skills.add(SkillFactory()),
        lambda e: UserFactory().save(),
        lambda e: UserFactory().delete(),
    ],
)
def test_every_change_makes_the_page_anew(event, change, django_assert_num_queries):
    see(event)
    see(event)

    change(event)

    with pytest.raises(pytest.fail.Exception), django_assert_num_queries(0):
        see(event)


def test_a_change_shows_at_once(event):
    assert "Big news" not in see(event)

    AnnouncementFactory(event=event, text="Big news")

    assert "Big news" in see(event)


def test_a_draft_again_is_gone_at_once(event):
    see(event)
    event.is_published = False
    event.save()

    response = Client().get(reverse("events:detail", args=[event.slug]))

    assert response.status_code == 404


def test_lists_show_changes_of_every_event(client, event):
    address = reverse("events:list")
    assert event.name in Client().get(address).content.decode()

    event.name = "A new name"
    event.save()

    assert "A new name" in Client().get(address).content.decode()


def test_a_change_of_one_event_leaves_the_others(event, django_assert_num_queries):
    other = EventFactory()
    see(event)
    see(other)

    AnnouncementFactory(event=other)

    with django_assert_num_queries(0):
        see(event)


def test_joining_and_signing_in_make_no_page_anew(event, django_assert_num_queries):
    see(event)

    Client().force_login(UserFactory())

    with django_assert_num_queries(0):
        see(event)


def test_a_change_that_is_rolled_back_is_none(event, django_assert_num_queries):
    see(event)
    with transaction.atomic():
        AnnouncementFactory(event=event)
        transaction.set_rollback(True)

    with django_assert_num_queries(0):
        see(event)


def test_a_row_that_belongs_to_nothing_any_more_touches_nothing(
    event, django_assert_num_queries
):
    orphan = PhaseWindow.objects.create(
        event=EventFactory(phases=[]),
        phase="hacking",
        opens_at=event.starts_at,
        closes_at=event.ends_at,
    )
    orphan = PhaseWindow.objects.get(pk=orphan.pk)
    Event.objects.filter(pk=orphan.event_id).delete()
    see(event)

    orphan.delete()
    record(None, "accounts.joined", "somebody")

    with django_assert_num_queries(0):
        see(event)


def test_deleting_an_event_with_all_it_has_touches_its_pages(event):
    Registration.objects.all().delete()
    see(event)

    event.delete()

    response = Client().get(reverse("events:detail", args=[event.slug]))
    assert response.status_code == 404


def test_another_process_believes_a_version_for_a_second(event, time_machine):
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    see(event)
    here = dict(pagecache.versions.remembered)
    AnnouncementFactory(event=event, text="Big news")
    pagecache.versions.remembered.update(here)  # as in a process that was not told
    assert "Big news" not in see(event)

    pagecache.versions.remembered = {
        scope: (until - pagecache.MEMORY, name) for scope, (until, name) in here.items()
    }

    assert "Big news" in see(event)


def test_memory_of_versions_is_bounded(client):
    for number in range(pagecache.MOST_REMEMBERED + 2):
        pagecache.versions.of([f"event:{number}"])

    assert len(pagecache.versions.remembered) <= pagecache.MOST_REMEMBERED + 1


def test_pages_at_hand_need_no_cache_and_are_bounded(event):
    client = Client()
    first = client.get("/counting/").content
    with override_settings(CACHES=REDIS_AWAY):
        assert client.get("/counting/").content == first

    for number in range(pagecache.MOST_AT_HAND):
        client.get(f"/counting/?n={number}")
    assert client.get("/counting/").content == first


def test_lists_can_be_touched_alone(event, django_assert_num_queries):
    see(event)
    first = Client().get("/counting/").content

    pagecache.touch_lists()

    assert Client().get("/counting/").content != first
    with django_assert_num_queries(0):
        see(event)


def test_switched_off_nothing_is_kept(settings):
    settings.PAGE_CACHE_SECONDS = 0

    assert asks_anew("/counting/")


def test_without_the_cache_pages_are_made_each_time(event):
    with override_settings(CACHES=REDIS_AWAY):
        with pytest.raises(RedisIsAway):
            cache.get("x")

        assert asks_anew("/counting/")
        AnnouncementFactory(event=event, text="Big news")
        assert "Big news" in see(event)


def test_series_is_no_event():
    series = SeriesFactory(slug="club")
    address = reverse("events:series", args=[series.slug])
    assert "no event yet" in Client().get(address).content.decode()

    event = EventFactory(series=series)

    assert event.name in Client().get(address).content.decode()
