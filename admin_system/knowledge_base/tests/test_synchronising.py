"""A topic follows its folder: what is unchanged costs nothing, what is gone goes."""

from __future__ import annotations

import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from admin_system.env import BASE_DIR, get_env
from admin_system.knowledge_base.models import Document, Job, Passage, Topic
from admin_system.knowledge_base.services.adding import NewDocument, add_text
from admin_system.knowledge_base.services.synchronising import synchronise_folder
from admin_system.knowledge_base.tests import files, pdfs
from admin_system.knowledge_base.tests.conftest import Work
from admin_system.knowledge_base.tests.searches import found

SAMPLES = BASE_DIR / "knowledge_base" / "documents"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "资料 files"
    (folder / "水").mkdir(parents=True)
    (folder / "水" / "水车.txt").write_bytes(files.CHINESE.encode("gb18030"))
    (folder / "lighthouse.md").write_text(files.ENGLISH, "utf-8")
    return folder


def run(*words: object) -> str:
    out = StringIO()
    call_command("import_documents", *map(str, words), stdout=out)
    return out.getvalue()


def test_a_folder_is_followed_through_its_changes(library: Topic, folder: Path, work: Work) -> None:
    add_text(NewDocument(library, "by hand"), "手写的说明。")
    done = synchronise_folder(folder, library.name)
    assert (done.topic, done.added) == (library, ["lighthouse.md", "水/水车.txt"])
    work()
    assert "周大山" in found("水车由谁设计")[0]
    before = set(Passage.objects.values_list("pk", flat=True))

    done = synchronise_folder(folder, library.name)
    assert (len(done.unchanged), done.added, done.changed) == (2, [], [])
    assert not Job.objects.filter(state="queued").exists()

    (folder / "水" / "水车.txt").rename(folder / "水车.txt")
    (folder / "new.md").write_text("The mill was sold in 1950.", "utf-8")
    done = synchronise_folder(folder, library.name)
    assert (done.added, done.renamed, done.removed) == (["new.md"], ["水车.txt"], [])
    work()
    assert before < set(Passage.objects.values_list("pk", flat=True)), "a move reads nothing anew"

    (folder / "lighthouse.md").write_text("The lighthouse was sold in 1960.", "utf-8")
    (folder / "new.md").unlink()
    done = synchronise_folder(folder, library.name, remove_vanished=False)
    assert (done.changed, done.kept, done.removed) == (["lighthouse.md"], ["new.md"], [])
    done = synchronise_folder(folder, library.name)
    assert done.removed == ["new.md"]
    work()
    assert found("sold in", mode="keyword") == ["The lighthouse was sold in 1960."]
    assert found("手写"), "what the folder never had stays"
    names = set(Document.objects.values_list("name", flat=True))
    assert names == {"by hand", "lighthouse.md", "水车.txt"}


def test_what_is_no_document_is_told_and_an_archive_is_opened(
    library: Topic, folder: Path, tmp_path: Path
) -> None:
    program = b"MZ\x90\0\x03" + b"\x01\x02\x03\x04" * 50
    packed = files.zipped({"a/one.txt": b"one", "b.exe": program})
    (folder / "packed.zip").write_bytes(packed)
    (folder / "empty.txt").write_bytes(b"")
    (folder / "wrong.pdf").write_bytes(files.picture())
    (folder / "program.bin").write_bytes(program)
    (folder / ".hidden.txt").write_bytes(b"hidden")
    (folder / "~$report.docx").write_bytes(b"of an open office program")
    with (folder / "large.txt").open("wb") as file:
        file.truncate(300 * 2**20)
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    done = synchronise_folder(folder, library.name)
    assert done.added == ["lighthouse.md", "packed.zip/a/one.txt", "水/水车.txt"]
    assert {one.name: one.code for one in done.left_out} == {
        "empty.txt": "document_empty",
        "wrong.pdf": "document_wrong_extension",
        "program.bin": "document_unknown_format",
        "packed.zip/b.exe": "document_unknown_format",
        "large.txt": "document_too_many_bytes",
        "link.txt": "document_link_outside",
    }
    assert len(synchronise_folder(folder, library.name).unchanged) == 3


def test_an_empty_folder_removes_nothing(library: Topic, folder: Path) -> None:
    synchronise_folder(folder, library.name)
    shutil.rmtree(folder)
    folder.mkdir()
    told = run(folder, "--topic", library.name)
    assert Document.objects.exclude(state="deleting").count() == 2
    assert "没有删除任何文档" in told
    folder.rmdir()
    with pytest.raises(CommandError, match="没有文件夹"):
        run(folder)


def test_the_command_works_until_all_is_found_and_says_what_failed(
    library: Topic, folder: Path
) -> None:
    told = run(folder, "--wait")
    assert "新增：lighthouse.md" in told
    assert "2 篇文档中有 2 篇可以检索" in told
    topic = Topic.objects.get(name="资料 files")
    assert "周大山" in found("水车由谁设计", topics=[topic.pk])[0]
    (folder / "locked.pdf").write_bytes(pdfs.LOCKED)
    with pytest.raises(CommandError, match="3 篇文档中有 1 篇失败"):
        run(folder, "--wait")


def test_the_samples_are_taken_in_without_a_word(
    library: Topic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del library
    monkeypatch.setattr(get_env(), "knowledge_dir", tmp_path)
    with pytest.raises(CommandError, match="没有主题文件夹"):
        run()
    shutil.copytree(SAMPLES, tmp_path / "documents")
    run("--wait")
    assert Document.objects.filter(state="ready").count() >= 4
    assert "start_service.py" in found("怎么启动服务", limit=1)[0]
    assert "start_service.py" in found("How do I start the service?", limit=1)[0]
    assert "Qwen" in found("演示模型能做什么", limit=1)[0]
    assert "not Qwen" in found("What can the demonstration model do?", limit=1)[0]
