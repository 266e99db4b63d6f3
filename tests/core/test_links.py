"""Links may be as long as signed ones are."""

import pytest
from django.apps import apps

from core.models import LinkField

LONG = f"https://files.example.org/data.csv?signature={'a1B2' * 450}"
FIELDS = [
    field
    for model in apps.get_models()
    for field in model._meta.get_fields()
    if isinstance(field, LinkField)
]


@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_a_link_of_1800_characters_is_taken(field):
    assert field.clean(LONG, None) == LONG
    assert field.formfield().clean(LONG) == LONG
