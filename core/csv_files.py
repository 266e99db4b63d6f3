"""Tables to download: the one writer of every CSV file that the site hands out.

The plain file is for programs and for an Excel with decimal points. An Excel with
decimal commas opens it in one column and takes 12.5 for a date, so the same address
with ``?for=excel`` answers with semicolons and decimal commas.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from defusedcsv import csv
from django.http import HttpRequest, HttpResponse

# What a spreadsheet might take for a formula and the csv writer lets pass.
FULL_WIDTH_FORMULA = ("＝", "＋", "－", "＠")  # noqa: RUF001
# A text that Excel would make a number or a date of: "007", "1.2".
LOOKS_LIKE_A_NUMBER = re.compile(r"-?[\d.,]+", re.ASCII)


def csv_answer(
    request: HttpRequest, name: str, rows: Iterable[Iterable[Any]]
) -> HttpResponse:
    """Numbers in ``rows`` are numbers, not texts: only so can they get a comma."""
    for_excel = request.GET.get("for") == "excel"
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    filename = f"{name}-excel.csv" if for_excel else f"{name}.csv"
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response["X-Content-Type-Options"] = "nosniff"
    response.write("\ufeff")  # or Excel takes it for Latin-1
    table = csv.writer(response, delimiter=";" if for_excel else ",")
    cell = excel_cell if for_excel else safe
    for row in rows:
        table.writerow([cell(value) for value in row])
    return response


def safe(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(FULL_WIDTH_FORMULA):
        return f"'{value}"
    return value


def excel_cell(value: Any) -> Any:
    """With a decimal comma; a text stays one, with its zeros in front."""
    if isinstance(value, float | Decimal):
        return str(value).replace(".", ",")
    if isinstance(value, str) and LOOKS_LIKE_A_NUMBER.fullmatch(value):
        return f"\u200b{value}"  # no digit, and not seen
    return safe(value)
