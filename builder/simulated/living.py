"""A story is lived: messages become runs, simulated reviewers answer, labels are folded, until its gate is at the end.

Called by the command `demo`, in the process that runs workflows. Everything goes through the product's own doors, in
its own time: `batches` starts the runs, `escalations` settles their cases, the side job folds. Broken off anywhere, it
goes on with the same messages, since each has a key of its own; a story that is at its end is left alone, whatever
people have done with its workflow since.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db.models import Count, Q

from builder.simulated.stories import Past, Stage, Story
from runtime.cases import escalations
from runtime.cases.escalations import Answer
from runtime.engine.ports import ENDED, SIMULATED
from runtime.engine.runner import Runner
from runtime.models import Decision, Escalation, Gate, Run
from runtime.triggers import batches
from runtime.triggers.batches import Case

PATIENCE_S = 60.0
_LOOK_S = 0.05


@dataclass(frozen=True, slots=True)
class Living:
    """What all stories share: who runs, who answers, and who hears of each message that is through."""

    runner: Runner
    reviewers: Sequence[User]
    through: Callable[[], object] = lambda: None


async def live(story: Story, living: Living) -> None:
    """Go through the stages that are not over yet. Ends early where no run can be started, or nobody may answer (the
    workflow is archived, the reviewers were taken out of their queue): the next start tries it again."""
    for stage in story.stages:
        for first in range(0, stage.most, stage.wave):
            if await sync_to_async(is_over)(story, stage):
                break
            if not await _wave(story, stage, range(first, min(first + stage.wave, stage.most)), living):
                return


def is_lived(story: Story) -> bool:
    """Whether the story is at its end."""
    return all(is_over(story, stage) for stage in story.stages)


def is_over(story: Story, stage: Stage) -> bool:
    """Whether the gate has come as far as this stage leads."""
    return stage.over(past_of(story))


def past_of(story: Story) -> Past:
    """How far the gate of this story has come, over all of its epochs."""
    made = Count("decisions"), Count("decisions", filter=Q(decisions__auto=True))
    gates = list(
        Gate.objects.filter(workflow=story.slug, node=story.gate)
        .annotate(made=made[0], automatic=made[1])
        .values_list("made", "automatic", "proven_at", "broken_at")
    )
    return Past(
        sum(row[0] for row in gates),
        sum(row[1] for row in gates),
        any(row[2] for row in gates),
        any(row[3] for row in gates),
    )


async def _wave(story: Story, stage: Stage, numbers: range, living: Living) -> bool:
    """Some messages at once: run, answered, folded. False where none could be started, or they do not end."""
    cases = [_case(stage, number) for number in numbers]
    started, _ = await batches.run_all(living.runner, story.slug, cases, "", living.through)
    answers = {each.run_id: _answer(stage, each.line, living.reviewers) for each in started}
    deadline = time.monotonic() + PATIENCE_S
    # The next messages come once these are through: the policy for them follows from all that was answered before.
    while answers and time.monotonic() < deadline:
        if await sync_to_async(_through)(answers):
            return True
        await asyncio.sleep(_LOOK_S)
    return False


def _case(stage: Stage, number: int) -> Case:
    text = stage.world.message(stage.name, number).text
    key = f"{SIMULATED}: {stage.name} {number}"
    return Case(number, {"message": text}, {SIMULATED: stage.name}, key)


def _answer(stage: Stage, number: int, reviewers: Sequence[User]) -> tuple[str, User]:
    return stage.world.message(stage.name, number).truth, reviewers[number % len(reviewers)]


def _through(answers: Mapping[str, tuple[str, User]]) -> bool:
    """Answer what is open of these runs; whether they have all ended, and all of their labels are folded in."""
    for case in Escalation.objects.filter(run__in=answers, state="open").order_by("pk"):
        truth, who = answers[case.run_id]
        # Refused where a person was quicker: then theirs is the answer.
        escalations.resolve(case.pk, who, Answer(truth, digest=case.digest), datetime.now(UTC))
    going = Run.objects.filter(pk__in=answers).exclude(status__in=ENDED)
    return not (going.exists() or Decision.objects.filter(run__in=answers, fresh=True).exists())
