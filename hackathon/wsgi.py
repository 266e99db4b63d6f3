import gc
import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

from core import numeric
from core.stack import with_room

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hackathon.settings")

site = get_wsgi_application()
site_with_room = with_room(site)


def application(
    environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    """The site; with room for the templates of the admin, which lie deep."""
    is_admin = environ.get("PATH_INFO", "").startswith("/admin/")
    return (site_with_room if is_admin else site)(environ, start_response)


numeric.load()  # now, lest the first who asks for a result waits for it

# What is here now stays for good: spare the collector the way through it, and forked
# workers the copies that its marks would make.
gc.collect()
gc.freeze()
