"""Ask this container's own web server whether it is alive."""

import os
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

site = urlsplit(os.environ["SITE_URL"])
request = Request("http://127.0.0.1:8000/healthz/", headers={"Host": site.netloc})
with urlopen(request, timeout=4) as answer:  # noqa: S310
    answer.read()
