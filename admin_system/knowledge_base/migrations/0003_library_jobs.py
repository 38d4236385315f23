"""Work on the whole library, and question sets that are kept."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('knowledge_base', '0002_indexes'),
    ]

    operations = [
        migrations.CreateModel(
            name='SavedQuestionSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, unique=True, verbose_name='name')),
                ('paragraphs', models.JSONField(default=list)),
                ('questions', models.JSONField(default=list)),
                ('paragraph_count', models.PositiveIntegerField(default=0, verbose_name='paragraphs')),
                ('question_count', models.PositiveIntegerField(default=0, verbose_name='questions')),
                ('owner', models.CharField(default='local', max_length=100, verbose_name='added by')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
            ],
            options={
                'verbose_name': 'question set',
                'verbose_name_plural': 'question sets',
                'ordering': ['name'],
            },
        ),
        migrations.AddField(
            model_name='job',
            name='result',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='job',
            name='wanted',
            field=models.JSONField(default=dict),
        ),
        migrations.AlterField(
            model_name='job',
            name='kind',
            field=models.CharField(choices=[('index', 'Read and index a document'), ('remove', 'Remove a document'), ('embed', 'Embed everything with another model'), ('drop', 'Drop the vectors of a former model'), ('rebuild', 'Build the indexes anew'), ('check', 'Check the indexes'), ('evaluate', 'Measure the search')], max_length=10, verbose_name='kind'),
        ),
    ]
