"""gunicorn's worker for the whole site: uvicorn with the site's own limits.

    gunicorn --worker-class scripts.deployment.gunicorn_worker.SiteWorker --workers 1 …

One worker only: the model lives in the process that answers.
"""

from __future__ import annotations

from typing import Any, ClassVar

from uvicorn_worker import UvicornWorker

from scripts.startup.serve import read_options


class SiteWorker(UvicornWorker):
    CONFIG_KWARGS: ClassVar[dict[str, Any]] = read_options()
