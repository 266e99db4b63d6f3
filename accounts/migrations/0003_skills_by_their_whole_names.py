from django.db import migrations
from django.utils.text import slugify


def slug_of(name):
    """As accounts.models.skill_slug at the time of this migration."""
    spelt = name.replace("+", " plus ").replace("#", " sharp ")
    if spelt.startswith("."):
        spelt = f"dot {spelt[1:]}"
    return slugify(spelt, allow_unicode=True)[:80].strip("-")


def name_anew(apps, _schema_editor):
    """C++ had the slug of C, so that whoever said one was taken for the other."""
    skills = apps.get_model("accounts", "Skill").objects
    taken = set(skills.values_list("slug", flat=True))
    for skill in skills.all():
        slug = slug_of(skill.name)
        if slug and slug != skill.slug and slug not in taken:
            taken.add(slug)
            skills.filter(pk=skill.pk).update(slug=slug)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_skill_slugs_in_any_script")]

    operations = [
        migrations.RunPython(name_anew, migrations.RunPython.noop, elidable=True)
    ]
