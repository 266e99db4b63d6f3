"""What a data card says of a file is what stands in it, whoever wrote it."""

import subprocess
import sys

import polars as pl
import pytest

from submissions import profiling
from submissions.profiling import Failure, Unreadable, profile_file
from submissions.tables import profile_table

EXCEL = (
    'sep=;\r\nOrt;Preis in €;"Größe, m²"\r\n'
    "Köln;1,50;12,5\r\nBrühl \u2013 Süd;2,25;7\r\n"
)
ROWS = b"n,name\n" + b"".join(b"%d,abcdefgh\n" % n for n in range(7000))
MIB = 2**20


def columns(tmp_path, body, name="a.csv"):
    """Each column's name, type, least, greatest and first example, and the encoding."""
    path = tmp_path / name
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    profile = profile_table(path, name)
    told = [
        (c["name"], c["type"], c["min"], c["max"], (c["examples"] or [None])[0])
        for c in profile["columns"]
    ]
    return told, profile


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_a_table_of_a_german_spreadsheet_is_read_as_it_is_meant(
    tmp_path, encoding, line_end
):
    body = EXCEL.replace("\r\n", line_end).encode(encoding)

    told, profile = columns(tmp_path, body)

    assert told == [
        ("Ort", "text", None, None, "Köln"),
        ("Preis in €", "number", "1,50", "2,25", "1,50"),
        ("Größe, m²", "number", "7", "12,5", "12,5"),
    ]
    assert profile["rows"] == 2
    names = {"cp1252": "Windows-1252", "utf-16": "UTF-16"}
    assert profile["encoding"] == names.get(encoding, "")


@pytest.mark.parametrize("order", ["le", "be"])
def test_utf_16_needs_no_mark(tmp_path, order):
    told, profile = columns(tmp_path, "n,é\n1,2\n".encode(f"utf-16-{order}"))

    assert [name for name, *_ in told] == ["n", "é"]
    assert profile["encoding"] == "UTF-16"


@pytest.mark.parametrize("end", range(4))
@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_letter_that_is_cut_by_a_piece_stays_a_letter(
    tmp_path, monkeypatch, end, ending
):
    monkeypatch.setattr("submissions.text_tables.PIECE", 64)
    value = "x" * end + "ü" * 100
    body = f'{{"a": "{value}"}}\n' if ending == "jsonl" else f"a\n{value}\n"

    told, _profile = columns(tmp_path, body, f"a.{ending}")

    assert told[0][4].startswith("x" * end + "ü")


def test_an_odd_letter_far_down_tells_the_encoding(tmp_path):
    told, profile = columns(tmp_path, ROWS + "7,Müller\n".encode("cp1252"))

    assert profile["encoding"] == "Windows-1252"
    assert profile["rows"] == 7001
    assert told[0][:4] == ("n", "integer", "0", "6999")


def test_one_broken_letter_does_not_spoil_the_others(tmp_path):
    body = "n\nMüller\näöü\n".encode() + b"x\xfcy\n"

    told, profile = columns(tmp_path, body)

    assert told[0][4] == "Müller"
    assert "broken" in profile["encoding"]


SEPARATED = {
    "a comma in a quoted head": 'Name\t"Cost per 1,000, net"\tType\nA\t1,5\tx\n',
    "more commas than semicolons": "a;b;c\n1,5;2,5;3,5\n",
    "commas in quotes": 'a,b,c\n"x;y;z;w","1;2;3;4;5",2\n',
    "quotes in quotes": 'a,"say ""b;c""",d\n"x ""y""",1,2\n',
    "bars": "a|b|c\nx, y|1|2\n",
    "tabs by its name": "a\tb\tc\n1;2\t3;4\t5;6\n",
}


@pytest.mark.parametrize(("name", "body"), SEPARATED.items(), ids=SEPARATED)
def test_what_parts_the_columns_is_found(tmp_path, name, body):
    ending = "tsv" if "name" in name else "csv"

    told, _profile = columns(tmp_path, body, f"a.{ending}")

    assert len(told) == 3


VALUES = {  # a column's values, its type, least and greatest
    "zeros in front": (["01067", "99084"], "text", None, None),
    "a zero": (["0", "10", "9"], "integer", "0", "10"),
    "exponents": (["1e5", "2"], "number", "2", "1e5"),
    "zeros behind": (["4.10", "12.5"], "number", "4.10", "12.5"),
    "signs": (["-4", "+3"], "integer", "-4", "+3"),
    "more digits than a number has": (["1" * 23], "text", None, None),
    "thousands": (['"1,234.5"', '"2,000"'], "number", "1,234.5", "2,000"),
    "telephone": (["+49 30 1"], "text", None, None),
    "days": (["2026-02-01", "2025-12-31"], "date or time", "2025-12-31", "2026-02-01"),
    "moments": (
        ["2026-02-01T10:00", "2026-02-01T09:00:30"], "date or time",
        "2026-02-01T09:00:30", "2026-02-01T10:00",
    ),
    "German days": (
        ["31.12.2025", "1.2.2026"], "date or time", "31.12.2025", "1.2.2026",
    ),
    "American days": (
        ["12/31/2025", "1/2/2026"], "date or time", "12/31/2025", "1/2/2026",
    ),
    "days of no calendar": (["2026-13-01", "2026-01-01"], "text", None, None),
    "clocks": (["9:05", "10:00"], "date or time", "9:05", "10:00"),
    "truths": (["true", "False"], "yes or no", None, None),
    "a late word": ([*map(str, range(20_000)), "many"], "text", None, None),
    "nothing": (["NA", "null"], "text", None, None),
}  # fmt: skip


@pytest.mark.parametrize(
    ("values", "type_name", "least", "greatest"), VALUES.values(), ids=VALUES
)
def test_a_column_has_the_type_that_all_its_values_have(
    tmp_path, values, type_name, least, greatest
):
    body = "\n".join(["a,b", *(f"{value},x" for value in values)])

    told, profile = columns(tmp_path, body)

    assert told[0][1:4] == (type_name, least, greatest)
    missing = len(values) if values == ["NA", "null"] else 0
    assert profile["columns"][0]["missing"] == missing
    assert profile["rows"] == len(values)


def test_decimal_commas_and_points_between_thousands_are_numbers(tmp_path):
    told, _profile = columns(tmp_path, "a;b\n1.234,5;true\n999;false\n")

    assert told[0] == ("a", "number", "999", "1.234,5", "1.234,5")


def test_nested_values_are_shown_as_json(tmp_path):
    told, _profile = columns(tmp_path, '{"a": [1], "b": {"c": "ü"}}\n', "a.jsonl")

    assert [example for *_rest, example in told] == ["[1]", '{"c": "ü"}']


def test_more_than_is_read_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr("submissions.tables.MOST_ROWS", 2)
    monkeypatch.setattr("submissions.tables.MOST_COLUMNS", 1)
    path = tmp_path / "a.parquet"
    pl.DataFrame({"a": [1, 2, 3], "b": [1, 2, 3]}).write_parquet(path)

    for name, body in {
        "a.csv": b"a,b\n1,2\n3,4\n5,6\n",
        "a.parquet": path.read_bytes(),
    }.items():
        told, profile = columns(tmp_path, body, name)
        assert (len(told), profile["rows"], profile["truncated"]) == (1, 2, True)


UNREADABLE = {
    "no table": ("a.jsonl", b"not json\n"),
    "half a file": ("a.parquet", b"PAR1xxxxsecret"),
    "nothing but line ends": ("a.csv", b"\n\n"),
    "a quotation mark that never closes": ("a.csv", b'a,b\n"secret,1\n2,3\n'),
}


@pytest.mark.parametrize(("name", "body"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_says_so_and_nothing_of_the_file(tmp_path, name, body):
    path = tmp_path / "data"
    path.write_bytes(body)

    with pytest.raises(Unreadable) as caught:
        profile_file(path, name)

    assert caught.value.failure is Failure.SHAPE
    assert not profiling.copy_of(path).exists()


def test_a_file_that_is_gone_says_so(tmp_path):
    with pytest.raises(Unreadable) as caught:
        profile_file(tmp_path / "gone", "a.csv")

    assert caught.value.failure is Failure.FILE


def test_too_much_for_the_memory_is_said(tmp_path, monkeypatch):
    """A machine with little memory: the limit of the child is of half of it."""
    path = tmp_path / "data"
    path.write_bytes(b"a\n" + b"12345678\n" * 3_000_000)
    program = (
        "import submissions.tables as t, sys; t.MEMORY = 64 * 2**20;"
        f"sys.exit(t.main({str(path)!r}, 'a.csv'))"
    )
    monkeypatch.setattr(
        "submissions.profiling.COMMAND", [sys.executable, "-c", program]
    )

    with pytest.raises(Unreadable) as caught:
        profile_file(path, "a.csv")

    assert caught.value.failure is Failure.MEMORY


def test_a_small_file_that_unpacks_into_much_costs_little(tmp_path):
    path = tmp_path / "bomb.parquet"
    ones = pl.Series([1]).extend_constant(1, 999_999)
    pl.DataFrame({f"c{n}": ones for n in range(100)}).write_parquet(path)
    assert path.stat().st_size < MIB
    measure = (
        "import sys; from submissions.tables import main;"
        f"code = main({str(path)!r}, 'bomb.parquet');"
        "status = dict(l.split(':') for l in open('/proc/self/status'));"
        "print(status['VmHWM'].split()[0], file=sys.stderr); sys.exit(code)"
    )

    done = subprocess.run(
        [sys.executable, "-c", measure],
        capture_output=True,
        text=True,
        check=True,
        env={"POLARS_MAX_THREADS": "1"},
    )

    assert '"rows": 1000000' in done.stdout
    assert int(done.stderr) * 1024 < 300 * MIB
