"""What callers have taken of the models, as the wire says it."""

from __future__ import annotations

from pydantic import Field

from admin_system.api.protocol.descriptions import Answer


class UsageCounts(Answer):
    requests: int
    prompt_tokens: int
    cached_tokens: int
    """Of the prompt's, those that were not computed again."""
    completion_tokens: int
    pictures: int
    errors: int
    total_tokens: int


class UsageLine(UsageCounts):
    """One of day, model, caller, as the report is grouped."""

    day: str | None = None
    model: str | None = None
    caller: str | None = None
    """local, key:ID, user:ID …"""
    name: str | None = None
    """Of the caller, where it has one."""


class StorageAnswer(Answer):
    """Bytes of the caller's own documents and pictures."""

    used: int
    limit: int | None
    """null: no limit."""


class UsageReport(Answer):
    first: str = Field(alias="from")
    last: str = Field(alias="to")
    group: str
    data: list[UsageLine]
    total: UsageCounts
    storage: StorageAnswer
