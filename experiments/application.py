"""What all applications have in common: a Hydra application with --help, all faults at once, and exit codes.

    APPLICATION = Application("sweep", ...)
    main = APPLICATION.main                # the console script

Options are name=value, --multirun runs every combination.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import DataError, LivemarketError

if TYPE_CHECKING:
    from omegaconf import DictConfig

    from experiments.arguments import Arguments
    from experiments.inputs import Inputs
    from experiments.workers import Pool

# Nothing heavy is imported here: every worker imports the module of its application anew.

DONE, FAILED, REFUSED, INTERRUPTED, ENDED = 0, 1, 2, 130, 143
LAYERS = (
    "A later layer has the last word: world, calendar (configs/calendar.yaml), scenario, what you type.",
    "All mechanics and parameters with units and ranges: forecast --parameters",
    "Every finished member is kept in the store: after an interruption the same command goes on from there.",
)


class Terminated(BaseException):
    """Somebody asked this process to end (SIGTERM, SIGHUP)."""


@dataclass(frozen=True)
class Asked:
    """What an application is handed besides its settings.

    Attributes:
        application: its name.
        command: what makes the same numbers again.
        words: what was typed, name=value.
        pool: workers who are getting ready.
        faults: what was found wrong before.
        inputs: the files that are read.
    """

    application: str
    command: str
    words: tuple[str, ...]
    pool: Pool
    faults: tuple[str, ...]
    inputs: Inputs


@dataclass(frozen=True)
class Application:
    """An experiment that can be typed.

    Attributes:
        name: the console script, and of its file in configs/.
        purpose: the first lines of --help.
        examples: commands with what they do.
        results: the last lines of --help.
        options: where its options are, "module:name".
        work: where its work is, "module:name"; called with (settings, Asked).
    """

    name: str
    purpose: tuple[str, ...]
    examples: tuple[tuple[str, str], ...]
    results: tuple[str, ...]
    options: str
    work: str

    def main(self) -> None:
        """The console script."""
        for name in ("SIGTERM", "SIGHUP"):  # ended by somebody, or the terminal was closed; Windows knows only the first
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), _terminated)
        sys.exit(self.command(sys.argv[1:]))

    def command(self, typed: Sequence[str]) -> int:
        """Do what was typed; returns the exit code: 0 done, 1 failed, 2 refused, 130 or 143 ended."""
        try:
            return self._command(typed)
        except (KeyboardInterrupt, Terminated) as error:
            tell(
                "\nInterrupted: the runs were ended and no results were written. "
                "Members finished so far are kept; the same command goes on from there."
            )
            return INTERRUPTED if isinstance(error, KeyboardInterrupt) else ENDED
        except LivemarketError as error:
            return self.failed(error)

    def _command(self, typed: Sequence[str]) -> int:
        if {"--help", "-h"} & set(typed):
            print(self.helped())
            return DONE
        if "--parameters" in typed:
            from experiments.options import parameters_text

            print(parameters_text())
            return DONE
        from experiments.workers import hired

        with hired(workers_wanted(typed)) as pool:  # they get ready while Hydra is imported and the runs are planned
            return self.planned(typed, pool)

    def planned(self, typed: Sequence[str], pool: Pool) -> int:
        """Read what was typed and do the work for each combination it asks for; returns the exit code."""
        from experiments.arguments import read_arguments
        from experiments.refusal import RefusedError

        arguments = read_arguments(typed, self.name, imported(self.options))
        for note in arguments.notes:
            tell(f"{self.name}: {note}")
        try:
            self.defaults()
        except DataError as error:
            raise RefusedError([*arguments.faults, *error.faults]) from None
        if not arguments.composable:
            raise RefusedError(arguments.faults)
        return self.composed(arguments, lambda config: self.run_one(config, arguments, pool))

    def composed(self, arguments: Arguments, job: Callable[[DictConfig], None]) -> int:
        """Let Hydra compose the configuration, or each of a multirun, and do the job with it.

        A job that fails does not keep the next ones of a multirun from running.
        """
        import hydra
        from hydra.errors import HydraException
        from omegaconf.errors import OmegaConfBaseException
        from yaml import YAMLError

        from experiments.refusal import RefusedError

        errors: list[LivemarketError] = []

        def task(config: DictConfig) -> None:
            try:
                job(config)
            except LivemarketError as error:
                errors.append(error)
                self.failed(error)

        application = hydra.main(version_base="1.3", config_path="pkg://configs", config_name=self.name)(task)
        words, before = [*arguments.switches, *arguments.words], (sys.argv, os.environ.get("HYDRA_FULL_ERROR"))
        with tempfile.TemporaryDirectory(prefix="livemarket-") as scratch:
            if arguments.multirun:
                words += [f"hydra.sweep.dir={scratch}", "hydra.sweep.subdir=."]
            sys.argv = [self.name, *words]
            os.environ["HYDRA_FULL_ERROR"] = "1"  # faults are raised, and told in our words
            try:
                application()
            except (HydraException, OmegaConfBaseException, YAMLError) as error:
                raise RefusedError([*arguments.faults, uncomposed(error)]) from None
            finally:
                sys.argv = before[0]
                if before[1] is None:
                    del os.environ["HYDRA_FULL_ERROR"]
        return exit_code(errors)

    def run_one(self, config: DictConfig, arguments: Arguments, pool: Pool) -> None:
        """The work for one composed configuration."""
        from hydra.core.hydra_config import HydraConfig
        from omegaconf import OmegaConf
        from omegaconf.errors import OmegaConfBaseException

        from experiments.arguments import command_of
        from experiments.inputs import inputs_of
        from experiments.refusal import RefusedError

        try:
            settings = OmegaConf.to_container(config, resolve=True)
        except OmegaConfBaseException as error:
            raise RefusedError([*arguments.faults, uncomposed(error)]) from None
        assert isinstance(settings, Mapping)
        scenario = arguments.scenarios.get(HydraConfig.get().runtime.choices.get("scenario"))
        words, command = arguments.typed, arguments.command
        if arguments.multirun:  # one combination, its scenario as it was typed
            words = tuple(f"scenario={scenario}" if word.startswith("scenario=") else word for word in HydraConfig.get().overrides.task)
            command = command_of(self.name, words)
        named = {str(name): value for name, value in settings.items()}
        inputs = inputs_of(self.name, named, scenario)
        imported(self.work)(named, Asked(self.name, command, words, pool, tuple(arguments.faults), inputs))

    def helped(self) -> str:
        """The text of --help: options with defaults, scenarios with their questions, examples."""
        from experiments.arguments import DEFAULT_SCENARIO, scenarios_text
        from experiments.options import options_text

        lines = [*self.purpose, "", f"Usage: {self.name} [name=value ...]"]
        lines += options_text(imported(self.options), {**self.defaults(), "scenario": DEFAULT_SCENARIO})
        lines += scenarios_text()
        lines += ["", "Examples:"]
        for command, meaning in self.examples:
            lines += [f"  {command}", f"      {meaning}"]
        return "\n".join([*lines, "", *LAYERS, *self.results])

    def defaults(self) -> dict[str, Any]:
        """What the options are when nothing is said, configs/<name>.yaml above configs/market.yaml; DataError if one cannot be read."""
        from omegaconf import OmegaConf

        import configs
        from experiments.yaml_files import read_mapping

        folder = Path(configs.__file__).parent
        found: dict[str, Any] = {}
        for name in ("market", self.name):
            found |= read_mapping(folder / f"{name}.yaml", "Restore it from the repository.")
        options = OmegaConf.create({name: value for name, value in found.items() if name not in ("defaults", "hydra")})
        return dict(OmegaConf.to_container(options, resolve=True))  # type: ignore[arg-type]  # a mapping stays one

    def failed(self, error: LivemarketError) -> int:
        """Say what is wrong; returns the exit code."""
        tell(f"{self.name}: {error}")
        if exit_code([error]) == REFUSED:
            tell(f"All options: {self.name} --help; all parameters: forecast --parameters")
        return exit_code([error])


def _terminated(number: int, frame: object) -> None:
    raise Terminated


def imported(place: str) -> Any:
    """What stands at "module:name"."""
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


def workers_wanted(typed: Sequence[str]) -> int:
    """How many workers to start before the options are read: a guess, corrected when the runs are made."""
    from experiments.workers import cores

    if {"profile=true", "engine=dask"} & set(typed):
        return 0
    return next((int(word[8:]) for word in typed if re.fullmatch(r"threads=\d{1,4}", word)), cores())


def uncomposed(error: Exception) -> str:
    """What Hydra or OmegaConf found wrong, in one sentence of theirs."""
    said = f"{error}\n{error.__cause__ or ''}"
    return "The configuration cannot be composed: " + " ".join(said.split())


def exit_code(errors: Sequence[LivemarketError]) -> int:
    """0 without errors, 2 if the first one refused to run anything, else 1."""
    if not errors:
        return DONE
    return int(getattr(errors[0], "exit_code", FAILED))


def tell(text: str) -> None:
    """A line for the reader, apart from results."""
    print(text, file=sys.stderr, flush=True)
