"""The audit: every administrative action is written down by `record_audit`, and only there."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser, User
from django.db import models
from django.http import HttpRequest

from admin_system.core.access import Caller
from admin_system.core.models import ApiKey, AuditEntry
from admin_system.core.models.audit_entry import Action
from admin_system.core.visitors import find_visitor

COMMAND = "command"
"""Stands as the actor of a command on the machine itself."""
ADDRESS = "address"
"""Kind of an entry that is about an address of the API."""


def record_audit(
    request: HttpRequest | None,
    action: Action,
    on: models.Model | str,
    fields: Iterable[str] = (),
    *,
    actor: User | None = None,
) -> AuditEntry:
    """`on` is the row, or a name; `fields` names what was changed, never how: values may be secret.

    The actor is the caller or the user of the request, unless another one is given; without a
    request it is a command. Blocks.
    """
    owner, name = name_actor(request) if actor is None else (f"user:{actor.pk}", str(actor))
    entry = AuditEntry(actor=owner, actor_name=name[:150], action=action, fields=list(fields))
    if isinstance(on, models.Model):
        entry.kind, entry.number = on._meta.label_lower[:60], str(on.pk)[:60]
    entry.name = str(on)[:200]
    entry.address = (address_of(request) or "") if request is not None else ""
    entry.save()
    return entry


def record_call(request: HttpRequest) -> AuditEntry:
    """A change through the API that no service writes down by itself. Blocks."""
    entry = record_audit(request, Action.CALLED, f"{request.method} {request.path}")
    entry.kind = ADDRESS
    entry.save(update_fields=["kind"])
    return entry


def name_actor(request: HttpRequest | None) -> tuple[str, str]:
    """Owner and name of whoever asks."""
    if request is None:
        return COMMAND, COMMAND
    caller = getattr(request, "auth", None)
    if isinstance(caller, Caller) and caller.kind != "user":
        if caller.kind == "key":
            row = ApiKey.objects.filter(pk=caller.owner.partition(":")[2]).first()
            return caller.owner, row.name if row is not None else caller.owner
        return caller.owner, caller.owner
    user: User | AnonymousUser | None = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return "anonymous", "anonymous"
    return f"user:{user.pk}", user.get_username()


def address_of(request: HttpRequest) -> str | None:
    """The visitor's; None for a local socket."""
    claimed = request.META.get("HTTP_X_FORWARDED_FOR", "")
    visitor = find_visitor(request.META.get("REMOTE_ADDR", ""), claimed)
    return None if visitor is None else str(visitor)
