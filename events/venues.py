"""The networks of a place: many people of an event come from one address there."""

from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.limits import Address, shared_places

MOST_NETWORKS = 20
# A place is no city: at most 1,024 addresses, or one site of IPv6.
WIDEST = {4: 22, 6: 48}
BEFORE_THE_DOORS = timedelta(hours=3)
Network = IPv4Network | IPv6Network


def networks_in(text: str) -> list[Network]:
    """Each line or word of ``text``; raise ``ValidationError`` with the first bad one.

    An address is a network of one.
    """
    words = text.replace(",", " ").split()
    if len(words) > MOST_NETWORKS:
        raise ValidationError(_("Please give at most 20 networks."))
    return [network_of(word) for word in words]


def network_of(word: str) -> Network:
    try:
        network = ip_network(word, strict=False)
    except ValueError:
        raise ValidationError(
            _("“%(word)s” is no address or network, such as 192.0.2.0/24."),
            params={"word": word[:60]},
        ) from None
    if network.prefixlen < WIDEST[network.version]:
        raise ValidationError(
            _("%(word)s is too wide for one place: /%(widest)d at most."),
            params={"word": word[:60], "widest": WIDEST[network.version]},
        )
    return network


def validate_networks(text: str) -> None:
    networks_in(text)


def is_at_a_venue(address: Address) -> bool:
    """Whether an event takes place where this address is, right now."""
    from events.models import Event  # noqa: PLC0415 -- its field is validated here

    now = timezone.now()
    running = Event.objects.filter(
        is_published=True, starts_at__lte=now + BEFORE_THE_DOORS, ends_at__gt=now
    ).exclude(venue_networks="")
    return any(
        address in network
        for text in running.values_list("venue_networks", flat=True)
        for network in networks_in(text)
        if network.version == address.version
    )


shared_places.append(is_at_a_venue)
