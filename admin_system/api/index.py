"""/api/index: how the indexes are, built anew or checked; /api/jobs: how far such work is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from admin_system.api.auth import get_caller, require_scope
from admin_system.api.bodies import EXAMPLE_CHECK, aread_json, require_json
from admin_system.api.fault_pages import language_of
from admin_system.api.numbers import read_number
from admin_system.api.openapi import describe
from admin_system.api.protocol.library_work import CheckBody, encode_index, encode_job
from admin_system.api.protocol.library_work_answers import IndexAnswer, JobAnswer, JobPage
from admin_system.api.responses import done, json_response
from admin_system.api.threads import in_library
from admin_system.api.topics import KEEPERS
from admin_system.core.access import Caller
from admin_system.core.models.api_key import Scope
from admin_system.knowledge_base.models import Job
from admin_system.knowledge_base.services.index_state import find_index_state
from admin_system.knowledge_base.services.library_jobs import (
    cancel_library_job,
    get_library_job,
    library_jobs,
    start_check,
    start_rebuild,
)
from admin_system.knowledge_base.services.permissions import require_all_topics

router = Router(tags=["knowledge base"])

SHOWN_JOBS = 50


@router.get(
    "/api/index",
    auth=KEEPERS,
    openapi_extra=describe(answer=IndexAnswer),
    summary="How the indexes of the knowledge base are",
)
async def read_index(request: HttpRequest) -> HttpResponse:
    caller, language = get_caller(request), language_of(request)

    def find() -> dict[str, Any]:
        require_all_topics(caller.topics)
        return encode_index(find_index_state(), language)

    return json_response(await in_library(find))


@router.post(
    "/api/index/rebuild",
    auth=KEEPERS,
    openapi_extra=describe(answer=JobAnswer, status=202),
    summary="Build both indexes anew",
)
async def rebuild_index(request: HttpRequest) -> HttpResponse:
    """From the database, in the background; searches go on, nothing is embedded again."""
    caller, language = get_caller(request), language_of(request)

    def start() -> dict[str, Any]:
        require_all_topics(caller.topics)
        return encode_job(start_rebuild(), language)

    return json_response(await in_library(start), status=202)


@router.post(
    "/api/index/check",
    auth=KEEPERS,
    openapi_extra=describe(CheckBody, answer=JobAnswer, status=202),
    summary="Compare database, indexes and files",
)
async def check_index(request: HttpRequest) -> HttpResponse:
    """In the background; the job's result names what was found."""
    require_json(request)
    caller, language = get_caller(request), language_of(request)
    body = await aread_json(request.body or b"{}", CheckBody, EXAMPLE_CHECK)

    def start() -> dict[str, Any]:
        require_all_topics(caller.topics)
        return encode_job(start_check(repair=body.repair), language)

    return json_response(await in_library(start), status=202)


@router.get(
    "/api/jobs",
    auth=KEEPERS,
    openapi_extra=describe(answer=JobPage),
    summary="Work on the whole knowledge base",
)
async def list_jobs(request: HttpRequest) -> HttpResponse:
    """Newest first, those of the last days; what is done to a document stands on the document."""
    caller, language = get_caller(request), language_of(request)

    def find() -> list[dict[str, Any]]:
        require_all_topics(caller.topics)
        return [encode_job(job, language) for job in library_jobs()[:SHOWN_JOBS]]

    return json_response({"data": await in_library(find)})


@router.get(
    "/api/jobs/{job_id}",
    auth=KEEPERS,
    openapi_extra=describe(answer=JobAnswer),
    summary="One of them, and how far it is",
)
async def read_job(request: HttpRequest, job_id: str) -> HttpResponse:
    number, caller, language = read_job_number(job_id), get_caller(request), language_of(request)
    return json_response(await in_library(lambda: encode_job(find_job(number, caller), language)))


@router.delete(
    "/api/jobs/{job_id}",
    auth=KEEPERS,
    openapi_extra=describe(status=204),
    summary="Call it off",
)
async def cancel_job(request: HttpRequest, job_id: str) -> HttpResponse:
    """At its next look; of a change of the embedding model the former one stays."""
    number, caller = read_job_number(job_id), get_caller(request)

    def cancel() -> None:
        job = find_job(number, caller)
        if job.kind == Job.Kind.EMBED:
            require_scope(caller, Scope.ADMIN)
        cancel_library_job(job)

    await in_library(cancel)
    return done()


def read_job_number(text: str) -> int:
    """Raises EntryNotFound."""
    return read_number(text, "job_not_found")


def find_job(number: int, caller: Caller) -> Job:
    """Raises EntryForbidden, EntryNotFound."""
    require_all_topics(caller.topics)
    return get_library_job(number)
