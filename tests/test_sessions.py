"""Time inside a week: hours and cases are conserved, load makes delay, and calls wear out."""

import time
from dataclasses import replace

import numpy as np
import pytest

from sim.errors import ConfigError, ContractError, LedgerError
from sim.sessions import CaseDesk, Room, play, response_curves
from sim.sessions.case_desk import HOURS_PER_WEEK


def busy(inspectors: float, weeks: int = 120, complaints: int = 30, subjects: int = 500, **options: float):
    """A desk after some weeks of complaints, and the delays of its decisions [weeks]."""
    random = np.random.Generator(np.random.Philox(key=np.array([1, 2], dtype=np.uint64)))
    desk = CaseDesk(inspectors, options.get("hours", 8.0), options.get("machine", 0.0), key=11)
    delays = []
    for week in range(weeks):
        desk.open(week, random.integers(0, subjects, complaints), 1 + random.random(complaints))
        delays.append(desk.advance(week).delay_weeks)
    return desk, np.concatenate(delays)


@pytest.mark.parametrize("inspectors", [0, 0.3, 1, 2.5, 6, 40])
def test_no_hour_is_worked_twice_and_no_case_lost(inspectors: float) -> None:
    """Hours worked stay within hours available, and opened cases are decided or waiting."""
    desk, delays = busy(inspectors)
    assert desk.hours_available == pytest.approx(inspectors * HOURS_PER_WEEK * 120)
    assert 0 <= desk.hours_used <= desk.hours_available * (1 + 1e-9)
    assert desk.opened == desk.decided + desk.waiting
    assert desk.decided == len(delays)
    assert (delays >= 0).all()


def test_an_overloaded_desk_is_always_busy() -> None:
    """With more work than hours, no hour is idle once a case has come in."""
    desk, _ = busy(1)
    assert desk.hours_used / desk.hours_available > 0.99


def test_nobody_decides_without_inspectors() -> None:
    """Cases pile up, one for each subject at most."""
    desk, delays = busy(0, subjects=40)
    assert len(delays) == 0
    assert desk.waiting == desk.opened == 40
    assert desk.hours_used == 0


def test_more_inspectors_shorten_the_delay() -> None:
    """Delay emerges from load, and falls with each inspector."""
    delays = [busy(inspectors)[1].mean() for inspectors in (4, 6, 8, 12)]
    assert delays == sorted(delays, reverse=True)
    assert delays[0] > 5 * delays[-1]


def test_machines_shorten_the_delay() -> None:
    """Cases prepared by machines free hours for the others."""
    assert busy(6, machine=0.8)[1].mean() < busy(6, machine=0.0)[1].mean()


@pytest.mark.parametrize(("inspectors", "load"), [(1, 0.6), (3, 0.7)])
def test_mean_delay_is_that_of_erlang(inspectors: int, load: float) -> None:
    """With one kind of case the desk is an M/M/c queue: delay = C / (c mu - lambda) + 1 / mu."""
    hours = 2.0
    rate = HOURS_PER_WEEK / hours
    arrivals = load * inspectors * rate
    offered = load * inspectors
    terms = np.cumprod([1.0] + [offered / k for k in range(1, inspectors + 1)])
    last = terms[-1] / (1 - load)
    waits = last / (terms[:-1].sum() + last)
    expected = waits / (inspectors * rate - arrivals) + 1 / rate
    random = np.random.Generator(np.random.Philox(key=np.array([3, 4], dtype=np.uint64)))
    desk = CaseDesk(inspectors, hours, 0.0, key=5)
    delays = []
    subject = 0
    for week in range(1200):
        count = random.poisson(arrivals)
        desk.open(week, np.arange(subject, subject + count), np.ones(count))
        subject += count
        delays.append(desk.advance(week).delay_weeks)
    assert np.concatenate(delays[100:]).mean() == pytest.approx(expected, rel=0.06)


def test_complaints_on_one_subject_merge_and_jump_the_queue() -> None:
    """Three complaints make one case, decided before those complained about once."""
    desk = CaseDesk(0, 4.0, 0.0, key=8)
    desk.open(0, [1, 2, 3, 4, 5], np.ones(5))
    desk.advance(0)
    desk.open(1, [4, 4], [1.0, 1.5])
    desk.advance(1)
    assert desk.opened == desk.waiting == 5
    desk.set_capacity(1, 4.0, 0.0)
    decisions = desk.advance(2)
    assert decisions.subject[0] == 4
    assert decisions.severity[0] == 3.5
    assert decisions.opened_week[0] == 0
    assert decisions.found_week[0] == 2
    assert 1 < decisions.delay_weeks[0] < 3


def test_a_case_moved_among_its_equals_goes_behind_those_who_asked_with_it() -> None:
    """Two subjects 256 apart share their draws, so their hour: the one that catches up with the other waits behind it."""
    desk = CaseDesk(0, 4.0, 0.0, key=8)
    for week, (subjects, severity) in enumerate((([1, 257], [1.0, 1.0]), ([257], [1.0]), ([1], [1.0]))):
        desk.open(week, subjects, severity)
        desk.advance(week)
    desk.set_capacity(1, 4.0, 0.0)
    assert desk.advance(3).subject.tolist() == [257, 1]


def test_old_cases_are_not_forgotten() -> None:
    """A single complaint that has waited long goes before a fresh, slightly graver one."""
    desk = CaseDesk(0, 1.0, 0.0, key=8)
    desk.open(0, [1], [1.0])
    for week in range(30):
        desk.advance(week)
    desk.open(30, [2], [2.0])
    desk.advance(30)
    desk.set_capacity(1, 1.0, 0.0)
    assert desk.advance(31).subject.tolist() == [1, 2]


def test_work_survives_a_change_of_capacity() -> None:
    """Cases on tables that are cut wait, begun as they are, and no hour is lost or counted twice."""
    desk = CaseDesk(5, 200.0, 0.0, key=3)
    desk.open(0, np.arange(20), np.ones(20))
    desk.advance(0)
    before = desk.hours_used
    desk.set_capacity(0, 200.0, 0.0)
    assert len(desk.advance(1)) == 0
    assert desk.hours_used == pytest.approx(before)
    for week, inspectors in enumerate([1.5, 7, 2, 0.25, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30], start=2):
        desk.set_capacity(inspectors, 200.0, 0.0)
        desk.advance(week)
        assert desk.hours_used <= desk.hours_available
    for week in range(16, 60):
        desk.advance(week)
    assert desk.waiting == 0
    assert desk.decided == 20
    assert desk.hours_used > before


def test_the_balances_can_fail() -> None:
    """A case that vanishes, or hours that nobody had, stop the run."""
    desk, _ = busy(1, weeks=5)
    desk._cases.popitem()
    with pytest.raises(LedgerError, match="known as open"):
        desk.advance(5)
    desk, _ = busy(1, weeks=5)
    desk.hours_available -= 100
    with pytest.raises(LedgerError, match="inspector hours worked"):
        desk.advance(5)


def test_the_desk_is_deterministic_and_draws_belong_to_subjects() -> None:
    """Same key, same decisions; another complaint does not change the draws of the first."""
    assert np.array_equal(busy(4)[1], busy(4)[1])
    alone, crowded = (CaseDesk(100, 8.0, 0.5, key=2) for _ in range(2))
    alone.open(0, [7], [1.0])
    crowded.open(0, [3, 7, 9], np.ones(3))
    first, second = alone.advance(0), crowded.advance(0)
    assert first.delay_weeks[0] == second.delay_weeks[second.subject == 7][0]


def test_the_desk_says_all_that_is_wrong() -> None:
    """Every fault of the arguments at once, with the range that is allowed."""
    with pytest.raises(ConfigError) as error:
        CaseDesk(-1, 0, 1.5, key=1)
    assert len(error.value.faults) == 3
    desk = CaseDesk(1, 8, 0, key=1, first_week=10)
    with pytest.raises(ContractError) as error:
        desk.open(9, [1, -2], [1.0, np.nan])
    assert len(error.value.faults) == 3
    desk.advance(10)
    with pytest.raises(ContractError, match="advance week 11 next"):
        desk.advance(10)


def test_a_deep_waiting_list_stays_cheap() -> None:
    """574 weeks of an overloaded desk; the bound leaves room for slow machines."""
    start = time.process_time()
    desk, _ = busy(1, weeks=574, subjects=5000)
    assert desk.waiting > 1000
    assert time.process_time() - start < 4


def test_a_room_sells_no_more_than_its_stock() -> None:
    """The last unit is the last sale, whatever the viewers order."""
    result = play(Room(viewers=2000, stock=100), key=4)
    assert (result.sold, result.left) == (100, 0)
    plenty = play(Room(viewers=2000, stock=100_000), key=4)
    assert plenty.sold + plenty.left == 100_000
    assert plenty.sold > 100


def test_latency_costs_sales() -> None:
    """A slow room sells less; an empty room sells nothing."""
    assert play(Room(latency=5000), key=4).sold < play(Room(latency=20), key=4).sold
    assert play(Room(viewers=0), key=4).sold == 0


def test_viewers_come_and_go() -> None:
    """The room holds about the viewers its traffic sustains, and calls come at their interval."""
    room = Room(viewers=300, scarcity=0.5, minutes=120)
    results = [play(room, key=4, session=session) for session in range(8)]
    turnover = np.mean([result.views for result in results]) / (300 + 300 / 4.2 * 120)
    assert 1.0 < turnover < 1.5
    assert all(result.calls == 19 for result in results)
    assert all(300 < result.peak < 1500 for result in results)
    assert len({result.views for result in results}) == 8


def test_a_room_is_deterministic() -> None:
    """Same key and session, same room; another key, another room."""
    assert play(Room(), 4, 1) == play(Room(), 4, 1)
    assert play(Room(), 4, 1) != play(Room(), 5, 1)


def test_scarcity_lifts_conversion_until_it_is_overused() -> None:
    """The curve rises, peaks inside the grid and falls: repeated calls are no longer believed."""
    curve = response_curves(9)
    peak = int(curve.conversion_by_scarcity.argmax())
    assert curve.conversion_by_scarcity[0] == 1
    assert 0 < peak < len(curve.scarcity) - 1
    assert (np.diff(curve.conversion_by_scarcity[: peak + 1]) > 0).all()
    assert (np.diff(curve.conversion_by_scarcity[peak:]) < 0).all()
    assert curve.conversion_by_scarcity[-1] < 0.9 * curve.conversion_by_scarcity[peak]
    assert (curve.impulse_by_scarcity[1:] > curve.impulse_by_scarcity[0]).all()
    assert curve.impulse_by_scarcity.max() < 1


def test_case_claims_are_upper_bounds() -> None:
    """Shrinkage scales the effect of the calls; even unshrunk it stays under the claim of 3.2 times."""
    none, some, all_of_it = (response_curves(9, shrinkage=share) for share in (0.0, 0.3, 1.0))
    assert none.conversion_by_scarcity == pytest.approx(np.ones(11))
    assert some.conversion_by_scarcity.max() < all_of_it.conversion_by_scarcity.max() < 3.2


def test_large_rooms_convert_less_and_latency_costs() -> None:
    """A host answers few of many questions; each ms loses some buyers."""
    curve = response_curves(9)
    assert curve.conversion_at_viewers(50) > curve.conversion_at_viewers(300) == pytest.approx(1)
    assert curve.conversion_at_viewers(5000) < 1
    assert (np.diff(curve.conversion_by_latency) < 0).all()
    assert curve.conversion_at_latency(300) == pytest.approx(1)


def test_curves_are_read_between_their_points_and_kept() -> None:
    """Interpolation is linear, flat outside the grid, and a table is made once."""
    curve = response_curves(9)
    middle = curve.conversion_at(np.array([[0.25], [2.0]]))
    assert middle.shape == (2, 1)
    assert middle[0, 0] == pytest.approx(curve.conversion_by_scarcity[2:4].mean())
    assert middle[1, 0] == curve.conversion_by_scarcity[-1]
    assert curve.impulse_at(0.0) == pytest.approx(0.3)
    assert response_curves(np.uint64(9)) is curve
    with pytest.raises(ValueError, match="read-only"):
        curve.conversion_by_scarcity[0] = 2
    other = response_curves(10)
    assert other.conversion_by_scarcity == pytest.approx(curve.conversion_by_scarcity, rel=0.02)
    assert not np.array_equal(other.conversion_by_scarcity, curve.conversion_by_scarcity)


def test_curves_are_cheap() -> None:
    """All grids in about 0.2 s; the bound leaves room for slow machines."""
    start = time.process_time()
    response_curves(77)
    assert time.process_time() - start < 2


def test_rooms_say_all_that_is_wrong() -> None:
    """Every fault of the setting at once."""
    with pytest.raises(ConfigError) as error:
        Room(viewers=-1, scarcity=2, minutes=0)
    assert len(error.value.faults) == 3
    with pytest.raises(ConfigError, match="shrinkage"):
        response_curves(1, shrinkage=1.2)
    with pytest.raises(ConfigError, match="sessions"):
        response_curves(1, sessions=0)
    assert replace(Room(), stock=3).units == 3
