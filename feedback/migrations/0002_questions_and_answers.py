import django.db.models.deletion
from django.db import migrations, models

import core.models


class Migration(migrations.Migration):
    dependencies = [
        ("feedback", "0001_initial"),
        ("submissions", "0003_dataset_link_status"),
    ]

    operations = [
        migrations.CreateModel(
            name="Answer",
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
                (
                    "value",
                    core.models.ProseField(max_length=1000, verbose_name="answer"),
                ),
            ],
            options={
                "verbose_name": "answer",
                "verbose_name_plural": "answers",
            },
        ),
        migrations.CreateModel(
            name="Question",
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
                (
                    "text",
                    core.models.LineField(max_length=160, verbose_name="question"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("agreement", "1 to 7: I disagree … I agree"),
                            ("yes-no", "Yes or no"),
                            ("choice", "One of several answers"),
                            ("text", "A short text"),
                        ],
                        default="agreement",
                        max_length=10,
                        verbose_name="how it is answered",
                    ),
                ),
                (
                    "choices",
                    core.models.ProseField(
                        blank=True,
                        help_text="One a line, two to eight; only for “One of several answers”.",
                        max_length=1000,
                        verbose_name="answers to choose from",
                    ),
                ),
                (
                    "order",
                    models.PositiveSmallIntegerField(default=0, verbose_name="order"),
                ),
                ("is_asked", models.BooleanField(default=True, verbose_name="asked")),
            ],
            options={
                "verbose_name": "question",
                "verbose_name_plural": "questions",
                "ordering": ["order", "pk"],
            },
        ),
        migrations.AddField(
            model_name="answer",
            name="response",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="answers",
                to="feedback.response",
            ),
        ),
        migrations.AddField(
            model_name="answer",
            name="survey",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="answers",
                to="feedback.survey",
            ),
        ),
        migrations.AddField(
            model_name="answer",
            name="tool",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="submissions.tool",
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="category",
            field=models.ForeignKey(
                blank=True,
                help_text="Whoever used such a tool is asked on that tool's page.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="submissions.toolcategory",
                verbose_name="about each tool of",
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="survey",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="questions",
                to="feedback.survey",
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="tool",
            field=models.ForeignKey(
                blank=True,
                help_text="Leave both empty for a question about the event.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="survey_questions",
                to="submissions.tool",
                verbose_name="about one tool",
            ),
        ),
        migrations.AddField(
            model_name="answer",
            name="question",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="answers",
                to="feedback.question",
            ),
        ),
        migrations.AddConstraint(
            model_name="question",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("category__isnull", True), ("tool__isnull", True), _connector="OR"
                ),
                name="question_about_a_tool_or_a_category",
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("tool__isnull", True)),
                fields=("response", "question"),
                name="one_answer_per_question",
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("tool__isnull", False)),
                fields=("response", "question", "tool"),
                name="one_answer_per_question_and_tool",
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=models.Q(("value", ""), _negated=True),
                name="answer_says_something",
            ),
        ),
    ]
