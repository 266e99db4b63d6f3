"""Who organises."""

from accounts.models import User
from events.models import Series, SeriesOrganiser


def settle_staff(user: User) -> None:
    """Show the way to the admin to those who organise something, and to nobody else."""
    user.is_staff = user.is_superuser or user.organiser_roles.exists()
    user.save(update_fields=["is_staff"])


def run_series(series: Series, user: User) -> None:
    """Who makes a series runs it: may add organisers, and hears what they hear."""
    SeriesOrganiser.objects.update_or_create(
        series=series, user=user, defaults={"role": SeriesOrganiser.Role.ADMIN}
    )
    settle_staff(user)
