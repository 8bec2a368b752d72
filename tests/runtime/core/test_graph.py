"""The shape of a drawing: ways, loops, dominators, where branches meet, what waits for what."""

from __future__ import annotations

from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.core.definition import parse
from runtime.core.graph import Graph
from tests.makers.drawings import node, sketch, sound_drawings


def graph(raw: dict[str, Any]) -> Graph:
    document = parse(raw).document
    assert document is not None
    return Graph(document)


def drawn(names: str, *ways: str, any_join: str = "") -> Graph:
    nodes = [node(name, "execute.work", join="any" if name in any_join.split() else "all") for name in names.split()]
    return graph(sketch(nodes, *ways))


DIAMOND = ("start -> a", "a.done -> b", "a.done -> c", "b.done -> d", "c.done -> d")


def test_edges_from_or_to_nowhere_are_left_out() -> None:
    assert set(drawn("a", "start -> a", "a.done -> nowhere", "ghost.done -> a").edges) == {"e1"}


def test_a_route_is_a_shortest_one_with_the_very_edges_it_takes() -> None:
    ways = drawn("a b c d", *DIAMOND, "a.error -> d")
    route = ways.route(ways.outgoing["start"], {"d"})
    assert route is not None
    assert (route.nodes, route.edges) == (("start", "a", "d"), ("e1", "e6"))


def test_a_route_passes_no_wall_but_for_what_leaks() -> None:
    ways = drawn("a b c d", *DIAMOND)
    start = ways.outgoing["start"]
    assert ways.route(start, {"d"}, walls={"b", "c"}) is None
    route = ways.route(start, {"d"}, {"b", "c"}, lambda edge: edge.source == "c")
    assert route is not None
    assert route.edges == ("e1", "e3", "e5")


def test_a_wall_may_be_the_goal() -> None:
    ways = drawn("a", "start -> a")
    assert ways.route(ways.outgoing["start"], {"a"}, walls={"a"}) is not None


def test_a_route_through_a_loop_comes_back_to_where_it_began() -> None:
    ways = drawn("a b", "start -> a", "a.done -> b", "b.done -> a loop 2")
    route = ways.route(ways.outgoing["a"], {"a"})
    assert route is not None
    assert (route.nodes, route.edges) == (("a", "b", "a"), ("e2", "e3"))


def test_reaching_looks_backwards_past_walls() -> None:
    ways = drawn("a b c d", *DIAMOND)
    assert ways.reaching({"d"}) == {"start", "a", "b", "c", "d"}
    assert ways.reaching({"d"}, walls={"a", "b"}) == {"d", "c"}


def test_branches_meet_at_the_nearest_node_that_all_of_them_pass() -> None:
    ways = drawn("a b c d e", *DIAMOND, "d.done -> e")
    assert ways.meeting_point([ways.edges["e2"], ways.edges["e3"]]) == "d"
    apart = drawn("a b", "start -> a", "start -> b")
    assert apart.meeting_point(apart.outgoing["start"]) is None


def test_a_loop_holds_what_its_header_dominates_and_what_leads_back() -> None:
    ways = drawn(
        "a b c d", "start -> a", "a.done -> b", "b.done -> c", "c.done -> b loop 2", "c.error -> d", "b.error -> d"
    )
    [loop] = ways.loops
    assert (loop.header, sorted(loop.body), sorted(loop.exits)) == ("b", ["b", "c"], ["e5", "e6"])


def test_loops_with_one_header_are_one_loop_and_inner_ones_come_first() -> None:
    ways = drawn(
        "a b c",
        "start -> a",
        "a.done -> b",
        "b.done -> b loop 1",
        "b.error -> c",
        "c.done -> a loop 1",
        "c.error -> a loop 2",
    )
    assert [(loop.header, sorted(loop.edges)) for loop in ways.loops] == [("b", ["e3"]), ("a", ["e5", "e6"])]
    assert [loop.header for loop in ways.loops_around["b"]] == ["b", "a"]


def test_a_crooked_loop_edge_makes_no_loop() -> None:
    assert drawn("a b", "start -> a", "start -> b", "a.done -> b", "b.done -> a loop 2").loops == ()


def test_every_knot_without_a_loop_edge_gives_one_cycle() -> None:
    ways = drawn("a b c d", "start -> a", "a.done -> b", "b.done -> a", "b.error -> c", "c.done -> c", "c.error -> d")
    assert [cycle.nodes for cycle in ways.unbounded_cycles] == [("a", "b", "a"), ("c", "c")]


def test_a_join_of_all_waits_for_both_branches_and_one_of_any_for_none() -> None:
    end = ("d.done -> e",)
    assert drawn("a b c d e", *DIAMOND, *end).waits_for("d", "b")
    assert drawn("a b c d e", *DIAMOND, *end).waits_for("e", "c")
    assert not drawn("a b c d e", *DIAMOND, *end, any_join="d").waits_for("e", "c")


def test_what_a_join_has_waited_for_is_known_further_down_on_every_way() -> None:
    ways = drawn("a b c d e f", *DIAMOND, "d.done -> e", "d.error -> f")
    assert ways.waits_for("e", "b")
    assert ways.waits_for("f", "c")


def test_a_node_waits_for_no_step_that_a_branch_may_go_around() -> None:
    around = drawn("a b c d", *DIAMOND[:4], "c.done -> d", "a.error -> d")
    assert not around.waits_for("d", "b"), "a's error leads there without b"
    exclusive = drawn("a b c d", "start -> a", "a.done -> b", "a.error -> c", "b.done -> d", "c.done -> d")
    assert not exclusive.waits_for("d", "b")
    aside = drawn("a b c d e", *DIAMOND, "b.error -> e", "d.done -> e")
    assert not aside.waits_for("d", "b"), "b may go aside, and then its result is not seen"


def test_what_many_branches_gather_is_worked_out_once_and_not_for_each_step(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    region = Graph._region

    def watched(self: Graph, fork: str, join: str) -> set[str]:
        looked.append(join)
        return region(self, fork, join)

    monkeypatch.setattr(Graph, "_region", watched)
    branches = [(f"a.done -> x{n}", f"x{n}.done -> y{n}", f"y{n}.done -> z") for n in range(9)]
    names = ["a", "z", *(f"{each}{n}" for n in range(9) for each in "xy")]
    ways = drawn(" ".join(names), "start -> a", *(way for branch in branches for way in branch))
    assert all(ways.waits_for("z", name) for name in names[2:])
    assert looked == ["z"]


@given(sound_drawings())
@settings(deadline=None, max_examples=40)
def test_what_comes_after_a_node_is_what_is_passed_after_it(raw: dict[str, Any]) -> None:
    ways = graph(raw)
    for one in ways.nodes:
        assert {each for each in ways.nodes if ways.comes_after(one, each)} == ways.passed_after(one)


@given(sound_drawings())
@settings(deadline=None, max_examples=40)
def test_dominators_are_what_cannot_be_taken_away(raw: dict[str, Any]) -> None:
    ways = graph(raw)
    for each in list(ways.nodes)[:12]:
        for above in ways.dominators(each):
            if above != "start":
                rest = nx.restricted_view(ways.whole, [above], [])
                assert not nx.has_path(rest, "start", each)


@given(sound_drawings(), st.data())
@settings(deadline=None, max_examples=40)
def test_a_meeting_point_is_on_every_way_to_an_outcome(raw: dict[str, Any], data: st.DataObject) -> None:
    ways = graph(raw)
    first = [edge for edge in data.draw(st.sampled_from([*ways.outgoing.values()])) if not edge.loop]
    meeting = ways.meeting_point(first) if first else None
    if meeting is not None:
        ends = {each for each in ways.nodes if not ways.outgoing.get(each)} - {meeting}
        rest = nx.restricted_view(ways.forward, [meeting], [])
        reached = set().union(
            *({edge.target} | nx.descendants(rest, edge.target) for edge in first if edge.target != meeting)
        )
        assert not reached & ends
