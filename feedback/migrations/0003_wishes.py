import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("feedback", "0002_questions_and_answers"),
        ("submissions", "0003_dataset_link_status"),
    ]

    operations = [
        migrations.CreateModel(
            name="Wish",
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
                ("wants_it", models.BooleanField(verbose_name="would like to use it")),
            ],
            options={
                "verbose_name": "wish",
                "verbose_name_plural": "wishes",
            },
        ),
        migrations.AddField(
            model_name="survey",
            name="asks_wishes",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="A handful from the same categories, on one page.",
                verbose_name="ask which other tools they would like to use",
            ),
        ),
        migrations.AddField(
            model_name="wish",
            name="response",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="wishes",
                to="feedback.response",
            ),
        ),
        migrations.AddField(
            model_name="wish",
            name="survey",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="wishes",
                to="feedback.survey",
            ),
        ),
        migrations.AddField(
            model_name="wish",
            name="tool",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="wishes",
                to="submissions.tool",
            ),
        ),
        migrations.AddConstraint(
            model_name="wish",
            constraint=models.UniqueConstraint(
                fields=("response", "tool"), name="one_wish_per_tool_and_response"
            ),
        ),
    ]
