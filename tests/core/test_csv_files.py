"""Every CSV that the site hands out comes from one writer, in two spellings."""

import ast
import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.test import RequestFactory

from core.csv_files import csv_answer

ROWS = [["name", "share"], ["007", Decimal("0.50")], ["=A1", 1.5], ["＋x", 7]]  # noqa: RUF001


def answer(**query):
    return csv_answer(RequestFactory().get("/", query), "a", ROWS)


def cells(response, delimiter):
    text = response.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))[1:]


def test_the_plain_file_is_for_programs():
    response = answer()

    assert response.content.startswith(b"\xef\xbb\xbfname,share")
    assert cells(response, ",") == [
        ["007", "0.50"],
        ["'=A1", "1.5"],
        ["'＋x", "7"],  # noqa: RUF001
    ]


def test_for_excel_with_decimal_commas():
    response = answer(**{"for": "excel"})

    assert response.content.startswith(b"\xef\xbb\xbfname;share")
    assert response["Content-Disposition"] == 'attachment; filename="a-excel.csv"'
    assert cells(response, ";") == [
        ["\u200b007", "0,50"],
        ["'=A1", "1,5"],
        ["'＋x", "7"],  # noqa: RUF001
    ]


def modules():
    for app in apps.get_app_configs():
        path = Path(app.path)
        if path.parent == settings.BASE_DIR:
            yield from path.rglob("*.py")


@pytest.mark.parametrize("what", ["text/csv", "defusedcsv"])
def test_nothing_else_writes_a_csv_answer(what):
    """So each download, also a new one, can be had for Excel."""
    users = {
        path.relative_to(settings.BASE_DIR).as_posix()
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.Constant) and what in str(node.value))
        or (isinstance(node, ast.ImportFrom) and node.module == what)
    }

    assert users == {"core/csv_files.py"}
