import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hackathon.settings")

application = get_wsgi_application()

# What is here now stays for good: spare the collector the way through it, and forked
# workers the copies that its marks would make.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 50)
