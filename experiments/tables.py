"""Tables of an experiment go to disk in the form that was asked for: CSV, Parquet, NetCDF or Zarr."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.columns import column_units

if TYPE_CHECKING:
    import pandas as pd

ENDINGS = {"csv": ".csv", "parquet": ".parquet", "netcdf": ".nc", "zarr": ".zarr"}
NEEDS = {"parquet": "pyarrow", "zarr": "zarr"}
FORMATS = tuple(ENDINGS)


def listed(names: Sequence[str]) -> str:
    """Names in words: a, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def table_of(rows: Sequence[Mapping[str, object]], kinds: Mapping[str, str]) -> pd.DataFrame:
    """Rows as a table that has its columns although there may be no row.

    Args:
        kinds: of each column: "int64", "float64" or "object".
    """
    import pandas as pd

    return pd.DataFrame(list(rows), columns=list(kinds)).astype(dict(kinds))


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
        units: of quantities in it; they go along where the form has a place for them.
    """
    units = column_units(list(frame.columns), units)
    path = folder / f"{name}{ENDINGS[form]}"
    if form == "csv":
        frame.to_csv(path, index=False, lineterminator="\n")
    elif form == "parquet":
        import pyarrow
        from pyarrow import parquet

        table = pyarrow.Table.from_pandas(frame, preserve_index=False)
        fields = [field.with_metadata({"unit": units[field.name]}) if field.name in units else field for field in table.schema]
        parquet.write_table(table.cast(pyarrow.schema(fields, metadata=table.schema.metadata)), path)
    else:
        import xarray as xr

        dataset = xr.Dataset({column: ("row", values_of(frame[column])) for column in frame.columns})
        for column, unit in units.items():
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
