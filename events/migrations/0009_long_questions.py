from django.db import migrations, models

import core.models


class Migration(migrations.Migration):
    dependencies = [("events", "0008_longer_links")]

    operations = [
        migrations.CreateModel(
            name="ConductText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("text", core.models.ProseField(verbose_name="text")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "accepted code of conduct",
                "verbose_name_plural": "accepted codes of conduct",
            },
        ),
        migrations.AddField(
            model_name="registration",
            name="asked",
            field=models.JSONField(blank=True, editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="registrationquestion",
            name="label",
            field=core.models.LineField(max_length=2000, verbose_name="question"),
        ),
        migrations.AlterField(
            model_name="registrationquestion",
            name="help_text",
            field=core.models.LineField(
                blank=True, max_length=2000, verbose_name="help"
            ),
        ),
        migrations.AlterField(
            model_name="registrationquestion",
            name="kind",
            field=models.CharField(
                choices=[
                    ("line", "One line"),
                    ("text", "Some lines"),
                    ("choice", "One of several"),
                    ("choices", "Some of several"),
                    ("yes_no", "Yes or no"),
                    ("consent", "A box to tick: I agree"),
                ],
                default="line",
                max_length=10,
                verbose_name="kind",
            ),
        ),
    ]
