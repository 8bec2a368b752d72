"""The stories of the demo: each gate comes to where its story says, by the same arithmetic that the server has."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from builder.simulated.stories import STORIES, Past, Story
from builder.simulated.worlds import World
from runtime.ai.classifier import Classifier
from runtime.judgement.gate import Standing, begin, fold, policy_of
from runtime.judgement.ledger import Label, Row, attach, written
from runtime.judgement.policy import decide
from runtime.judgement.promise import Promise, Rules
from runtime.judgement.signals import Scoring

NAMES = ("probability", "familiar")
BY_SLUG = {story.slug: story for story in STORIES}


class Life:
    """A gate that hears of one message after the other."""

    def __init__(self, story: Story, seed: int) -> None:
        pairs = ((way, text) for way in story.world.texts for text in story.world.examples(way, 12))
        self.machine = Classifier(tuple(pairs))
        self.standing: Standing = begin("gate", 0, Promise(), Rules(audit=story.audit or 0.1), Scoring(NAMES))
        self.ways, self.chance, self.past = tuple(story.world.texts), random.Random(seed), Past()
        self.stages: Counter[str] = Counter()
        for stage in story.stages:
            for number in range(stage.most):
                if stage.over(self.past):
                    break
                self.hear(stage.world, stage.name, number)
                self.stages[stage.name] += 1

    def hear(self, world: World, stage: str, number: int) -> None:
        message, said = world.message(stage, number), None
        said = self.machine.classify(message.text)
        policy, signals = policy_of(self.standing), {"probability": said.probability, "familiar": said.familiar}
        draw = self.chance.random()
        decision = decide(policy, signals, None, draw)
        row = written("gate", self.past.decisions, policy, decision, signals, said.label, None, draw)
        if row.sampled:
            told = attach(row, "gate", Label(message.truth, f"simulated-reviewer-{number % 3}", blind=True), self.ways)
            assert isinstance(told, Row)
            row = told
        self.standing = fold(self.standing, [row])
        was, state = self.past, self.standing.state
        self.past = Past(
            was.decisions + 1,
            was.automatic + row.auto,
            was.proven or state == "proven",
            was.broken or state == "broken",
        )


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    ("slug", "state"),
    [("messages-to-departments", "probation"), ("opinions-of-guests", "proven"), ("repairs-to-workshops", "broken")],
)
def test_a_gate_ends_where_its_story_says_whatever_is_drawn_for_an_audit(slug: str, state: str, seed: int) -> None:
    life = Life(BY_SLUG[slug], seed)
    assert life.standing.state == state
    assert all(stage.over(life.past) for stage in BY_SLUG[slug].stages)
    assert life.past.decisions <= 800
