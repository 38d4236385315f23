"""Downloads of models that the pages begin, stop and go on with."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0008_asked_questions'),
    ]

    operations = [
        migrations.CreateModel(
            name='ModelDownload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('source', models.CharField(choices=[('hub', 'Hugging Face Hub'), ('modelscope', 'ModelScope')], max_length=12)),
                ('revision', models.CharField(blank=True, max_length=100)),
                ('state', models.CharField(choices=[('running', 'Running'), ('stopped', 'Stopped'), ('failed', 'Failed'), ('done', 'Done')], default='running', max_length=10)),
                ('bytes_done', models.PositiveBigIntegerField(default=0)),
                ('bytes_total', models.PositiveBigIntegerField(null=True)),
                ('error', models.JSONField(null=True)),
                ('model', models.CharField(blank=True, max_length=100)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'verbose_name': 'download',
                'verbose_name_plural': 'downloads',
                'ordering': ['-pk'],
                'constraints': [models.UniqueConstraint(fields=('name', 'source', 'revision'), name='one_download_per_model')],
            },
        ),
    ]
