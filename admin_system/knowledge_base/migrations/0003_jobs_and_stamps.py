"""Jobs count how often they were asked for, and outlive a model; stamps of the indexes."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("knowledge_base", "0002_indexes")]

    operations = [
        migrations.CreateModel(
            name="IndexStamp",
            fields=[
                ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("value", models.CharField(max_length=200)),
            ],
        ),
        migrations.AddField("job", "requests", models.PositiveIntegerField(default=0)),
        migrations.AlterField(
            "job",
            "profile",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                to="knowledge_base.embeddingprofile",
            ),
        ),
        migrations.AddConstraint(
            "job",
            models.UniqueConstraint(
                condition=models.Q(("state__in", ["queued", "running", "waiting", "paused"])),
                fields=("kind", "profile"),
                name="one_active_job_per_profile",
            ),
        ),
    ]
