"""`python -m experiments.fit`: find the parameters with which the model gives what a world publishes.

    python -m experiments.fit world=report
    python -m experiments.fit --help

A Hydra application: options are name=value; free parameters and bounds stand in configs/fit.yaml.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import ConfigError, FaultsError, LivemarketError, did_you_mean

if TYPE_CHECKING:
    from omegaconf import DictConfig

DONE, FAILED, REFUSED, INTERRUPTED = 0, 1, 2, 130
MOST_FREE = 12
OPEN = ("free.", "tied.", "inputs.")  # names below need no plus

MEANINGS = {
    "world": "which world: report (what the report says) or data (what is published, to the end of 2022)",
    "budget_minutes": "minutes after which no new wave is begun; finished runs are kept for the next time",
    "runs": "runs of all waves together, at most; about a hundred more follow for best point and draws",
    "threads": "processes at work at once",
    "seed": "seed of the search, and first seed of the runs",
    "seeds": "seeds that all points share",
    "draws": "weighted draws written for forecasts, at least 16 for a usable world",
    "consumers": "simulated consumers of full size, the size of forecasts",
    "brands": "simulated brands of full size",
    "streamers": "simulated streamers of full size",
    "small": "size of the first wave: small.consumers, small.brands, small.streamers",
    "out": "file of the world; by default scenarios/worlds/<world>.yaml",
    "resume": "use finished runs of earlier fits with the same code and configuration (runs/fit-<world>)",
    "free": "free parameters: free.<world>.<mechanic>.<parameter>=[low,high] or [low,high,log]; null fixes it again",
    "tied": "parameters that follow a free one",
    "inputs": "parameters that a world fixes",
}
WHOLE = {
    "runs": (16, 100_000),
    "threads": (1, 256),
    "seed": (0, 2_000_000_000),
    "seeds": (1, 64),
    "draws": (2, 1_000),
}


def main() -> None:
    """The console's entry; algebra on one thread, so that the search is the same on any number of cores."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.exit(command(sys.argv[1:]))


def command(typed: Sequence[str], hindcast_only: bool = False) -> int:
    """Do what was typed; returns the exit code: 0 done, 1 failed, 2 refused, 130 interrupted."""
    if {"--help", "-h"} & set(typed):
        print(help_text())
        return DONE
    try:
        settings = composed(typed)
        faults = setting_faults(settings)
        if faults:
            raise ConfigError(faults)
        from experiments.fitting import fit, hindcast_again

        (hindcast_again if hindcast_only else fit)(settings)
        return DONE
    except KeyboardInterrupt:
        print("\nInterrupted. Finished runs are kept; the same command goes on from there.", file=sys.stderr, flush=True)
        return INTERRUPTED
    except LivemarketError as error:
        print(f"fit: {error}\nAll options: python -m experiments.fit --help", file=sys.stderr, flush=True)
        return REFUSED if isinstance(error, FaultsError) else FAILED


def composed(typed: Sequence[str]) -> dict[str, Any]:
    """The settings that Hydra composes from configs/fit.yaml and what was typed; ConfigError with all faults."""
    faults = []
    for word in typed:
        name = word.lstrip("+~").partition("=")[0].split(".")[0]
        if "=" not in word or word.startswith("-"):
            faults.append(f"'{word}' cannot be read. Write name=value, for example budget_minutes=5.")
        elif name not in MEANINGS:
            faults.append(f"Unknown option '{name}'.{did_you_mean(name, MEANINGS)}")
    if faults:
        raise ConfigError(faults)
    import hydra
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    kept: list[DictConfig] = []
    before = sys.argv, os.environ.get("HYDRA_FULL_ERROR")
    sys.argv = ["fit", *(f"++{word.lstrip('+')}" if word.startswith(OPEN) else word for word in typed)]
    os.environ["HYDRA_FULL_ERROR"] = "1"  # faults are raised, and told in our words
    try:
        hydra.main(version_base="1.3", config_path="pkg://configs", config_name="fit")(kept.append)()
    except (HydraException, OmegaConfBaseException) as error:
        said = " ".join(str(error).split())
        raise ConfigError(f"The configuration cannot be composed: {said}") from None
    finally:
        sys.argv = before[0]
        if before[1] is None:
            del os.environ["HYDRA_FULL_ERROR"]
    settings: dict[str, Any] = OmegaConf.to_container(kept[0], resolve=True)  # type: ignore[assignment]  # a mapping
    for table in ("free", "tied", "inputs"):
        settings[table] = {world: flat(values) for world, values in settings[table].items()}
    return settings


def flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """mechanic: parameter: value as mechanic.parameter: value."""
    return {
        f"{mechanic}.{parameter}": value
        for mechanic, parameters in (values or {}).items()
        for parameter, value in (parameters or {}).items()
        if value is not None
    }


def setting_faults(settings: Mapping[str, Any]) -> list[str]:
    """What is wrong with the settings, all at once."""
    faults = []
    world = settings["world"]
    if world not in ("report", "data"):
        return [f"world = {world!r} is unknown. Choose report or data."]
    for name, (low, high) in WHOLE.items():
        value = settings[name]
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            faults.append(f"{name} = {value!r} is not a whole number in [{low}, {high}].")
    minutes = settings["budget_minutes"]
    if isinstance(minutes, bool) or not isinstance(minutes, int | float) or not minutes > 0:
        faults.append(f"budget_minutes = {minutes!r} is no number above 0.")
    return faults + free_parameter_faults(settings, world)


def free_parameter_faults(settings: Mapping[str, Any], world: str) -> list[str]:
    """Free, tied and fixed parameters that do not exist, or bounds that are none."""
    from experiments.worlds import free_faults, parameter_faults

    free, tied = settings["free"].get(world) or {}, settings["tied"].get(world) or {}
    faults = free_faults({name: list(each)[:2] for name, each in free.items()})
    for name, each in free.items():
        if list(each)[2:] not in ([], ["log"]):
            faults.append(f"free: {name} = {list(each)}; write [low, high] or [low, high, log].")
        elif list(each)[2:] == ["log"] and not each[0] > 0:
            faults.append(f"free: {name} is searched on a logarithmic scale, so its low end must be above 0.")
    if not 1 <= len(free) <= MOST_FREE:
        faults.append(f"{len(free)} parameters are free; free 1 to {MOST_FREE}.")
    for name, source in tied.items():
        mechanic, _, parameter = name.partition(".")
        if source not in free:
            faults.append(f"tied: {name} follows '{source}', which is not free.{did_you_mean(source, free)}")
        else:
            faults += parameter_faults({mechanic: {parameter: free[source][0]}}, "tied")
    for name, value in (settings["inputs"].get(world) or {}).items():
        mechanic, _, parameter = name.partition(".")
        faults += parameter_faults({mechanic: {parameter: value}}, "inputs")
    return faults


def help_text() -> str:
    """The text of --help, with the defaults there are."""
    import textwrap

    import yaml

    import configs

    defaults = yaml.safe_load((Path(configs.__file__).parent / "fit.yaml").read_text(encoding="utf-8"))
    lines = [
        "fit: find the parameters with which the simulated past is what a world publishes.",
        "",
        "Usage: python -m experiments.fit [name=value ...]",
        "",
    ]
    for name, meaning in MEANINGS.items():
        value = defaults.get(name)
        shown = "" if value is None or isinstance(value, dict) else f" [{str(value).lower()}]"
        lines += textwrap.wrap(f"  {name:<15} {meaning}{shown}", 96, subsequent_indent=" " * 18)
    lines += [
        "",
        "Examples:",
        "  python -m experiments.fit world=report",
        "  python -m experiments.fit world=data budget_minutes=5 runs=300",
        "  python -m experiments.fit 'free.report.style.step=[0.1,0.6]'   # one more free parameter",
        "  python -m experiments.hindcast world=report                    # the table again, from the world's file",
        "",
        "Free parameters and bounds: configs/fit.yaml. Targets and checks: experiments/targets.py.",
        "An interrupted fit goes on when the same command is given again.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
