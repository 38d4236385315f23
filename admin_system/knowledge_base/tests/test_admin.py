"""The library in the admin: who may open which page, and that changes go through the services."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from admin_system.core.roles import Role, give_role
from admin_system.knowledge_base.models import Document, Job, Passage, Topic
from admin_system.knowledge_base.services.adding import NewDocument, add_text
from admin_system.knowledge_base.services.searching import search_passages
from admin_system.knowledge_base.tests.conftest import Work

LISTS = {
    "admin:knowledge_base_topic_changelist": "view_topic",
    "admin:knowledge_base_document_changelist": "view_document",
    "admin:knowledge_base_passage_changelist": "view_passage",
    "admin:knowledge_index": "view_document",
    "admin:retrieval_test": "view_passage",
    "admin:retrieval_lab": "view_savedquestionset",
}
"""Address -> the permission that opens it."""


@pytest.fixture
def passage(library: Topic, work: Work) -> Passage:
    add_text(NewDocument(library, "水泵"), "水泵的轴承每周检查一次。")
    work()
    return Passage.objects.get(live=True)


@pytest.fixture
def admin(client: Client, library: Topic) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


def staff(client: Client, *permissions: str) -> Client:
    user = User.objects.create_user("staff", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    return client


@pytest.mark.parametrize("name", LISTS)
def test_a_page_opens_for_whoever_may_see_it(client: Client, library: Topic, name: str) -> None:
    address = reverse(name)
    assert client.get(address).status_code == 302
    nobody = staff(client)
    assert nobody.get(address).status_code == 403
    User.objects.get(username="staff").user_permissions.add(
        Permission.objects.get(codename=LISTS[name])
    )
    assert nobody.get(address).status_code == 200


def test_an_operator_keeps_the_whole_knowledge_base(client: Client, library: Topic) -> None:
    call_command("migrate", verbosity=0)
    user = User.objects.create_user("operator")
    give_role(user, Role.OPERATOR)
    client.force_login(User.objects.get(pk=user.pk))
    for name in LISTS:
        page = client.get(reverse(name))
        assert page.status_code == 200, name
        facts = page.context.get("facts") or {"mayChange": True}
        assert facts["mayChange"], name


def test_the_menu_counts_topics_and_documents(admin: Client, passage: Passage) -> None:
    page = admin.get(reverse("admin:index")).content.decode()
    counts = page.split('class="menu-count">')[1:]
    assert [part[0] for part in counts[:2]] == ["1", "1"]


def test_a_topic_is_made_renamed_and_deleted_with_what_it_holds(
    admin: Client, passage: Passage, work: Work
) -> None:
    add = reverse("admin:knowledge_base_topic_add")
    assert admin.post(add, {"name": " 订单 ", "description": "退货"}).status_code == 302
    topic = Topic.objects.get(name="订单")
    assert topic.description == "退货"
    refused = admin.post(add, {"name": "手册", "description": ""})
    assert refused.status_code == 200
    assert refused.context["adminform"].form.errors["name"]
    change = reverse("admin:knowledge_base_topic_change", args=[topic.pk])
    assert admin.post(change, {"name": "退货", "description": ""}).status_code == 302
    topic.refresh_from_db()
    assert topic.name == "退货"
    held = passage.document.topic
    listed = admin.get(reverse("admin:knowledge_base_topic_changelist")).content.decode()
    assert "手册" in listed
    delete = reverse("admin:knowledge_base_topic_delete", args=[held.pk])
    told = admin.get(delete).context
    assert told["deleted_objects"] == ["手册"]
    assert list(dict(told["model_count"]).values()) == [1, 1]
    assert admin.post(delete, {"post": "yes"}).status_code == 302
    assert search_passages(query="轴承", mode="keyword").hits == ()
    work()
    assert not Topic.all_objects.filter(pk=held.pk).exists()
    assert not Document.objects.exists()


def test_a_control_character_in_a_name_is_refused_beside_the_field(admin: Client) -> None:
    add = reverse("admin:knowledge_base_topic_add")
    refused = admin.post(add, {"name": "a\x85b", "description": ""})
    assert refused.status_code == 200
    assert refused.context["adminform"].form.errors["name"]


def test_passages_are_switched_off_and_on_from_the_list(admin: Client, passage: Passage) -> None:
    address = reverse("admin:knowledge_base_passage_changelist")
    for action, found in (("switch_off", 0), ("switch_on", 1)):
        chosen = {"action": action, "_selected_action": [passage.pk]}
        assert admin.post(address, chosen).status_code == 302
        assert len(search_passages(query="轴承", mode="keyword").hits) == found


def test_the_list_of_passages_finds_words_also_of_those_switched_off(
    admin: Client, passage: Passage
) -> None:
    address = reverse("admin:knowledge_base_passage_changelist")

    def found(words: str) -> int:
        page = admin.get(address, {"q": words})
        assert ("条结果" in page.text) == (words != ""), "only a search tells how many it found"
        return int(page.context["cl"].result_count)

    assert (found(""), found("检查轴承"), found("锅炉")) == (1, 1, 0)
    admin.post(address, {"action": "switch_off", "_selected_action": [passage.pk]})
    assert (found("轴承"), found("锅炉")) == (1, 0)


def test_who_may_only_look_switches_nothing(client: Client, passage: Passage) -> None:
    looking = staff(client, "view_passage", "view_document")
    chosen = {"action": "switch_off", "_selected_action": [passage.pk]}
    looking.post(reverse("admin:knowledge_base_passage_changelist"), chosen)
    passage.refresh_from_db()
    assert passage.enabled
    page = looking.get(reverse("admin:knowledge_base_passage_change", args=[passage.pk]))
    assert page.context["facts"]["mayChange"] is False


def test_pages_of_what_is_gone_lead_back_to_the_list(admin: Client, passage: Passage) -> None:
    for model in ("document", "passage"):
        gone = reverse(f"admin:knowledge_base_{model}_change", args=[999])
        assert admin.get(gone).status_code == 302
    document = reverse("admin:knowledge_base_document_change", args=[passage.document_id])
    assert admin.get(document).context["facts"]["document"] == passage.document_id


def test_a_document_deleted_in_the_admin_goes_the_services_way(
    admin: Client, passage: Passage
) -> None:
    delete = reverse("admin:knowledge_base_document_delete", args=[passage.document_id])
    assert list(dict(admin.get(delete).context["model_count"]).values()) == [1]
    assert admin.post(delete, {"post": "yes"}).status_code == 302
    assert search_passages(query="轴承", mode="keyword").hits == ()
    assert Job.objects.filter(kind=Job.Kind.REMOVE).exists()


def test_nobody_adds_passages_by_hand(admin: Client) -> None:
    assert admin.get(reverse("admin:knowledge_base_passage_add")).status_code == 403
    assert admin.get(reverse("admin:knowledge_base_document_add")).status_code == 302
