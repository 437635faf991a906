"""`flexcheck packages`: fetches, compiles and lists FHIR packages. Imports registry, pack, find."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click
import httpx

from profiles.packages.errors import PackageError
from profiles.packages.find import (
    built_in,
    cache_folder,
    cached,
    locate,
    split_name,
)
from profiles.packages.pack import Pack, build_pack, pack_name
from profiles.packages.registry import (
    PATIENCE,
    REGISTRIES,
    REGISTRY_VARIABLE,
    Registries,
    RegistryError,
)
from profiles.packages.source import read_package

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_HELP = {"help_option_names": ["-h", "--help"]}
#: Exit codes (DESIGN, section 5).
_USAGE, _INCONCLUSIVE = 2, 3
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON list instead of text.")


class _Refused(click.ClickException):
    """A package that cannot be had: what, where, what to do."""

    exit_code = _USAGE

    def show(self, file: IO[str] | None = None) -> None:
        """Print it as every flexcheck command does."""
        click.echo(f"flexcheck: {self.format_message()}", file=file, err=file is None)


class _NotReached(_Refused):
    """No registry answered."""

    exit_code = _INCONCLUSIVE


@contextmanager
def _refusing(place: str) -> Iterator[None]:
    """Turn what goes wrong with packages or with writing to `place` into one clear error."""
    try:
        yield
    except RegistryError as error:
        raise _NotReached(str(error)) from error
    except PackageError as error:
        raise _Refused(str(error)) from error
    except OSError as error:
        raise _Refused(
            f"{error.filename or place} cannot be written: {error.strerror}. "
            "Make room there, or name another folder."
        ) from error


@click.group(
    context_settings=_HELP,
    short_help="Fetch, compile and list FHIR packages.",
    epilog="Example:  flexcheck packages pull hl7.fhir.us.carin-bb#2.0.0 --dependencies",
)
def packages() -> None:
    """FHIR packages: the profiles and code lists that resources are validated against."""


@packages.command(
    context_settings=_HELP,
    short_help="Fetch packages into the FHIR cache.",
    epilog="Example:  flexcheck packages pull hl7.fhir.us.carin-bb#2.0.0 --dependencies",
)
@click.argument("names", metavar="ID#VERSION...", nargs=-1, required=True)
@click.option(
    "--registry",
    "registries",
    metavar="URL",
    multiple=True,
    envvar=REGISTRY_VARIABLE,
    default=REGISTRIES,
    show_default=True,
    show_envvar=True,
    help="Where to fetch from; several are asked in turn.",
)
@click.option("--dependencies", is_flag=True, help="Fetch what they depend on, too.")
@_JSON
def pull(
    names: Sequence[str], registries: Sequence[str], *, dependencies: bool, as_json: bool
) -> None:
    """Fetch packages into the FHIR cache, where every FHIR tool finds them.

    VERSION is exact, "latest", or ends in ".x". The cache is ~/.fhir/packages, or the folder that
    the environment variable FHIR_PACKAGE_CACHE names. A package that is there is left alone.
    """
    cache = cache_folder()
    with _refusing(str(cache)), httpx.Client(timeout=PATIENCE, follow_redirects=True) as client:
        source = Registries(registries, cache, client)
        rows = list(_pulled(source, names, dependencies=dependencies))
    _print(rows, as_json=as_json, text="{name}  {state}  {folder}")


def _pulled(
    source: Registries, names: Sequence[str], *, dependencies: bool
) -> Iterator[dict[str, Any]]:
    waiting, seen = [split_name(name) for name in names], set()
    while waiting:
        name = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        package, fetched = source.pull(*name)
        state = "pulled" if fetched else "was there"
        yield {"name": package.name, "state": state, "folder": package.place}
        if dependencies:
            waiting.extend(package.dependencies.items())


@packages.command(
    context_settings=_HELP,
    short_help="Compile packages to packs.",
    epilog="Example:  flexcheck packages build hl7.fhir.us.carin-bb#2.0.0 --out packs",
)
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option(
    "--out",
    "out",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Where to write the packs.  [default: here]",
)
@click.option(
    "--folder",
    "folders",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    multiple=True,
    help="Where to look for ID#VERSION before the FHIR cache.",
)
@_JSON
def build(sources: Sequence[str], out: Path, folders: Sequence[Path], *, as_json: bool) -> None:
    """Compile packages to packs: their facts without prose, quick to load.

    SOURCE is a .tgz file, a folder, or ID#VERSION. The same package gives the same bytes.
    """
    with _refusing(str(out)):
        rows = [_built(source, out, folders) for source in sources]
    _print(rows, as_json=as_json, text="{name}  {size} bytes  {pack}")


def _built(source: str, out: Path, folders: Sequence[Path]) -> dict[str, Any]:
    package = read_package(locate(source, folders))
    content = build_pack(package)
    out.mkdir(parents=True, exist_ok=True)
    path = out / pack_name(package.id, package.version)
    # A pack that is half written must never be found.
    scratch = path.with_suffix(".part")
    scratch.write_bytes(content)
    scratch.replace(path)
    return {"name": package.name, "size": len(content), "pack": str(path), **_facts(Pack(path))}


@packages.command(
    "list",
    context_settings=_HELP,
    short_help="List the packages that are at hand.",
    epilog="Example:  flexcheck packages list --json",
)
@_JSON
def list_(*, as_json: bool) -> None:
    """List the packs that are built in and the packages in the FHIR cache."""
    rows = [{"name": f"{p.id}#{p.version}", "place": "built in", **_facts(p)} for p in built_in()]
    rows.extend(_cached(name) for name in cached())
    _print(rows, as_json=as_json, text="{name}  {place}  {summary}")


def _cached(name: str) -> dict[str, Any]:
    row: dict[str, Any] = {"name": name, "place": str(cache_folder() / name)}
    try:
        package = read_package(cache_folder() / name)
    except PackageError as error:
        return {**row, "error": str(error)}
    return {
        **row,
        "fingerprint": package.fingerprint,
        "dependencies": dict(package.dependencies),
        "counts": package.counts(),
    }


def _facts(pack: Pack) -> dict[str, Any]:
    return {
        "fingerprint": pack.fingerprint,
        "dependencies": dict(pack.dependencies),
        "counts": dict(pack.counts),
    }


def _print(rows: Sequence[dict[str, Any]], *, as_json: bool, text: str) -> None:
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        click.echo(text.format(**row, summary=_summary(row)))


def _summary(row: dict[str, Any]) -> str:
    """Return a row's counts and the beginning of its fingerprint, or what is wrong with it."""
    if "error" in row:
        return str(row["error"])
    counts = ", ".join(f"{n} {kind}" for kind, n in row.get("counts", {}).items() if n)
    return f"{counts}  {row.get('fingerprint', '')[:12]}"
