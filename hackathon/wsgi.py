import gc
import os

from django.core.wsgi import get_wsgi_application

from core import numeric

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hackathon.settings")

application = get_wsgi_application()
numeric.load()  # now, lest the first who asks for a result waits for it

# What is here now stays for good: spare the collector the way through it, and forked
# workers the copies that its marks would make.
gc.collect()
gc.freeze()
