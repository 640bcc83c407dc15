"""The WSGI entry for gunicorn: `gunicorn hocba.web.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hocba.web.settings")
application = get_wsgi_application()
