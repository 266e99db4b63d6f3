"""What every window of the admin has, whoever may open it; a test asks for it."""

from core.named_lookups import NamedLookups
from core.versioned_admin import VersionedAdminMixin


class GuardedAdminMixin(NamedLookups, VersionedAdminMixin):
    """Shown filters only, and no lost update."""
