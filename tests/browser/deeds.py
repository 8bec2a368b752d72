"""What happens behind the pages while a browser's test looks at them: `python -m tests.browser.deeds DEED NAME`.

Run by the tests as a program with `DATA` in the environment, since it works on another database than the tests' own.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta


def overdue(case_id: str) -> None:
    """A case's due time has passed a moment ago; the server's clock closes it."""
    from runtime.models import Escalation

    Escalation.objects.filter(pk=case_id).update(due_at=datetime.now(UTC) - timedelta(seconds=1))


def together(case_id: str) -> None:
    """A case that the designer lets be answered with others."""
    from runtime.models import Escalation

    case = Escalation.objects.get(pk=case_id)
    Escalation.objects.filter(pk=case_id).update(asked={**case.asked, "bulk": True})


def hire(name: str) -> None:
    """A new reviewer of the queue `sales`."""
    from runtime.models import Queue
    from tests.makers.people import person

    Queue.objects.get(name="sales").members.add(person(name, "reviewer"))


def dismiss(name: str) -> None:
    """This person has no role any more."""
    from django.contrib.auth import get_user_model

    get_user_model()._default_manager.get(username=name).groups.clear()


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    {"overdue": overdue, "together": together, "hire": hire, "dismiss": dismiss}[sys.argv[1]](sys.argv[2])
