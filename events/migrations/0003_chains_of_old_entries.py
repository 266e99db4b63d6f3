from django.db import migrations
from django.db.models import F


def name_chains(apps, schema_editor):
    entries = apps.get_model("events", "AuditEntry").objects
    entries.filter(chain=0, event__isnull=False).update(chain=F("event_id"))


class Migration(migrations.Migration):
    dependencies = [("events", "0002_log_in_chains")]

    operations = [migrations.RunPython(name_chains, migrations.RunPython.noop)]
