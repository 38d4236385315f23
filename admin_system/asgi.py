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
from admin_system.api.measured import Measured  # noqa: E402
from admin_system.api.routing import sockets  # noqa: E402
from admin_system.api.socket_guard import SocketGuard  # noqa: E402
from admin_system.api.stay import Visits  # noqa: E402
from admin_system.core import access, catalog, files_watch, held_database, retention  # noqa: E402
from admin_system.core.monitoring import monitor  # noqa: E402
from admin_system.core.shared import peers  # noqa: E402
from admin_system.core.usage import get_ledger  # noqa: E402
from admin_system.knowledge_base import background  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": Visits(Measured(BodyGuard(cast("ASGI3Application", http)))),
        "websocket": SocketGuard(cast("ASGI3Application", AuthMiddlewareStack(sockets))),
        "lifespan": Lifespan(),
    }
)

# Importing this module is what every server does exactly once (daphne has no lifespan). The load,
# the answers to other processes, the work on documents, the removal of what is too old and the
# monitor have threads of their own; `LOAD_MODEL`, `RUN_JOBS` and `MONITOR` of the settings say
# whether there are any.
access.warn_of_the_open_door()
held_database.start()
files_watch.start()
catalog.start()
peers.start()
get_ledger().start()
background.start()
retention.start()
monitor.start()
