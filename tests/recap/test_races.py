"""Two organisers who press at once, and a worker who comes between."""

import threading

import pytest
from django.db import connection

from notifications.models import Notification
from recap import actions
from recap.models import Block, Certificate, Recap, TalkProposal
from tests.races import race
from tests.recap.conftest import build


@pytest.mark.django_db(transaction=True)
def test_what_is_pressed_twice_at_once_is_done_once():
    world = build()
    event, host, person = world.event, world.organiser, world.people[0]

    race(*(lambda: actions.make_recap(event, host) for _n in range(3)))
    assert Recap.objects.count() == 1
    keys = list(Block.objects.values_list("key", flat=True))
    assert len(keys) == len(set(keys)) == 11

    race(*(lambda: actions.issue_certificates(event, host) for _n in range(3)))
    assert Certificate.objects.count() == 9

    actions.publish_recap(event, host)
    answers = race(*(lambda: actions.send_digest(event, host) for _n in range(3)))
    assert min(map(str, answers)) == "6"
    assert sum(isinstance(answer, actions.AlreadySent) for answer in answers) == 2
    assert Notification.objects.count() == 6

    race(
        *(
            lambda: actions.offer_talk(event, person, title="x", about="")
            for _n in range(3)
        )
    )
    assert TalkProposal.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_organisers_do_while_the_worker_writes_is_not_lost(monkeypatch):
    world = build()
    recap = actions.make_recap(world.event, world.organiser)
    block = recap.blocks.select_related("recap__event").get(kind="numbers")
    save = Block.save
    pressed = []

    def organiser():
        try:
            actions.edit_block(block, world.organiser, title="Mine", text="My words")
            actions.show_block(block, world.organiser, show=False)
        finally:
            connection.close()

    def meanwhile(row, *args, **kwargs):
        if not pressed:
            pressed.append(threading.Thread(target=organiser))
            pressed[0].start()
            pressed[0].join(0.5)  # done by now, if nothing makes it wait its turn
        save(row, *args, **kwargs)

    monkeypatch.setattr(Block, "save", meanwhile)
    actions.make_recap(world.event)
    pressed[0].join()

    block.refresh_from_db()
    assert (block.is_hidden, block.shown_text) == (True, "My words")
