"""What scaling holds to, whatever the load: the scenarios whose plots are in docs/scaling."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from scripts.scaling import plot
from tests.unit.functions.simulation import SCENARIOS, SPEC, Scenario, Simulation, Story, at_once, every

DOCS = Path(__file__).parents[3] / "docs" / "scaling"
NAMES = [scenario.name for scenario in SCENARIOS]
BY_NAME = dict(zip(NAMES, SCENARIOS, strict=True))


@cache
def story(name: str) -> Story:
    return BY_NAME[name].run()


@pytest.fixture(params=NAMES)
def scenario(request: pytest.FixtureRequest) -> Scenario:
    found: Scenario = BY_NAME[request.param]
    return found


def test_never_above_limits(scenario: Scenario) -> None:
    for sample in story(scenario.name).samples:
        assert sample.environments <= min(scenario.spec.most, scenario.limit)
        assert sample.running + sample.waiting <= scenario.limit


def test_events_are_refused_at_the_limit_only(scenario: Scenario) -> None:
    assert {accepted for _, accepted in story(scenario.name).throttled} <= {scenario.limit}
    assert bool(story(scenario.name).throttled) is (scenario.name == "burst")


def test_every_accepted_event_is_served_once(scenario: Scenario) -> None:
    found = story(scenario.name)
    assert len(found.served) + len(found.throttled) == len(scenario.load)
    assert len({id(event) for event in found.served}) == len(found.served)


def test_nobody_starves(scenario: Scenario) -> None:
    """Nobody waits longer than all the cold starts take, one after another, and a tick."""
    assert max(story(scenario.name).waits) < 0.9


def test_it_settles(scenario: Scenario) -> None:
    """Afterwards nothing is left but what is provisioned."""
    found = story(scenario.name)
    last = found.samples[-1]
    assert (last.environments, last.running, last.waiting) == (scenario.spec.provisioned, 0, 0)
    assert found.started - found.ended == scenario.spec.provisioned


def test_no_more_are_started_than_run_at_once(scenario: Scenario) -> None:
    """Environments that are started and never used cost memory for nothing."""
    found = story(scenario.name)
    most = max(sample.environments for sample in found.samples) - scenario.spec.provisioned
    busiest = max(sample.running + sample.waiting for sample in found.samples)
    assert most <= busiest


def test_a_steady_load_starts_nothing_once_it_is_served() -> None:
    """What the first moments took too many go when they have been idle for long enough."""
    found = Simulation(every(0.01, 0.0, 80.0, lambda _: 0.1), SPEC, limit=1_000).run(80.0)
    assert found.at(5.0).environments == found.started
    assert 10 <= found.at(79.0).environments <= 12


def test_a_fast_function_needs_no_more_than_the_cores() -> None:
    """Design section 4: an event waits while that takes less than a cold start."""
    found = Simulation(every(0.002, 0.0, 5.0, lambda _: 0.001), SPEC, limit=1_000).run(5.0)
    assert max(sample.environments for sample in found.samples) <= SPEC.parallel


def test_slow_events_do_not_hold_up_fast_ones() -> None:
    """In the long tail, 99 of 100 fast events wait a cold start and two ticks at most, whatever runs."""
    found = story("long-tail")
    fast = sorted(wait for wait, event in zip(found.waits, found.served, strict=True) if event.seconds < 1.0)
    assert fast[len(fast) * 99 // 100] < 0.09


def test_a_host_that_is_full_serves_with_what_it_has() -> None:
    spec = SPEC._replace(most=3)
    found = Simulation(at_once(30, 1.0, 0.1), spec, limit=1_000).run(10.0)
    assert max(sample.environments for sample in found.samples) == 3
    assert len(found.served) == 30


def test_provisioned_environments_are_there_before_and_after() -> None:
    found = story("provisioned")
    assert found.at(4.0).environments == found.at(119.0).environments == 20
    waits = [wait for wait, event in zip(found.waits, found.served, strict=True) if event.arrived < 5.19]
    assert waits == [0.0] * len(waits)
    assert len(waits) >= 19


def test_the_plots_are_of_this_code(scenario: Scenario) -> None:
    """``PYTHONPATH=src:. python scripts/scaling.py`` writes them."""
    assert (DOCS / f"{scenario.name}.svg").read_text("utf-8") == plot(scenario, story(scenario.name))
