"""What a function of the product comes to: followed by name through its modules, without running it.

A name counts as called wherever it stands in the body; so a step that is picked from a table, or
handed on as an argument, is followed too.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
Place = tuple[str, str]  # module, function


@dataclass
class Module:
    """A module's functions, tables and what it imports, by the names they have in it."""

    imports: dict[str, Place] = field(default_factory=dict)
    bodies: dict[str, ast.AST] = field(default_factory=dict)


@cache
def module(name: str) -> Module | None:
    path = ROOT / f"{name.replace('.', '/')}.py"
    if not path.exists():
        return None
    found, tree = Module(), ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for one in node.names:
                found.imports[one.asname or one.name] = (node.module, one.name)
    for top in tree.body:
        if isinstance(top, ast.FunctionDef | ast.AsyncFunctionDef):
            found.bodies[top.name] = top
        elif isinstance(top, ast.Assign | ast.AnnAssign) and top.value is not None:
            target = top.targets[0] if isinstance(top, ast.Assign) else top.target
            if isinstance(target, ast.Name):
                found.bodies[target.id] = top.value
        elif isinstance(top, ast.ClassDef):
            for one in top.body:
                if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
                    found.bodies[f"{top.name}.{one.name}"] = one
    return found


def _names(body: ast.AST) -> Iterator[str]:
    for node in ast.walk(body):
        if isinstance(node, ast.Attribute):
            yield ast.unparse(node)
        elif isinstance(node, ast.Name):
            yield node.id


@cache
def called(place: Place) -> tuple[frozenset[Place], frozenset[str]]:
    """The product's functions that it names, and every dotted name in it."""
    here = module(place[0])
    body = here.bodies.get(place[1]) if here else None
    if here is None or body is None:
        return frozenset(), frozenset()
    names, found = frozenset(_names(body)), set()
    for name in names:
        first, _, rest = name.partition(".")
        second = rest.partition(".")[0]
        if first in here.imports:
            origin, thing = here.imports[first]
            found.add((f"{origin}.{thing}", second) if second else (origin, thing))
        elif first == "self" and "." in place[1]:
            found.add((place[0], f"{place[1].split('.')[0]}.{second}"))
        elif not rest:
            found.add((place[0], first))
    return frozenset(found), names


def reached(place: Place) -> tuple[set[Place], set[str]]:
    """All functions that it comes to, and all dotted names in them."""
    seen: set[Place] = set()
    names: set[str] = set()
    todo = [place]
    while todo:
        one = todo.pop()
        if one not in seen:
            seen.add(one)
            more, told = called(one)
            names |= told
            todo += more
    return seen, names
