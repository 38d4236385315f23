"""Prompt templates as rows: made, changed, restored, found; each text that was kept stays kept."""

from __future__ import annotations

from typing import cast

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from admin_system.core.access import Caller
from admin_system.core.errors import TemplateNotFound, TemplateTaken
from admin_system.core.models import PromptTemplate, PromptVersion
from admin_system.core.models.api_key import Scope
from admin_system.core.types import Language
from admin_system.core.wording import Kind, Wording

CHANGING = "core.change_prompttemplate"
"""Django's permission of those who look after templates."""


def list_templates(kind: str = "", language: str = "") -> QuerySet[PromptTemplate]:
    """By kind, language and name; empty takes all."""
    rows = PromptTemplate.objects.all()
    if kind:
        rows = rows.filter(kind=kind)
    return rows.filter(language=language) if language else rows


def get_template(slug: str, param: str = "slug") -> PromptTemplate:
    """Raises TemplateNotFound, which names `param`."""
    row = PromptTemplate.objects.filter(slug=slug).first()
    if row is None:
        raise TemplateNotFound(slug, param)
    return row


def find_default(kind: Kind, language: Language) -> Wording | None:
    row = PromptTemplate.objects.filter(kind=kind, language=language, is_default=True).first()
    return None if row is None else to_wording(row)


def to_wording(row: PromptTemplate) -> Wording:
    return Wording(cast("Kind", row.kind), cast("Language", row.language), row.text)


def create_template(
    *, slug: str, name: str, kind: Kind, language: Language, text: str, author: str
) -> PromptTemplate:
    """Raises BadTemplate, TemplateTaken."""
    Wording(kind, language, text)
    try:
        with transaction.atomic():
            row = PromptTemplate.objects.create(
                slug=slug, name=name, kind=kind, language=language, text=text
            )
            PromptVersion.objects.create(template=row, number=1, text=text, author=author)
    except IntegrityError:
        raise TemplateTaken(slug) from None
    return row


def change_template(
    row: PromptTemplate, *, author: str, name: str | None = None, text: str | None = None
) -> None:
    """Another text is another version. Raises BadTemplate, TemplateNotFound."""
    with transaction.atomic():
        hold(row)
        if name is not None:
            row.name = name
        if text is not None and text != row.text:
            Wording(cast("Kind", row.kind), cast("Language", row.language), text)
            row.text = text
            row.version += 1
            PromptVersion.objects.create(template=row, number=row.version, text=text, author=author)
        row.save(update_fields=["name", "text", "version", "updated_at"])


def hold(row: PromptTemplate) -> None:
    """As it is now, in a transaction: another change waits for its end. Raises TemplateNotFound."""
    try:
        row.refresh_from_db(from_queryset=PromptTemplate.objects.select_for_update())
    except PromptTemplate.DoesNotExist:
        raise TemplateNotFound(row.slug, "slug") from None


def restore_version(row: PromptTemplate, number: int, author: str) -> None:
    """Its text becomes the newest version. Raises TemplateNotFound."""
    version = row.versions.filter(number=number).first()
    if version is None:
        raise TemplateNotFound(f"{row.slug}/{number}", "version")
    change_template(row, author=author, text=version.text)


def set_default(row: PromptTemplate, is_default: bool) -> None:
    """One is the default of its kind and language; the former one stops being it."""
    with transaction.atomic():
        if is_default:
            same = PromptTemplate.objects.filter(kind=row.kind, language=row.language)
            same.exclude(pk=row.pk).update(is_default=False)
        row.is_default = is_default
        row.save(update_fields=["is_default", "updated_at"])


def name_author(owner: str) -> str:
    """What people call the owner of `access.Caller`: a user's name; else as it stands."""
    if not owner.startswith("user:"):
        return owner
    user = get_user_model().objects.filter(pk=owner.removeprefix("user:")).first()
    return owner if user is None else user.get_username()


def may_change_templates(caller: Caller) -> bool:
    """Whoever may everything, and users with the permission."""
    if Scope.ADMIN.value in caller.scopes:
        return True
    if caller.kind != "user":
        return False
    user = get_user_model().objects.filter(pk=caller.owner.removeprefix("user:")).first()
    return user is not None and user.is_active and user.has_perm(CHANGING)
