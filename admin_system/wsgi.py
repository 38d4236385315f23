"""For servers that speak WSGI: one worker only, no WebSocket, streams are collected whole.

The model lives in the process that answers, so that a second worker would have none; a client
that goes away is noticed only when its answer is complete. `asgi.py` has none of these limits.
"""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "admin_system.settings")
application = get_wsgi_application()

# Django is set up by the line above; what follows imports models.
from admin_system.core.access import warn_of_the_open_door  # noqa: E402
from admin_system.core.catalog import start  # noqa: E402

warn_of_the_open_door()
start()
