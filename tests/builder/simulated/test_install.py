"""The simulated reviewers and their workflows: made once, sound, and told to be simulated wherever they are seen."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User

from builder.models import Version, Workflow
from builder.publishing import problems_of
from builder.simulated import install
from builder.simulated.stories import QUEUE, STORIES, Story
from runtime.models import Queue
from tests.makers.people import person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, tzinfo=UTC)


def test_nobody_can_sign_in_as_a_simulated_reviewer() -> None:
    users = install.reviewers()
    assert [user.get_full_name() for user in users] == [f"Simulated reviewer {number}" for number in (1, 2, 3)]
    assert not any(user.has_usable_password() or user.is_staff for user in users)
    assert set(Queue.objects.get(name=QUEUE).members.all()) == set(users)


def test_made_again_they_are_the_same_and_their_queue_stays_as_people_have_made_it() -> None:
    install.reviewers()
    Queue.objects.get(name=QUEUE).members.set([rui := person("rui", "reviewer")])
    install.reviewers()
    assert User.objects.filter(username__startswith="simulated").count() == install.REVIEWERS
    assert list(Queue.objects.get(name=QUEUE).members.all()) == [rui]


def test_the_workflows_are_published_once() -> None:
    dora = person("dora", "designer")
    assert install.published(dora, NOW) == install.published(dora, NOW) == STORIES
    assert Version.objects.count() == Workflow.objects.count() == len(STORIES)


def test_what_people_have_made_of_a_workflow_is_left_alone() -> None:
    dora = person("dora", "designer")
    install.published(dora, NOW)
    Workflow.objects.filter(slug=STORIES[0].slug).update(name="Ours now")
    Workflow.objects.filter(slug=STORIES[1].slug).update(archived_at=NOW)
    assert install.published(dora, NOW) == (STORIES[0], STORIES[2])
    assert Workflow.objects.get(slug=STORIES[0].slug).name == "Ours now"


def test_whoever_may_not_draw_publishes_nothing() -> None:
    assert install.published(person("rui", "reviewer"), NOW) == ()
    assert not Workflow.objects.exists()


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.slug)
def test_nothing_is_wrong_with_a_drawing_and_everybody_sees_that_it_is_simulated(story: Story) -> None:
    install.reviewers()
    assert problems_of(story.document()) == ()
    assert "simulated" in story.name
    assert "Simulated reviewers" in story.description
    assert all("simulated" in node["name"] for node in story.document()["nodes"] if node["id"].startswith("to_"))
