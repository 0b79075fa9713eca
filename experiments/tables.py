"""Tables of an experiment go to disk in the form that was asked for: CSV, Parquet, NetCDF or Zarr."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

ENDINGS = {"csv": ".csv", "parquet": ".parquet", "netcdf": ".nc", "zarr": ".zarr"}
NEEDS = {"parquet": "pyarrow", "zarr": "zarr"}
FORMATS = tuple(ENDINGS)


def listed(names: Sequence[str]) -> str:
    """Names in words: a, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def format_faults(form: object) -> list[str]:
    """Why tables cannot be written in this form: a package that is not installed."""
    package = NEEDS.get(str(form))
    if package is None or find_spec(package) is not None:
        return []
    return [f"format = {form} needs the package {package}. Install it (pip install 'livemarket[tables]'), or take format=csv."]


def write_table(frame: pd.DataFrame, folder: Path, name: str, form: str, units: Mapping[str, str]) -> Path:
    """Write a table and return its place.

    Args:
        form: one of FORMATS.
        units: of columns that have one; they go along where the form has a place for them.
    """
    path = folder / f"{name}{ENDINGS[form]}"
    if form == "csv":
        frame.to_csv(path, index=False, lineterminator="\n")
    elif form == "parquet":
        frame.to_parquet(path, index=False)
    else:
        import xarray as xr

        dataset = xr.Dataset({column: ("row", values_of(frame[column])) for column in frame.columns})
        for column, unit in units.items():
            if column in dataset:
                dataset[column].attrs["units"] = unit
        if form == "netcdf":
            path.write_bytes(bytes(dataset.to_netcdf(engine="scipy", format="NETCDF3_64BIT")))
        else:
            dataset.to_zarr(path, mode="w", consolidated=False, zarr_format=2)  # whose texts are specified
    return path


def values_of(column: pd.Series) -> object:
    """The values of a column: numbers as they are, truths as 0 and 1, everything else as text."""
    if column.dtype.kind == "b":
        return column.to_numpy().astype("int8")
    if column.dtype.kind in "iuf":
        return column.to_numpy().astype("float64" if column.dtype.kind == "f" else "int32")
    return column.astype(str).to_numpy().astype(str)
