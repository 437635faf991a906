"""A MkDocs hook: pages made when the site is built, so that none can go stale.

The contract's pages come from the contract (an anchor for each clause), the first page, the
contributing guide and the changes from the files that the repository shows. Imports `conformance`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.structure.files import File

from conformance.contract import load_contract

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

    from conformance.contract import Clause, Contract, Erratum

ROOT = Path(__file__).parents[1]
#: Files of the repository that are pages of the site too.
COPIED = {
    "index.md": "README.md",
    "contributing.md": "CONTRIBUTING.md",
    "changes.md": "CHANGELOG.md",
}
AREAS = {
    "DIR": "Provider Directory",
    "PA": "Patient Access",
    "AUTH": "Authorization request",
    "TOKEN": "Token endpoint",
    "REFRESH": "Refresh tokens",
    "SCOPE": "Scopes",
    "USE": "Use of tokens",
    "REG": "Registration",
    "OPS": "Operations",
}
_LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)(#[^)]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made, and the repository's files that pages lead to."""
    pages = {path: (ROOT / source).read_text("utf-8") for path, source in COPIED.items()}
    pages["targets.md"] = _target_files(ROOT / "targets")
    pages |= dict(contract_pages(load_contract()))
    for path, text in pages.items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, *, page: Any, config: MkDocsConfig, files: Files) -> str:
    """Lead links to files of the repository to the page or copy that the site has of them."""
    source = COPIED.get(page.file.src_uri)
    folder = ROOT if source else Path(config.docs_dir) / Path(page.file.src_uri).parent
    depth = "../" * page.file.src_uri.count("/")

    def led(link: re.Match[str]) -> str:
        path = (folder / link[1]).resolve()
        if not path.is_relative_to(ROOT) or not path.exists():
            return link[0]
        return f"]({depth}{_on_site(path, config, files)}{link[2] or ''})"

    return _LINK.sub(led, markdown)


def _on_site(path: Path, config: MkDocsConfig, files: Files) -> str:
    """Return where the site has a file; a copy is made of one that is no page."""
    inside = path.relative_to(ROOT).as_posix()
    pages = {source: page for page, source in COPIED.items()} | {"targets": "targets.md"}
    if inside in pages:
        return pages[inside]
    if inside.startswith("docs/"):
        return inside.removeprefix("docs/")
    name = f"files/{inside}"
    if files.get_file_from_path(name) is None:
        files.append(File.generated(config, name, content=path.read_text("utf-8")))
    return name


def _target_files(folder: Path) -> str:
    """Return a page with every target file to start from."""
    shown = (
        f"## {path.name}\n\n```toml\n{path.read_text('utf-8')}```"
        for path in sorted(folder.glob("*.toml"))
    )
    return "\n\n".join(["# Target files to copy", *shown])


def contract_pages(contract: Contract) -> Iterator[tuple[str, str]]:
    """Yield path and text of each page made from the contract."""
    yield "contract/index.md", _index(contract)
    yield "contract/errata.md", _errata(contract.errata)
    for area in AREAS:
        clauses = [clause for clause in contract.clauses if clause.area == area]
        yield f"contract/{area.lower()}.md", "\n".join(_area(area, clauses))


def _index(contract: Contract) -> str:
    lines = [
        "# The contract, clause by clause",
        "",
        f"{len(contract.clauses)} clauses. *Tested* is by a request of a run; the others name the",
        "evidence that a person gives.",
        "",
        "| area | clauses | tested | attested |",
        "|---|--:|--:|--:|",
    ]
    for area, title in AREAS.items():
        own = [clause for clause in contract.clauses if clause.area == area]
        tested = sum(clause.not_tested is None for clause in own)
        page = f"{area.lower()}.md"
        lines.append(
            f"| [{title}]({page}) `{area}` | {len(own)} | {tested} | {len(own) - tested} |"
        )
    errata = f"[{len(contract.errata)} errata](errata.md): how we read what cannot be right."
    return "\n".join([*lines, "", errata, ""])


def _area(area: str, clauses: Iterable[Clause]) -> Iterator[str]:
    yield f"# {AREAS[area]}"
    resource = None
    for clause in clauses:
        if clause.resource != resource:
            resource = clause.resource
            yield f"\n## {resource or 'General'}"
        yield f"\n### {clause.id} {{ #{clause.id} }}"
        yield f"\n**{clause.expectation.value}** {_text(clause.statement)}\n"
        yield from (f"- {label}: {value}" for label, value in _facts(clause))


def _facts(clause: Clause) -> Iterator[tuple[str, str]]:
    yield "applies to", ", ".join(clause.deployments)
    for source in clause.source:
        yield "source", _text(str(source))
    if clause.standard:
        name = _text(f"{clause.standard.name}, {clause.standard.section}")
        url = clause.standard.url
        yield "standard", f"[{name}]({url})" if url else name
    if clause.regulations:
        yield "regulation", ", ".join(clause.regulations)
    for name in clause.errata:
        yield "erratum", f"[{name}](errata.md#{name})"
    if clause.not_tested:
        yield "not tested", f"{clause.not_tested.reason}: {_text(clause.not_tested.because)}"
    else:
        yield "again", f"`flexcheck run --only {clause.id}`"


def _errata(errata: Iterable[Erratum]) -> str:
    parts = ["# Errata and readings", "", "Where a document contradicts itself or cannot be right."]
    for erratum in errata:
        parts += [
            f"\n## {erratum.id} {{ #{erratum.id} }}\n",
            f"- problem: {_text(erratum.problem)}",
            f"- reading: {_text(erratum.reading)}",
            *(f"- source: {_text(str(source))}" for source in erratum.source),
        ]
    return "\n".join(parts)


def _text(text: str) -> str:
    """Keep what Markdown or HTML would take for its own; code between backticks stays."""
    parts = text.split("`")
    plain = (re.sub(r"([\\*_\[\]<>|#])", r"\\\1", part) for part in parts[::2])
    code = (f"`{part}`" for part in parts[1::2])
    woven = [piece for pair in zip(plain, [*code, ""], strict=False) for piece in pair]
    return "".join(woven).replace("\\<", "&lt;").replace("\\>", "&gt;")
