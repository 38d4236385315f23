"""The keyword index beside the rows, and the embedding model that ships."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def create(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "sqlite":
        from admin_system.vector_search.lexical import LexicalIndex

        schema_editor.connection.ensure_connection()
        LexicalIndex(schema_editor.connection.connection).create()
    profiles = apps.get_model("knowledge_base", "EmbeddingProfile")
    profiles.objects.create(name="all-MiniLM-L6-v2", kind="bundled", is_current=True)


def drop(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "sqlite":
        from admin_system.vector_search.lexical import LexicalIndex

        LexicalIndex(schema_editor.connection.connection).drop()


class Migration(migrations.Migration):
    dependencies = [("knowledge_base", "0001_library")]

    operations = [migrations.RunPython(create, drop)]
