from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AlterField(
            "skill",
            "slug",
            models.SlugField("slug", max_length=80, unique=True, allow_unicode=True),
        ),
    ]
