"""Several services behind one model elsewhere."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0013_first_steps'),
    ]

    operations = [
        migrations.AddField(
            model_name='modelconfig',
            name='further_upstreams',
            field=models.TextField(blank=True, default='', help_text='More services that run the same model, one a line: http://gpu2:8000/v1 model=NAME key=KEY. What is behind the address may be left out.', max_length=20000, verbose_name='further addresses'),
        ),
        migrations.AddField(
            model_name='modelconfig',
            name='further_keys',
            field=models.TextField(blank=True, default='', editable=False),
        ),
    ]
