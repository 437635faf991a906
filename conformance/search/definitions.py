"""The standard's search parameter definitions, from `parameters.yaml`. Imports nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

#: Parameters that shape a result rather than select rows (FHIR R4 search.html 3.1.1.5.8).
RESULT_PARAMETERS = frozenset({"_count", "_getpagesoffset", "_include", "_revinclude"})


@dataclass(frozen=True, slots=True)
class ParameterDefinition:
    """One search parameter: its type and the elements it looks at."""

    resource_type: str
    name: str
    type: str
    paths: tuple[str, ...]


@cache
def _all() -> dict[str, dict[str, ParameterDefinition]]:
    text = files("conformance").joinpath("search/parameters.yaml").read_text("utf-8")
    return {
        resource_type: {
            name: ParameterDefinition(resource_type, name, row["type"], tuple(row["paths"]))
            for name, row in rows.items()
        }
        for resource_type, rows in yaml.load(text, _loader()).items()  # noqa: S506 - safe loaders
    }


def _loader() -> type[yaml.SafeLoader]:
    """Return the C loader where PyYAML has it: the same safety, ten times the speed."""
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def definitions_of(resource_type: str) -> dict[str, ParameterDefinition]:
    """Return every selecting parameter that the standard defines for a resource type, by name."""
    return {**_all()["*"], **_all().get(resource_type, {})}


def definition_of(resource_type: str, name: str) -> ParameterDefinition:
    """Return one parameter's definition.

    Raises:
        KeyError: the standard defines no such parameter for the type.
    """
    try:
        return definitions_of(resource_type)[name]
    except KeyError:
        raise KeyError(f"{resource_type} has no search parameter {name}") from None
