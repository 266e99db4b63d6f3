from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    Event = apps.get_model("events", "Event")
    series = Event.objects.filter(pk=OuterRef("event_id")).values("series_id")
    apps.get_model("feedback", "Survey").objects.filter(
        closed_at__isnull=False, series_at_closing=None
    ).update(series_at_closing=Subquery(series[:1]))


class Migration(migrations.Migration):
    dependencies = [
        ("feedback", "0007_series_at_closing"),
        ("events", "0001_initial"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
