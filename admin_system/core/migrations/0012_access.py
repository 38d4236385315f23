"""Limits of keys, topics of users and groups, usage, audit."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('core', '0011_picture_sets'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True, db_index=True, verbose_name='when')),
                ('actor', models.CharField(db_index=True, max_length=100, verbose_name='who')),
                ('actor_name', models.CharField(max_length=150, verbose_name='who')),
                ('action', models.CharField(choices=[('created', 'Created'), ('changed', 'Changed'), ('deleted', 'Deleted'), ('loaded', 'Loaded'), ('unloaded', 'Unloaded'), ('activated', 'Made current'), ('revoked', 'Revoked'), ('locked', 'Locked'), ('unlocked', 'Unlocked'), ('password', 'Set a password'), ('second_factor', 'Changed the second factor'), ('logged_in', 'Logged in'), ('locked_out', 'Locked out after wrong passwords'), ('called', 'Called the API')], max_length=20, verbose_name='what')),
                ('kind', models.CharField(blank=True, max_length=60, verbose_name='of what kind')),
                ('number', models.CharField(blank=True, max_length=60, verbose_name='number')),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='on what')),
                ('fields', models.JSONField(default=list, verbose_name='changed')),
                ('address', models.CharField(blank=True, max_length=64, verbose_name='from where')),
            ],
            options={
                'verbose_name': 'administrative action',
                'verbose_name_plural': 'administrative actions',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.AddField(
            model_name='apikey',
            name='concurrent_requests',
            field=models.PositiveIntegerField(blank=True, help_text='How many may be on their way at a time. Empty: no limit.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='requests at once'),
        ),
        migrations.AddField(
            model_name='apikey',
            name='daily_tokens',
            field=models.PositiveBigIntegerField(blank=True, help_text='Of questions and answers together, counted from midnight. Empty: no limit.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='tokens a day'),
        ),
        migrations.AddField(
            model_name='apikey',
            name='owner_note',
            field=models.CharField(blank=True, help_text='Whom to ask about it: a person, a team, a ticket.', max_length=200, verbose_name='whose it is'),
        ),
        migrations.AddField(
            model_name='apikey',
            name='requests_per_minute',
            field=models.PositiveIntegerField(blank=True, help_text='Further ones are told to wait. Empty: no limit.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='requests a minute'),
        ),
        migrations.CreateModel(
            name='UsageRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('owner', models.CharField(max_length=100, verbose_name='asked by')),
                ('day', models.DateField(verbose_name='day')),
                ('model', models.CharField(max_length=100, verbose_name='model')),
                ('requests', models.PositiveBigIntegerField(default=0, verbose_name='requests')),
                ('prompt_tokens', models.PositiveBigIntegerField(default=0, verbose_name='prompt tokens')),
                ('cached_tokens', models.PositiveBigIntegerField(default=0, verbose_name='of them not computed again')),
                ('completion_tokens', models.PositiveBigIntegerField(default=0, verbose_name='answer tokens')),
                ('pictures', models.PositiveBigIntegerField(default=0, verbose_name='pictures')),
                ('errors', models.PositiveBigIntegerField(default=0, verbose_name='errors')),
            ],
            options={
                'verbose_name': 'usage',
                'verbose_name_plural': 'usage',
                'ordering': ['-day', 'owner', 'model'],
                'indexes': [models.Index(fields=['day'], name='usage_day')],
                'constraints': [models.UniqueConstraint(fields=('owner', 'day', 'model'), name='one_usage_per_owner_day_and_model')],
            },
        ),
        migrations.CreateModel(
            name='TopicBinding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topics', models.JSONField(default=list, verbose_name='topics')),
                ('group', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='topic_binding', to='auth.group')),
                ('user', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='topic_binding', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('user__isnull', True), ('group__isnull', True), _connector='XOR'), name='binding_of_a_user_or_a_group')],
            },
        ),
    ]
