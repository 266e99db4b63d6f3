"""Mails that were sent or cancelled keep no link, code or text any more."""

from django.db import migrations

ACCOUNT_MAIL = "notifications/email/account"
KEPT = {
    "asker", "backer", "deadline", "event", "event_name", "name", "newcomer",
    "project", "subject", "team",
}  # fmt: skip
AT_ONCE = 500


def forget(apps, schema_editor):
    rows = apps.get_model("notifications", "Notification").objects.using(
        schema_editor.connection.alias
    )
    ended = rows.filter(status__in=["sent", "cancelled"]).exclude(context={})
    changed = []
    for row in ended.only("template", "context").iterator(AT_ONCE):
        names = set() if row.template == ACCOUNT_MAIL else KEPT
        kept = {name: row.context[name] for name in names & row.context.keys()}
        if kept != row.context:
            row.context = kept
            changed.append(row)
    rows.bulk_update(changed, ["context"], batch_size=AT_ONCE)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0003_preferences_of_addresses")]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop, elidable=True)
    ]
