"""Downloads whose server has ended: they count as stopped, and can be removed or gone on with."""

from __future__ import annotations

import pytest

from admin_system.core.errors import DownloadError
from admin_system.core.fetching import (
    DownloadNotFound,
    begin,
    forget,
    get_download,
    list_downloads,
    stop,
)
from admin_system.core.models import ModelDownload

pytestmark = pytest.mark.django_db


@pytest.fixture
def left() -> ModelDownload:
    """As a server leaves it that was killed."""
    return ModelDownload.objects.create(
        name="acme/model", source="hub", state="running", bytes_done=5, bytes_total=10
    )


def test_what_a_killed_server_left_counts_as_stopped(left: ModelDownload) -> None:
    assert [(one.state, one.bytes_done) for one in list_downloads()] == [("stopped", 5)]
    stop(left.pk)
    left.refresh_from_db()
    assert left.state == "stopped"
    forget(left.pk)
    with pytest.raises(DownloadNotFound):
        get_download(left.pk)


@pytest.mark.parametrize("name", ["", "model", "../etc/passwd", "a/b/c", "acme/..", "acme/.git"])
def test_what_names_no_model_is_not_begun(name: str) -> None:
    with pytest.raises(DownloadError) as caught:
        begin(name, "hub")
    assert caught.value.code == "download_bad_name"
    assert not ModelDownload.objects.exists()
