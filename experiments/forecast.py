"""`forecast`: simulate the market many times to 2030, judge the report's predictions by it, write the results.

    forecast scenario=strict_regulation members=8
    forecast --help

A Hydra application: options are name=value, --multirun runs every combination.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.errors import DataError, LivemarketError

if TYPE_CHECKING:
    from omegaconf import DictConfig

    from experiments.arguments import Arguments
    from experiments.workers import Pool

# Nothing heavy is imported here: every worker imports this module anew.

DONE, FAILED, REFUSED, INTERRUPTED, ENDED = 0, 1, 2, 130, 143


class Terminated(BaseException):
    """Somebody asked this process to end (SIGTERM, SIGHUP)."""


def main() -> None:
    """The console script."""
    for name in ("SIGTERM", "SIGHUP"):  # ended by somebody, or the terminal was closed; Windows knows only the first
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _terminated)
    sys.exit(command(sys.argv[1:]))


def _terminated(number: int, frame: object) -> None:
    raise Terminated


def command(typed: Sequence[str]) -> int:
    """Do what was typed; returns the exit code: 0 done, 1 failed, 2 refused, 130 or 143 ended."""
    try:
        return _command(typed)
    except (KeyboardInterrupt, Terminated) as error:
        tell("\nInterrupted: the runs were ended and nothing was written. The same command starts anew.")
        return INTERRUPTED if isinstance(error, KeyboardInterrupt) else ENDED
    except LivemarketError as error:
        return failed(error)


def _command(typed: Sequence[str]) -> int:
    if {"--help", "-h"} & set(typed):
        print(helped())
        return DONE
    if "--parameters" in typed:
        from experiments.options import parameters_text

        print(parameters_text())
        return DONE
    from experiments.workers import hired

    with hired(workers_wanted(typed)) as pool:  # they get ready while Hydra is imported and the runs are planned
        return planned(typed, pool)


def workers_wanted(typed: Sequence[str]) -> int:
    """How many workers to start before the options are read: a guess, corrected when the runs are made."""
    from experiments.workers import cores

    if "profile=true" in typed:
        return 0
    return next((int(word[8:]) for word in typed if re.fullmatch(r"threads=\d{1,4}", word)), cores())


def planned(typed: Sequence[str], pool: Pool) -> int:
    """Read what was typed and make each forecast it asks for; returns the exit code."""
    from experiments.arguments import read_arguments
    from experiments.refusal import RefusedError

    arguments = read_arguments(typed)
    try:
        defaults()
    except DataError as error:
        raise RefusedError([*arguments.faults, *error.faults]) from None
    if not arguments.composable:
        raise RefusedError(arguments.faults)
    return composed(arguments, lambda config: run_one(config, arguments, pool))


def composed(arguments: Arguments, job: Callable[[DictConfig], None]) -> int:
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
            failed(error)

    application = hydra.main(version_base="1.3", config_path="pkg://configs", config_name="forecast")(task)
    words, before = list(arguments.words), (sys.argv, os.environ.get("HYDRA_FULL_ERROR"))
    with tempfile.TemporaryDirectory(prefix="livemarket-") as scratch:
        if arguments.multirun:
            words += [f"hydra.sweep.dir={scratch}", "hydra.sweep.subdir=."]
        sys.argv = ["forecast", *words]
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


def run_one(config: DictConfig, arguments: Arguments, pool: Pool) -> None:
    """One forecast from its composed configuration."""
    from hydra.core.hydra_config import HydraConfig
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    from experiments.arguments import command_of
    from experiments.refusal import RefusedError

    try:
        settings = OmegaConf.to_container(config, resolve=True)
    except OmegaConfBaseException as error:
        raise RefusedError([*arguments.faults, uncomposed(error)]) from None
    assert isinstance(settings, Mapping)
    again = command_of(HydraConfig.get().overrides.task) if arguments.multirun else arguments.command
    named = {str(name): value for name, value in settings.items()}
    if named.get("profile") is True:
        from experiments.work import show_profile

        show_profile(named, arguments.faults)
        return
    from experiments.work import forecast

    forecast(named, again, pool, arguments.faults)


def uncomposed(error: Exception) -> str:
    """What Hydra or OmegaConf found wrong, in one sentence of theirs."""
    said = f"{error}\n{error.__cause__ or ''}"
    return "The configuration cannot be composed: " + " ".join(said.split())


def helped() -> str:
    """The text of --help, with the defaults and scenarios there are."""
    from experiments.arguments import DEFAULT_SCENARIO, questions
    from experiments.options import help_text

    return help_text({**defaults(), "scenario": DEFAULT_SCENARIO}, questions())


def defaults() -> dict[str, Any]:
    """What the options are when nothing is said, configs/forecast.yaml; DataError if it cannot be read."""
    from pathlib import Path

    import configs
    from experiments.yaml_files import read_mapping

    return read_mapping(Path(configs.__file__).parent / "forecast.yaml", "Restore it from the repository.")


def failed(error: LivemarketError) -> int:
    """Say what is wrong; returns the exit code."""
    tell(f"forecast: {error}")
    if exit_code([error]) == REFUSED:
        tell("All options: forecast --help; all parameters: forecast --parameters")
    return exit_code([error])


def exit_code(errors: Sequence[LivemarketError]) -> int:
    """0 without errors, 2 if the first one refused to run anything, else 1."""
    if not errors:
        return DONE
    return int(getattr(errors[0], "exit_code", FAILED))


def tell(text: str) -> None:
    """A line for the reader, apart from results."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
