"""Skills are told apart as people do, in any script, and none is dropped unsaid."""

from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError

from accounts.fields import SkillsField
from accounts.models import Skill


def named(text):
    return {skill.name for skill in SkillsField().clean(text)}


@pytest.mark.parametrize(
    "names",
    [
        ["C", "C++", "C#", "Objective-C"],
        ["F", "F#"],
        [".NET", "net"],
        ["数据分析", "数据", "机器学习"],
        ["анализ данных", "تحليل البيانات", "ניתוח", "분석", "ανάλυση"],
        ["R", "Rust", "Ruby"],
        ["A/B tests", "AI"],
    ],
)
def test_different_skills_stay_different(db, names):
    assert named(", ".join(names)) == set(names)
    assert Skill.objects.count() == len(names)


@pytest.mark.parametrize(
    "text",
    [
        "Python, python, PYTHON",
        "data cleaning, Data  Cleaning",
        "C++, c++",
        "数据, 数据",
    ],
)
def test_one_skill_in_two_spellings_is_one(db, text):
    assert len(SkillsField().clean(text)) == 1


@pytest.mark.parametrize("text", ["🦀", "Python, 🦀🦀", "!!", "—"])
def test_a_skill_without_letters_is_sent_back(db, text):
    with pytest.raises(ValidationError, match="in words"):
        SkillsField().clean(text)


def test_a_skill_with_a_picture_keeps_it(db):
    assert named("Rust 🦀") == {"Rust 🦀"}


def test_a_long_skill_is_sent_back_and_not_cut(db):
    with pytest.raises(ValidationError, match="40 letters"):
        SkillsField().clean("x" * 41)
    assert named("x" * 40) == {"x" * 40}
    assert named("+" * 20 + "x" * 20) == {"+" * 20 + "x" * 20}
    assert named(", , ,") == set()


def test_skills_from_before_are_told_apart_by_their_names(db):
    migration = import_module("accounts.migrations.0003_skills_by_their_whole_names")
    old = Skill.objects.create(name="C++", slug="c")
    Skill.objects.create(name="Rust", slug="rust")

    migration.name_anew(apps, None)

    old.refresh_from_db()
    assert old.slug == "c-plus-plus"
    assert SkillsField().clean("c++") == [old]
    assert SkillsField().clean("C") != [old]
