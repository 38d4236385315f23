"""Templates as rows: versions, defaults, and who may change them."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User

from admin_system.core.access import EVERYTHING, READING, Caller
from admin_system.core.errors import BadTemplate, TemplateNotFound, TemplateTaken
from admin_system.core.models import PromptTemplate
from admin_system.core.prompts import (
    change_template,
    create_template,
    find_default,
    may_change_templates,
    restore_version,
    set_default,
)
from admin_system.core.types import Language

pytestmark = pytest.mark.django_db


def make(slug: str, language: Language = "zh", text: str = "{question}") -> PromptTemplate:
    return create_template(
        slug=slug, name=slug, kind="chat", language=language, text=text, author="local"
    )


def test_every_text_is_kept_with_who_wrote_it() -> None:
    row = make("a", text="one")
    change_template(row, author="user:2", text="two")
    change_template(row, author="user:3", text="two", name="A")  # the same text: no version
    restore_version(row, 1, "user:4")
    written = [(one.number, one.text, one.author) for one in row.versions.all()]
    assert written == [(3, "one", "user:4"), (2, "two", "user:2"), (1, "one", "local")]
    with pytest.raises(BadTemplate):
        change_template(row, author="local", text="{")
    with pytest.raises(TemplateNotFound):
        restore_version(row, 7, "local")
    row.refresh_from_db()
    assert (row.name, row.text, row.version) == ("A", "one", 3)


def test_two_who_change_one_at_the_same_moment_write_two_versions() -> None:
    row = make("a", text="one")
    one, other = PromptTemplate.objects.get(pk=row.pk), PromptTemplate.objects.get(pk=row.pk)
    change_template(one, author="user:2", text="two", name="A")
    change_template(other, author="user:3", text="three")
    assert [version.number for version in row.versions.all()] == [3, 2, 1]
    row.refresh_from_db()
    assert (row.name, row.text) == ("A", "three")
    row.delete()
    with pytest.raises(TemplateNotFound):
        change_template(one, author="user:2", text="four")


def test_a_name_is_given_once() -> None:
    make("a")
    with pytest.raises(TemplateTaken):
        make("a", "en")


def test_each_kind_and_language_has_one_default() -> None:
    first, second, english = make("a"), make("b", text="2"), make("c", "en")
    assert find_default("chat", "zh") is None
    for row in (first, english, second):
        set_default(row, True)
    chosen = find_default("chat", "zh")
    assert chosen is not None
    assert chosen.text == "2"
    assert find_default("chat", "en") is not None
    assert find_default("analysis", "zh") is None
    set_default(second, False)
    assert find_default("chat", "zh") is None


def test_a_user_changes_them_with_the_permission_of_an_operator() -> None:
    user = User.objects.create_user("operator", is_staff=True)
    caller = Caller(f"user:{user.pk}", READING, "user")
    assert not may_change_templates(caller)
    user.user_permissions.add(Permission.objects.get(codename="change_prompttemplate"))
    assert may_change_templates(caller)
    user.is_active = False
    user.save()
    assert not may_change_templates(caller)
    assert may_change_templates(Caller("local", EVERYTHING, "local"))
    assert not may_change_templates(Caller("anonymous", READING, "anonymous"))
