"""A select of ours is drawn in one go; it must not differ from Django's."""

import re

from django import forms
from django.forms.renderers import DjangoTemplates


class Form(forms.Form):
    plain = forms.ChoiceField(
        choices=[
            ("", "none"),
            ('<a href="x">', "x & y"),
            ("Group", [("1", "one"), ("2", "two")]),
            (3, "three"),
        ],
        initial="2",
        widget=forms.Select(attrs={"class": "wide", "required": True}),
    )
    several = forms.MultipleChoiceField(
        choices=[(n, n) for n in range(4)], initial=[1, 2], required=False
    )
    unknown = forms.NullBooleanField()


def test_a_select_is_as_django_draws_it():
    def drawn(**options):
        spaces = re.compile(r"\s+")
        return spaces.sub(" ", Form(**options).as_p()).replace("> <", "><")

    assert drawn() == drawn(renderer=DjangoTemplates())
    assert 'value="2" selected' in drawn()
