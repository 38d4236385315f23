"""Vectors as pgvector reads them, where the database is a PostgreSQL that has it."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from admin_system.knowledge_base.vector_column import make_column


def create(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        make_column(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("knowledge_base", "0003_library_jobs")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
