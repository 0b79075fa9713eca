"""Engine: checks contracts, allocates fields, binds views, runs the phases of a week, and explains itself."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from sim.access import WAYS, Channel, absences, accesses
from sim.blocks import Rows, Workspace, for_each_block, spans, together, unwritten
from sim.clock import Clock
from sim.context import Context
from sim.contracts import SETUP_NAMES, Field, resolve, setup_order
from sim.errors import ContractError
from sim.fields import PHASES, POSITION, QUANTUM, WEEK, Array
from sim.kernels.sums import take_counts
from sim.ledger import Ledger
from sim.mechanic import Mechanic
from sim.streams import Streams
from sim.turns import Turns

BEFORE = tuple(p.name for p in WEEK if p.over == "market" and POSITION[p.name] < POSITION["offer"])
AFTER = tuple(p.name for p in WEEK if p.over == "market" and POSITION[p.name] > POSITION["learn"])
MOST_UNITS = 2.0**62  # of a tally; what is no number becomes -2**63 as an integer
BROAD = 32_768  # rows of the market from which its calls in a phase run side by side: below, waking a thread costs more than it saves
COUNTS = 32_768  # of a tally, that are closed at once: they stay in a core's cache, and those of a usual market need no second thread
KEPT = {"values", "p", "_absence"}  # what a mechanic has besides its fields


class Call:
    """One mechanic's method in one phase for one worker, with the instance whose arrays are bound there."""

    def __init__(self, engine: Engine, mechanic: Mechanic, phase: str) -> None:
        self.mechanic = copy.copy(mechanic)
        self.mechanic.__dict__ = dict(mechanic.__dict__)
        self.mechanic._absence = absences(mechanic, phase, engine.fields)
        self.method = getattr(self.mechanic, phase)
        self.context = Context(engine, mechanic, phase)
        self.access = accesses(mechanic, phase, engine.fields)
        self.completes: set[str] = set()
        self.in_turn = bool(mechanic.uses) or "gather" in self.access.values()
        self.views: dict[str, Array] = {}
        self.rows: list[tuple[str, Rows]] = []
        self.block_rows: list[tuple[str, Rows]] = []
        self.bound = False


def completing(calls: Iterable[Call]) -> None:
    """Note for each channel, among calls in the order of a week, which call is the last to contribute."""
    last = {name: call for call in calls for name, access in call.access.items() if access == "gather"}
    for name, call in last.items():
        call.completes.add(name)


class Engine:
    """A market of mechanics on arrays.

    Args:
        mechanics: instances; their order never matters.
        sizes: length of each dimension.
        clock: the weeks.
        seed: seed of all streams.
        people: people whom one consumer stands for.
        parameters_in_force: mechanic -> parameter -> value by week, (steps,).
        services: helpers of other libraries by name.
        threads: threads for consumer phases.
        block: most consumers in a block.
        checked: whether to check ranges, overwriting and the books every week.
    """

    def __init__(
        self,
        mechanics: Sequence[Mechanic],
        sizes: Mapping[str, int],
        clock: Clock,
        seed: int,
        people: float = 1.0,
        parameters_in_force: Mapping[str, Mapping[str, Array]] | None = None,
        services: Mapping[str, Any] | None = None,
        threads: int = 1,
        block: int = 65_536,
        checked: bool = False,
    ) -> None:
        self.mechanics = sorted(mechanics, key=lambda m: m.name)
        self.sizes = {**sizes, "market": 1}
        self.clock, self.people, self.checked = clock, people, checked
        self.dates = [clock.thursday(step) for step in range(clock.steps)]
        dated = parameters_in_force or {}
        self._dated = [(m.p, name, by_week) for m in self.mechanics for name, by_week in dated.get(m.name, {}).items()]
        self.services = dict(services or {})
        self.threads = threads
        self.fields = resolve(self.mechanics, self.sizes)
        missing = [
            f"{m.name} uses the service '{s}', which this model does not provide."
            for m in self.mechanics
            for s in m.uses
            if s not in self.services
        ]
        if missing:
            raise ContractError(missing)
        self.streams = Streams(seed)
        self.ledger = Ledger({d: n for d, n in self.sizes.items() if d in ("brand", "streamer", "agency", "platform")})
        self.week = 0
        self.rows = {f.name: Rows(self.shape(f), f.dtype, f.begins or 0.0) for f in self.fields.values() if f.over_consumers and f.lasting}
        self._sums, sums = together({f.name: self.shape(f) for f in self.fields.values() if f.tally}, np.float64)
        market = [f for f in self.fields.values() if not f.over_consumers and not f.tally]
        self.arrays = {f.name: np.full(self.shape(f), f.begins, f.dtype) for f in market} | sums
        self._anew = [(self.arrays[f.name], f.begins) for f in market if f.gather and not f.constant]
        self.arrays |= {name: rows.flat for name, rows in self.rows.items() if not rows.inner}
        self.previous: dict[str, Array] = {
            name: self.arrays[name].copy()
            for mechanic in self.mechanics
            for name, declaration in mechanic.declarations.items()
            if declaration.mode == "last"
            and self._needs_copy(mechanic, name)
            and (declaration.contract["whole"] or not self.fields[name].over_consumers)
        }
        kept = {
            name
            for mechanic in self.mechanics
            for name, declaration in mechanic.declarations.items()
            if declaration.mode == "last"
            and not declaration.contract["whole"]
            and self.fields[name].over_consumers
            and self._needs_copy(mechanic, name)
        }
        self.blocks = spans(self.sizes["consumer"], block, threads)
        longest = max((stop - first for first, stop in self.blocks), default=1)
        self.workspaces = [Workspace(list(self.fields.values()), self.shape, longest, kept, checked) for _ in range(threads)]
        self.pool = ThreadPoolExecutor(threads - 1) if threads > 1 else None
        self._market_calls = {p.name: self._calls(p.name) for p in PHASES.values() if p.over == "market" and p.name in self._used_phases()}
        block_phases = [p.name for p in WEEK if p.over == "block"]
        self._block_calls = [[(p, self._calls(p)) for p in block_phases] for _ in range(threads)]
        completing(call for calls in self._market_calls.values() for call in calls)
        self._turns: dict[str, Turns] = {}
        if threads > 1 and not checked and max(n for dim, n in self.sizes.items() if dim != "consumer") >= BROAD:
            self._turns = {phase: Turns(self._market_calls[phase]) for phase in (*BEFORE, *AFTER) if phase in self._market_calls}
        for week in self._block_calls:
            completing(call for _, calls in week for call in calls)
        self._found()

    # -- what a contract allows ------------------------------------------------------------------------------

    def shape(self, field: Field) -> tuple[int, ...]:
        """Shape of a field's array."""
        return tuple(self.sizes[dim] for dim in field.dims)

    def _needs_copy(self, mechanic: Mechanic, name: str) -> bool:
        field = self.fields[name]
        if mechanic.declarations[name].contract.get("whole"):
            return True
        return bool(field.gather) or any(POSITION[phase] >= field.opens for phase in mechanic.phases if phase not in SETUP_NAMES)

    def _used_phases(self) -> set[str]:
        return {phase for mechanic in self.mechanics for phase in mechanic.phases}

    def _calls(self, phase: str) -> list[Call]:
        if phase in SETUP_NAMES:
            members = setup_order(self.mechanics, self.fields, phase)
        else:
            members = [m for m in self.mechanics if phase in m.phases]
        return [Call(self, mechanic, phase) for mechanic in members]

    # -- running -----------------------------------------------------------------------------------------------

    def _found(self) -> None:
        """Set-up: firms and institutions, then consumers block by block."""
        self._parameters(0)
        for call in self._market_calls.get("found", []):
            self._market_call(call)
        populate = [self._calls("populate") + self._calls("endow") for _ in range(self.threads)]
        for calls in populate:
            completing(calls)

        def work(worker: int, first: int, stop: int) -> None:
            for call in populate[worker]:
                self._block_call(call, worker, first, stop)

        for_each_block(work, self.blocks, self.threads, self.pool)
        for name, copied in self.previous.items():
            copied[...] = self.arrays[name]

    def step(self) -> None:
        """Advance by one week."""
        if self.finished:
            raise ContractError(f"The last week is {self.clock.steps - 1}; there is nothing left to run.")
        self._parameters(self.week)
        for name, copied in self.previous.items():
            copied[...] = self.arrays[name]
        for channel, identity in self._anew:
            channel[...] = identity
        self._market_phases(BEFORE)
        for_each_block(self._block_week, self.blocks, self.threads, self.pool)
        self._close_tallies()
        self._market_phases(AFTER)
        if self.checked:
            self.ledger.check()
        self.week += 1

    def rehearse(self, backwards: bool) -> None:
        """Call everything once, which compiles the rules. The market is good for nothing afterwards."""
        for phase in reversed(WEEK) if backwards else WEEK:
            if phase.over == "market":
                self._market_phases([phase.name])
            for call in dict(self._block_calls[0]).get(phase.name, []):
                self._block_call(call, 0, *self.blocks[0])

    @property
    def finished(self) -> bool:
        """Whether the last week has been run."""
        return self.week >= self.clock.steps

    def run(self) -> Engine:
        """Run all weeks that are left."""
        while not self.finished:
            self.step()
        return self

    def _market_phases(self, phases: Sequence[str]) -> None:
        for phase in phases:
            if phase in self._turns:
                self._turns[phase].run(self._market_call, threads=self.threads, pool=self.pool)
                continue
            for call in self._market_calls.get(phase, []):
                self._market_call(call)

    def _market_call(self, call: Call) -> None:
        if not call.bound:
            for name, access in call.access.items():
                array = self.previous[name] if access == "last" and name in self.previous else self.arrays[name]
                call.views[name] = self._seen(call, name, array)
            call.mechanic.__dict__.update(call.views)
            call.bound = True
        call.context.step = self.week
        call.context.date = self.dates[self.week]
        call.method(call.context)
        if self.checked:
            self._check(call)

    def _block_week(self, worker: int, first: int, stop: int) -> None:
        self.workspaces[worker].begin(first, stop, self.rows)
        for _, calls in self._block_calls[worker]:
            for call in calls:
                self._block_call(call, worker, first, stop)

    def _bind(self, call: Call, worker: int) -> None:
        """Give a call of one worker its market arrays for good, and remember which others change from block to block."""
        workspace = self.workspaces[worker]
        for name, access in call.access.items():
            field = self.fields[name]
            if access == "tally":
                call.views[name] = self._seen(call, name, workspace.tallies[name])
            elif access == "whole":
                call.views[name] = self._seen(call, name, self.previous[name])
            elif not field.over_consumers:
                old = access == "last" and name in self.previous
                call.views[name] = self._seen(call, name, self.previous[name] if old else self.arrays[name])
            else:
                in_block = workspace.buffers.get(name, workspace.kept.get(name) if access == "last" else None)
                target = call.rows if in_block is None else call.block_rows
                target.append((name, in_block or self.rows[name]))
        call.mechanic.__dict__.update(call.views)
        call.bound = True

    def _block_call(self, call: Call, worker: int, first: int, stop: int) -> None:
        if not call.bound:
            self._bind(call, worker)
        context = call.context
        if (context.first, context.count) != (first, stop - first):
            views = call.mechanic.__dict__
            for name, rows in call.rows:
                views[name] = call.views[name] = self._seen(call, name, rows.block(first, stop))
            for name, rows in call.block_rows:
                views[name] = call.views[name] = self._seen(call, name, rows.block(0, stop - first))
            context.first, context.count = first, stop - first
        context.step = self.week
        context.date = self.dates[self.week]
        call.method(context)
        if self.checked:
            self._check(call)

    def _close_tallies(self) -> None:
        mine, *others = (workspace.counts for workspace in self.workspaces)

        def close(_: int, first: int, stop: int) -> None:
            for theirs in others:
                mine[first:stop] += theirs[first:stop]
                theirs[first:stop] = 0
            take_counts(mine[first:stop], QUANTUM, self._sums[first:stop])

        for_each_block(close, spans(mine.size, COUNTS, 1), self.threads, self.pool)
        if self.checked and (faults := [fault for f in self.fields.values() if f.tally for fault in self._outside(f, self.arrays[f.name])]):
            raise ContractError(faults)

    def _parameters(self, step: int) -> None:
        """Put the dated values of a week in force; all calls of a mechanic share its parameters."""
        for parameters, name, by_week in self._dated:
            parameters.put(name, float(by_week[min(step, by_week.size - 1)]))

    # -- checking ----------------------------------------------------------------------------------------------

    def _check(self, call: Call) -> None:
        mechanic, faults = call.mechanic, []
        for name in mechanic.__dict__.keys() - call.views.keys() - KEPT:
            faults.append(f"{mechanic.name} keeps '{name}' on itself in {call.context.phase}; what lasts is a field: own() it.")
            del mechanic.__dict__[name]
        for name, seen in call.views.items():
            view = np.asarray(seen)
            if mechanic.__dict__.get(name) is not seen:
                faults.append(f"{mechanic.name} replaced '{name}' in {call.context.phase}; write into it with [...] or +=.")
                mechanic.__dict__[name] = seen
            field = self.fields[name]
            access = call.access[name]
            if access == "gather" and view.dtype.kind == "f" and not np.isfinite(view).all():
                faults.append(f"{mechanic.name} added what is no number to '{name}' in {call.context.phase}, week {self.week}.")
            elif access == "tally" and view.size and max(-float(view.min()), float(view.max())) > MOST_UNITS:
                faults.append(f"{mechanic.name} counted what is no number into '{name}' in {call.context.phase}, week {self.week}.")
            elif access == "write" and field.init is None and unwritten(view):
                faults.append(
                    f"{mechanic.name} leaves entries of '{name}' as they were in {call.context.phase}, week {self.week}; "
                    "write every one, or give the field an init."
                )
            elif access == "write":
                faults += self._outside(field, view, mechanic.name, call.context.phase)
            elif name in call.completes:
                faults += self._outside(field, view)
        if faults:
            raise ContractError(faults)

    def _outside(self, field: Field, values: Array, who: str = "", phase: str = "") -> list[str]:
        """The fault of values out of the field's range or no numbers; all who contribute left them there if nobody is named."""
        if values.dtype.kind not in "fiu" or not values.size:
            return []
        low, high = field.bounds or (-np.inf, np.inf)
        least, most = float(values.min()), float(values.max())  # nan if any value is
        if np.isfinite(least) and np.isfinite(most) and least >= low - 1e-6 and most <= high + 1e-6:
            return []
        givers = [
            m.name for m in self.mechanics if field.name in m.declarations and m.declarations[field.name].mode in ("own", "add", "scale")
        ]
        return [
            f"{who or ' and '.join(givers)} left '{field.name}' outside [{low:g}, {high:g}] {field.unit} in {phase or field.at[-1]}, "
            f"week {self.week}: it runs from {least:g} to {most:g}."
        ]

    def _seen(self, call: Call, name: str, array: Array) -> Array:
        """What a call gets: in a checked run readers cannot write, and contributors cannot replace.

        Compiled rules take far longer to call with read-only arrays, so an unchecked run trusts its mechanics.
        """
        access = call.access[name]
        if not self.checked or access == "write":
            return array
        if access in ("gather", "tally"):
            channel = array.view(Channel)
            channel.who = f"{call.mechanic.name} sets or reads '{name}' in {call.context.phase}"
            channel.ways = WAYS[self.fields[name].gather]
            return channel
        return np.asarray(array.data.toreadonly())  # no flag of it can be set back

    def observe(self, name: str) -> Array:
        """A lasting field that cannot be written to, for recorders and actors: a view, or a copy of several columns over consumers."""
        if name in self.arrays:
            view = self.arrays[name].view()
        elif name in self.rows:
            view = np.concatenate([self.rows[name].block(first, stop) for first, stop in self.blocks])
        else:
            raise ContractError(f"No lasting field '{name}' to observe.")
        view.flags.writeable = False
        return view

    def explain(self) -> str:
        """The week as a table: phases, mechanics, what each reads, sets and adds to."""
        lines = ["phase     over    mechanic: reads -> sets, adds to"]
        for phase in PHASES.values():
            lines.append(f"{phase.name:<9} {phase.over:<7} {phase.question}")
            members = (
                setup_order(self.mechanics, self.fields, phase.name)
                if phase.name in SETUP_NAMES
                else [m for m in self.mechanics if phase.name in m.phases]
            )
            for mechanic in members:
                access = accesses(mechanic, phase.name, self.fields)
                reads = [n for n, a in access.items() if a == "read"]
                reads += [f"last {n}" for n, a in access.items() if a in ("last", "whole")]
                sets = [n for n, a in access.items() if a == "write"]
                sets += [f"+{n}" for n, a in access.items() if a in ("gather", "tally")]
                lines.append(f"{'':18}{mechanic.name}: {', '.join(reads) or '-'} -> {', '.join(sets) or '-'}")
        return "\n".join(lines)
