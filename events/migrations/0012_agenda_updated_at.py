import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0011_log_names_people_apart")]

    operations = [
        migrations.AddField(
            model_name="agendaitem",
            name="updated_at",
            field=models.DateTimeField(
                auto_now=True,
                db_default=django.db.models.functions.datetime.Now(),
            ),
        ),
    ]
