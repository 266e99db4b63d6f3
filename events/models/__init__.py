from events.models.addresses import FormerSlug
from events.models.audit import (
    AuditChain,
    AuditEntry,
    AuditEntryQuerySet,
)
from events.models.event import (
    Event,
    EventQuerySet,
)
from events.models.phases import (
    HEADLINE,
    WINDOWED,
    Phase,
)
from events.models.programme import (
    STAYS_NEWS,
    AgendaItem,
    Announcement,
    AnnouncementQuerySet,
    Faq,
    Prize,
    Sponsor,
    Track,
)
from events.models.registrations import (
    ConductText,
    Registration,
    RegistrationQuerySet,
    RegistrationQuestion,
    answer_in_words,
)
from events.models.series import (
    FIRST_YEAR,
    LAST_YEAR,
    RESERVED_SLUGS,
    Series,
    SeriesOrganiser,
    SeriesQuerySet,
    validate_day,
    validate_slug_is_free,
)
from events.models.windows import (
    PhaseWindow,
    default_windows,
    windows_in_order,
)

__all__ = [
    "FIRST_YEAR",
    "HEADLINE",
    "LAST_YEAR",
    "RESERVED_SLUGS",
    "STAYS_NEWS",
    "WINDOWED",
    "AgendaItem",
    "Announcement",
    "AnnouncementQuerySet",
    "AuditChain",
    "AuditEntry",
    "AuditEntryQuerySet",
    "ConductText",
    "Event",
    "EventQuerySet",
    "Faq",
    "FormerSlug",
    "Phase",
    "PhaseWindow",
    "Prize",
    "Registration",
    "RegistrationQuerySet",
    "RegistrationQuestion",
    "Series",
    "SeriesOrganiser",
    "SeriesQuerySet",
    "Sponsor",
    "Track",
    "answer_in_words",
    "default_windows",
    "validate_day",
    "validate_slug_is_free",
    "windows_in_order",
]
