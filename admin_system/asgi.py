"""The one door: HTTP to Django, WebSocket to Channels, a size guard before both."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, cast

from django.core.asgi import get_asgi_application

if TYPE_CHECKING:
    from asgiref.typing import ASGI3Application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "admin_system.settings")
http = get_asgi_application()

# Django is set up by the line above; what follows imports models.
from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter  # noqa: E402

from admin_system.api.body_guard import BodyGuard  # noqa: E402
from admin_system.api.lifespan import Lifespan  # noqa: E402
from admin_system.api.routing import sockets  # noqa: E402
from admin_system.core import catalog  # noqa: E402
from admin_system.knowledge_base import background  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": BodyGuard(cast("ASGI3Application", http)),
        "websocket": AuthMiddlewareStack(sockets),
        "lifespan": Lifespan(),
    }
)

# Importing this module is what every server does exactly once (daphne has no lifespan); the load
# runs in a thread of its own, as does the work on documents; `LOAD_MODEL` and `RUN_JOBS` of the
# settings say whether there is any.
catalog.start()
background.start()
