"""Who organises."""

from accounts.models import User


def settle_staff(user: User) -> None:
    """Show the way to the admin to those who organise something, and to nobody else."""
    user.is_staff = user.is_superuser or user.organiser_roles.exists()
    user.save(update_fields=["is_staff"])
