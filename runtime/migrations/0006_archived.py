from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runtime", "0005_lists"),
    ]

    operations = [
        migrations.CreateModel(
            name="Archived",
            fields=[
                ("workflow", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
        ),
    ]
