"""Inspectors take the most pressing case that waits; how many they are may change from week to week."""

from __future__ import annotations

from bisect import bisect_left, insort
from operator import attrgetter
from typing import Any

import simpy
from simpy.resources.resource import PriorityRequest, SortedQueue

_key = attrgetter("key")


class WaitingList(SortedQueue):
    """The waiting requests in order of priority, found by bisection.

    SimPy's own queue sorts anew for each request, which takes seconds once thousands of cases wait.
    """

    def append(self, item: Any) -> None:
        """Put a request behind those of the same priority."""
        insort(self, item, key=_key)

    def remove(self, item: Any) -> None:
        """Take out a request that no longer waits."""
        place = bisect_left(self, item.key, key=_key)
        while self[place] is not item:
            place += 1
        del self[place]


class Seats(dict[Any, None]):
    """The requests that have a seat, in the order in which they got it. SimPy's own list is searched for each that leaves."""

    def append(self, item: Any) -> None:
        """Give a request a seat."""
        self[item] = None

    def remove(self, item: Any) -> None:
        """Take its seat back."""
        del self[item]


class Inspectors(simpy.PriorityResource):
    """A priority resource whose number of seats can change, and may be zero."""

    PutQueue = WaitingList

    def __init__(self, environment: simpy.Environment, seats: int) -> None:
        super().__init__(environment, capacity=max(seats, 1))
        self._capacity = seats
        self.users = Seats()  # type: ignore[assignment]

    def resize(self, seats: int) -> None:
        """Set the number of seats; new ones are filled from the waiting list at once.

        Whoever holds a seat that is gone keeps it until the caller releases it.
        """
        self._capacity = seats
        while self.queue and self.count < seats:
            self._trigger_put(None)

    def move(self, request: PriorityRequest, priority: int) -> None:
        """Give a waiting request another priority; among equals it keeps the time of its asking."""
        self.queue.remove(request)
        request.priority = priority
        request.key = (priority, request.time, not request.preempt)
        self.queue.append(request)

    def vacate(self, request: PriorityRequest) -> None:
        """Free a seat for the next in the list: a release without the event that nobody waits for."""
        self.users.remove(request)
        self._trigger_put(None)
