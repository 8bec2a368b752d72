"""What the code looks like as a whole: sizes, docstrings, who knows whom, and what must not stand anywhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).resolve().parent.parent
CODE = ("config", "api", "builder", "runtime", "tests", "bench", "scripts")
MAX_FILE, MAX_FUNCTION = 400, 40
# In two halves, so that this file does not hold what it looks for.
REGISTRIES = [f"{name}.{top}" for name, top in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"))]
LOCKS = {"uv.lock", "package-lock.json"}
TEXTS = {".py", ".md", ".toml", ".json", ".html", ".css", ".ts", ".tsx", ".js", ".sh", ".svg", ""}


@cache
def modules() -> tuple[Path, ...]:
    """Every Python file of ours but migrations, which Django writes."""
    files = [ROOT / "manage.py", *(path for folder in CODE for path in (ROOT / folder).rglob("*.py"))]
    return tuple(sorted(path for path in files if not {"migrations", "node_modules"} & set(path.parts)))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def texts() -> Iterator[Path]:
    folders = (*CODE, "docs", "templates", "static", ".ci")
    files = [*ROOT.iterdir(), *(path for folder in folders for path in (ROOT / folder).rglob("*"))]
    hidden = {"node_modules", "__pycache__", "dist"}
    return (path for path in files if path.is_file() and path.suffix in TEXTS and not hidden & set(path.parts))


def test_a_file_fits_into_a_head() -> None:
    long = {name(path): len(path.read_text().splitlines()) for path in modules()}
    assert {found: lines for found, lines in long.items() if lines > MAX_FILE} == {}


def test_a_function_fits_on_a_screen() -> None:
    long = {f"{name(path)}:{each.name}": length(each) for path in modules() for each in functions(path)}
    assert {found: lines for found, lines in long.items() if lines > MAX_FUNCTION} == {}


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    assert function.end_lineno
    return function.end_lineno - function.lineno + 1


def test_a_module_says_what_it_is() -> None:
    ours = [path for path in modules() if not path.name.startswith("test_")]
    assert [name(path) for path in ours if tree(path).body and not ast.get_docstring(tree(path))] == []


def test_imports_point_one_way() -> None:
    assert lint_imports() == EXIT_STATUS_SUCCESS


def test_a_kind_knows_no_other_kind() -> None:
    kinds = list((ROOT / "runtime" / "nodes").glob("[a-z]*.py"))
    names = {f"runtime.nodes.{path.stem}" for path in kinds}
    found = {path.stem: set(imported(path)) & names for path in kinds}
    assert {kind: others for kind, others in found.items() if others} == {}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_every_exception_to_a_rule_says_its_reason() -> None:
    bare = re.compile(r"#\s*(noqa(:\s*[A-Z0-9, ]+)?|type:\s*ignore(\[[^\]]*\])?)\s*$")
    ours = [path for path in modules() if "tests" not in path.parts]
    found = [f"{name(path)}:{at}" for path in ours for at, line in lines(path) if bare.search(line)]
    assert found == []


def lines(path: Path) -> Iterator[tuple[int, str]]:
    return enumerate(path.read_text().splitlines(), 1)


def test_no_file_but_a_lock_names_a_package_registry() -> None:
    found = [name(path) for path in texts() if path.name not in LOCKS and names_one(path, REGISTRIES)]
    assert found == []


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    places = [f"/{folder}/{rest}" for folder, rest in (("work", "main"), ("root", "."), ("home", "runner"))]
    assert [name(path) for path in texts() if names_one(path, places)] == []


def names_one(path: Path, words: list[str]) -> bool:
    text = path.read_text(errors="replace")
    return any(word in text for word in words)


def test_pages_load_nothing_from_elsewhere() -> None:
    outside = re.compile(
        r"<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)\s*=\s*[\"']?(?:https?:)?//|url\(\s*[\"']?https?:"
    )
    pages = [path for path in texts() if path.suffix in {".html", ".css"}]
    assert [name(path) for path in pages if outside.search(path.read_text())] == []
