"""Hooks of `mkdocs build` (`make docs`): files outside docs/ join the site, and links between all of them hold.

Sources link as a forge does, by relative paths through the repository. The site has only docs/, so that the files of
`ADDED` become pages below `repository/`, and each link is rewritten to where its file stands in the site. A link to
any other file of the repository loses its address, since no public address of the repository is known here.
"""

import os
import re
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
DOCS = "docs"
DECISIONS = "Decisions"
"""The section of the navigation that every file of docs/decisions joins."""
PREFIX = "repository"
ADDED = (
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "UPGRADING.md",
    "charts/*/README.md",
    "services/*/README.md",
    "tests/*/README.md",
)
"""Patterns of the pages that stand outside docs/."""
log = get_plugin_logger("docs_site")
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)")
_FETCHED = re.compile(r"""<(?:script|img|iframe|link)\b[^>]*?\b(?:src|href)=["'](?:https?:)?//[^"']+["'][^>]*>""")


def added_files() -> list[str]:
    """Return the paths of the added pages, relative to the repository."""
    return sorted(path.relative_to(ROOT).as_posix() for pattern in ADDED for path in ROOT.glob(pattern))


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    for path in added_files():
        text = (ROOT / path).read_text(encoding="utf-8")
        files.append(File.generated(config, f"{PREFIX}/{path}", content=text))
    return files


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Add every decision to its section of the navigation."""
    listed = (ROOT / DOCS / "decisions/README.md").read_text(encoding="utf-8")
    decisions = sorted(path.name for path in (ROOT / DOCS / "decisions").glob("0*.md"))
    for name in decisions:
        if f"({name})" not in listed:
            log.warning("docs/decisions/README.md does not list %s", name)
    parts = [part for section in config.nav or [] for part in _parts(section)]
    section: list[Any] = next(part[DECISIONS] for part in parts if DECISIONS in part)
    section.extend(f"decisions/{name}" for name in decisions)
    return config


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Return the page with each relative link rewritten to the place of its file in the site."""
    return rewritten(markdown, page.file.src_uri, {file.src_uri for file in files})


def rewritten(markdown: str, page: str, there: set[str]) -> str:
    """Return `markdown` of the page at `page` in the site; `there` are the paths of all files of the site."""
    return _LINK.sub(lambda found: _link(found, page, there), markdown)


def on_post_page(output: str, *, page: Page, config: MkDocsConfig) -> str:
    """Warn of whatever a browser would fetch from elsewhere."""
    for tag in _FETCHED.findall(output):
        log.warning("%s makes the browser fetch %s", page.file.src_uri, tag)
    return output


def _parts(section: dict[str, Any]) -> list[dict[str, Any]]:
    return [part for parts in section.values() for part in parts if isinstance(part, dict)]


def _link(found: re.Match[str], page: str, there: set[str]) -> str:
    picture, text, target = found.groups()
    path, _, anchor = target.partition("#")
    if not path or ":" in path:
        return found[0]
    repository_path = _normal(PurePosixPath(_in_repository(page)).parent / path)
    in_site = _in_site(repository_path)
    if in_site not in there and (ROOT / repository_path).exists():
        return text
    if in_site not in there:
        log.warning("%s links to %s, which is not in the repository", page, target)
        return found[0]
    relative = os.path.relpath(in_site, PurePosixPath(page).parent)
    return f"{picture}[{text}]({relative}{'#' if anchor else ''}{anchor})"


def _in_repository(page: str) -> str:
    return page.removeprefix(f"{PREFIX}/") if page.startswith(f"{PREFIX}/") else f"{DOCS}/{page}"


def _in_site(path: str) -> str:
    return path.removeprefix(f"{DOCS}/") if path.startswith(f"{DOCS}/") else f"{PREFIX}/{path}"


def _normal(path: PurePosixPath) -> str:
    return os.path.normpath(path).replace(os.sep, "/")
