from events.hooks import Occasion


def test_listeners_hear_in_order_and_once_each():
    occasion = Occasion()
    heard = []

    @occasion
    def first(what):
        heard.append(("first", what))

    @occasion
    def second(what):
        heard.append(("second", what))

    assert occasion(first) is first
    occasion.tell("news")

    assert heard == [("first", "news"), ("second", "news")]
