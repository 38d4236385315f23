"""The keyword index beside the rows, and the embedding model that ships."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from admin_system.vector_search.keyword_index import KeywordIndex
from admin_system.vector_search.lexical import LexicalIndex
from admin_system.vector_search.tsvector import TsvectorIndex


def create(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if (index := index_of(schema_editor)) is not None:
        index.create()
    profiles = apps.get_model("knowledge_base", "EmbeddingProfile")
    profiles.objects.create(name="all-MiniLM-L6-v2", kind="bundled", is_current=True)


def drop(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if (index := index_of(schema_editor)) is not None:
        index.drop()


def index_of(schema_editor: BaseDatabaseSchemaEditor) -> KeywordIndex | None:
    """In the database that is migrated; None where there is none for it."""
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        return TsvectorIndex(connection)
    if connection.vendor != "sqlite":
        return None
    connection.ensure_connection()
    return LexicalIndex(connection.connection)


class Migration(migrations.Migration):
    dependencies = [("knowledge_base", "0001_library")]

    operations = [migrations.RunPython(create, drop)]
