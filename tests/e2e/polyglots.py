"""Texts that run where they are not escaped, and how to plant them in every row.

Each calls ``_()``, the canary, or ``alert()``. Short, since a name has 80 places.
"""

from collections import defaultdict
from functools import cache
from itertools import chain, cycle

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction

POLYGLOTS = [
    # Where elements may stand, and out of where only text may.
    "<script>_()</script>",
    "<ScRiPt >_()</sCrIpT >",
    "\"><script>alert('_')</script>",
    "'><script>_()</script>",
    "</script><script>_()</script>",
    "</title><script>_()</script>",
    "</textarea><script>alert()</script>",
    "</style><script>_()</script>",
    "--><script>_()</script><!--",
    "<svg/onload=_()>",
    '"><svg/onload=_()>',
    "'\"></script></title></style></textarea>--><svg/onload=_()>",
    "<svg><script>&#95;&#40;&#41;</script></svg>",
    "<svg><animate onbegin=_() attributeName=x dur=1s>",
    "<math><style><img src onerror=_()></style></math>",
    "<img src=x onerror=_()>",
    '"><img src=x onerror="alert()">',
    "'><img src=x onerror='_()'>",
    "<img/src/onerror=_()>",
    "<audio src onerror=_()>",
    "<input autofocus onfocus=_()>",
    "<details open ontoggle=_()>",
    "<body onpageshow=_()>",
    '<iframe srcdoc="<script>parent._()</script>"></iframe>',
    "<iframe src=javascript:parent._()></iframe>",
    "<a href=javascript:_()>x</a>",
    "<form><button formaction=javascript:_()>x",
    # Out of an attribute.
    '" onfocus=_() autofocus tabindex=1 x="',
    "' onfocus=_() autofocus tabindex=1 x='",
    "x onfocus=_() autofocus tabindex=1",
    # As a link, also one of Markdown.
    "javascript:_()",
    "JaVaScRiPt:alert(1)//",
    "[x](javascript:_())",
    # Out of a string, a template or a comment of a script.
    "';_();'",
    '";_();"',
    '\\";_();//',
    "${_()}",
    "*/_();/*",
    # Escaped already, for whoever unescapes; and everywhere at once.
    "&lt;img src=x onerror=_()&gt;",
    (
        "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=_() )//%0D%0A%0d%0a//</stYle/"
        "</titLe/</teXtarEa/</scRipt/--!>\\x3csVg/<sVg/oNloAd=_()//>\\x3e"
    ),
]
ALL = "\n\n".join(POLYGLOTS)  # where there is room
OURS = {
    "accounts", "events", "notifications", "teams", "submissions", "judging",
    "feedback",
}  # fmt: skip
THEIRS = {
    "account.EmailAddress", "admin.LogEntry", "mfa.Authenticator",
    "usersessions.UserSession",
}  # fmt: skip
# Nobody types these: codes, names of templates and the like, without which no page is.
MACHINE = {
    "accounts.User.password",
    "admin.LogEntry.object_id",
    "events.AuditChain.head",
    "events.AuditEntry.verb",
    "events.Registration.conduct_digest",
    "events.Registration.ticket",
    "feedback.Invitation.address",  # of those without an account, and on no page
    "feedback.Invitation.token",
    "feedback.RemarkTheme.remarks",
    "feedback.ToolReview.helped",
    "feedback.ToolReview.in_the_way",
    "judging.Judge.nonce",
    "judging.Walk.ahead",  # these four are numbers
    "judging.Walk.offered",
    "judging.Walk.seen",
    "judging.Walk.skipped",
    "notifications.Broadcast.segment",
    "notifications.Heartbeat.name",
    "notifications.MailText.template",
    "notifications.Notification.template",
    "notifications.Preference.digest",
    "notifications.ReminderRule.kind",
    "submissions.Dataset.profile",  # made from a real file
    "teams.Team.folded_name",
    "teams.Team.join_code",
    "usersessions.UserSession.session_key",
}
MACHINE_KEYS = {"path", "id", "weight", "score", "credential"}  # of JSON


def text_models():
    for model in apps.get_models():
        if model._meta.app_label in OURS or model._meta.label in THEIRS:
            yield model


def text_fields(model):
    """Fields that take text which somebody chose, machines' words left out."""
    kinds = models.CharField | models.TextField | models.JSONField
    for field in model._meta.concrete_fields:
        name = f"{model._meta.label}.{field.name}"
        if isinstance(field, kinds) and not field.choices and name not in MACHINE:
            yield field


@cache
def shaped(field, polyglot, mark):
    """The polyglot as the field would store it, or ``None`` if it takes no such thing.

    ``mark`` makes a value of its own where two rows must differ.
    """
    if isinstance(field, models.EmailField):
        text = f'"{polyglot.lower()}{mark}"@example.org'
    elif isinstance(field, models.URLField):
        text = f"https://example.org/{polyglot}"
    else:
        text = f"{polyglot}{mark}"
    if isinstance(field, models.JSONField):
        return text
    try:
        return field.clean(text, None)
    except ValidationError:
        return None


@cache
def must_differ(field):
    constraints = field.model._meta.constraints
    names = chain.from_iterable(getattr(one, "fields", ()) for one in constraints)
    return field.unique or field.name in names


def in_json(value, texts):
    """``value`` with every string in it replaced, keys kept."""
    match value:
        case dict():
            return {
                key: one if key in MACHINE_KEYS else in_json(one, texts)
                for key, one in value.items()
            }
        case list():
            return [in_json(one, texts) for one in value]
        case str():
            return next(texts)
    return value


class Garden:
    """Plants anew at each call of ``plant``, and remembers what stood where."""

    def __init__(self):
        self.turn = 0
        self.seen = defaultdict(set)
        self.pools = {
            field: [
                number
                for number, polyglot in enumerate(POLYGLOTS)
                if shaped(field, polyglot, "") is not None
            ]
            for model in text_models()
            for field in text_fields(model)
        }

    def plant(self, most_rows=10**6):
        """Give each row another text, in tables of at most ``most_rows``."""
        self.turn += 1
        for model in text_models():
            fields = [field for field in text_fields(model) if self.pools[field]]
            rows = list(model.objects.order_by("pk")[: most_rows + 1]) if fields else []
            if not 0 < len(rows) <= most_rows:
                continue
            for number, row in enumerate(rows):
                for place, field in enumerate(fields):
                    # What tells rows apart is short: some columns are, too.
                    start = self.turn + number + place * 7
                    self.put(row, field, start, mark=str(number))
            self.store(model, rows, fields)

    @staticmethod
    def store(model, rows, fields):
        """As ``bulk_update`` does, whose statement takes longer than all the pages."""
        quote = connection.ops.quote_name
        columns = ", ".join(f"{quote(field.column)} = %s" for field in fields)
        key = model._meta.pk
        values = [
            [
                field.get_db_prep_save(getattr(row, field.attname), connection)
                for field in (*fields, key)
            ]
            for row in rows
        ]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {quote(model._meta.db_table)} SET {columns} "  # noqa: S608
                f"WHERE {quote(key.column)} = %s",
                values,
            )

    def put(self, row, field, start, mark):
        pool = self.pools[field]
        number = pool[start % len(pool)]
        if isinstance(field, models.JSONField):
            turned = POLYGLOTS[number:] + POLYGLOTS[:number]
            value = in_json(getattr(row, field.name), cycle(turned))
        elif not field.max_length or field.max_length >= len(ALL):
            value, number = ALL, None
        else:
            own = mark if must_differ(field) else ""
            value = shaped(field, POLYGLOTS[number], own)
        setattr(row, field.name, value)
        self.seen[field] |= set(pool if number is None else [number])

    def missed(self):
        """Fields in which a text that they take never stood."""
        return [
            f"{field}: {sorted(set(pool) - self.seen[field])}"
            for field, pool in self.pools.items()
            if set(pool) - self.seen[field]
        ]
