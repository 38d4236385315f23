"""Four-bit layers may be run by gptqmodel instead of the project's own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0003_visual_device")]
    operations = [
        migrations.AddField(
            model_name="modelconfig",
            name="int4_backend",
            field=models.CharField(
                choices=[("own", "This project's own"), ("gptqmodel", "gptqmodel")],
                default="own",
                help_text="Whose layers run four-bit GPTQ and AWQ weights. gptqmodel is installed "
                "separately, see docs/models.md.",
                max_length=10,
                verbose_name="four-bit layers",
            ),
        ),
    ]
