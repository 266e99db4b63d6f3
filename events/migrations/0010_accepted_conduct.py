"""What people have accepted so far and events still say is kept as accepted."""

import hashlib

from django.db import migrations


def keep_texts(apps, schema_editor):
    Event = apps.get_model("events", "Event")
    ConductText = apps.get_model("events", "ConductText")
    events = Event.objects.exclude(code_of_conduct="").only("code_of_conduct")
    for event in events.iterator(chunk_size=100):
        digest = hashlib.sha256(event.code_of_conduct.encode()).hexdigest()
        if event.registrations.filter(conduct_digest=digest).exists():
            ConductText.objects.get_or_create(
                digest=digest, defaults={"text": event.code_of_conduct}
            )


class Migration(migrations.Migration):
    dependencies = [("events", "0009_long_questions")]

    operations = [migrations.RunPython(keep_texts, migrations.RunPython.noop)]
