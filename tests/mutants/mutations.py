"""Small faults for a module of the rules: what was changed, and how to put it into the modules already loaded.

A function gets the code of its faulty twin, a table of the module is filled anew: whoever holds the function or asks
for the table by its name meets the fault, and nothing has to be imported again.
"""

from __future__ import annotations

import ast
import copy
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import FunctionType, ModuleType

_SWAPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}


@dataclass(frozen=True)
class Mutant:
    """One fault."""

    file: str
    line: int
    what: str
    apply: Callable[[], None]
    """Puts it into the running process, for good."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


def mutants(module: ModuleType) -> Iterator[Mutant]:
    """Every fault of a module, in the order of its lines."""
    path = Path(inspect.getfile(module))
    for statement in ast.parse(path.read_text("utf-8")).body:
        if not isinstance(statement, (ast.FunctionDef, ast.ClassDef, ast.Assign)):
            continue
        sites = sum(1 for _ in _faults(copy.deepcopy(statement), module))
        for n in range(sites):
            faulty = copy.deepcopy(statement)
            site = next(fault for k, fault in enumerate(_faults(faulty, module)) if k == n)
            line, before = site.node.lineno, ast.unparse(site.node)
            site.change()
            what = site.what or f"{_short(before)}  ->  {_short(ast.unparse(site.node))}"
            yield Mutant(f"rules/{path.name}", line, what, _Fault(module, faulty))


def _short(code: str) -> str:
    return " ".join(code.split())[:110]


@dataclass
class _Site:
    """A place of a fault."""

    node: ast.stmt | ast.expr
    """What the fault is shown by."""
    change: Callable[[], None]
    what: str = ""


@dataclass
class _Fault:
    """A faulty statement of a module."""

    module: ModuleType
    statement: ast.stmt

    def __call__(self) -> None:
        tree = ast.fix_missing_locations(ast.Module([self.statement], []))
        names = dict(vars(self.module))
        exec(compile(tree, "<mutant>", "exec", dont_inherit=True, flags=_ANNOTATIONS), names)
        if isinstance(self.statement, ast.Assign):
            target = self.statement.targets[0]
            assert isinstance(target, ast.Name)
            setattr(self.module, target.id, names[target.id])
        else:
            assert isinstance(self.statement, (ast.FunctionDef, ast.ClassDef))
            _graft(getattr(self.module, self.statement.name), names[self.statement.name])


_ANNOTATIONS = 0x1000000
"""`from __future__ import annotations`, as a flag of the compiler."""


def _graft(whole: object, faulty: object) -> None:
    """Give a function, or each method of a class, the code of its faulty twin."""
    if isinstance(whole, FunctionType) and isinstance(faulty, FunctionType):
        whole.__code__ = faulty.__code__
    elif isinstance(whole, type):
        for name, member in vars(whole).items():
            twin = vars(faulty).get(name)
            if isinstance(member, property) and isinstance(twin, property):
                _graft(member.fget, twin.fget)
            elif isinstance(member, FunctionType) and not name.startswith("__"):
                _graft(member, twin)


def _faults(statement: ast.stmt, module: ModuleType) -> Iterator[_Site]:
    """The places of a statement that a fault can be put into."""
    for node in ast.walk(statement):
        yield from _conditions(node)
        if isinstance(node, ast.BoolOp):
            yield _Site(node, lambda node=node: setattr(node, "op", _other(node.op)))
            yield from (_dropped(node, node.values, n) for n in range(len(node.values)))
        elif isinstance(node, ast.Compare):
            yield _Site(node, lambda node=node: node.ops.__setitem__(0, _SWAPPED[type(node.ops[0])]()))
        elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
            yield _Site(node, lambda node=node: setattr(node, "value", ast.Constant(None)))
        elif isinstance(node, ast.Attribute) and (other := _other_member(node, module)):
            yield _Site(node, lambda node=node, other=other: setattr(node, "attr", other))
        elif isinstance(node, (ast.Tuple, ast.Set)) and _is_table(node):
            yield from (_dropped(node, node.elts, n) for n in range(len(node.elts)))


def _is_table(node: ast.Tuple | ast.Set) -> bool:
    """Whether these are questions or members of an enum; lists of words are data, and have cases of their own."""
    read = isinstance(node, ast.Set) or isinstance(node.ctx, ast.Load)
    return read and len(node.elts) > 1 and all(isinstance(one, (ast.Name, ast.Attribute)) for one in node.elts)


def _conditions(node: ast.AST) -> Iterator[_Site]:
    """The tests of a node, each turned round; of a comparison that is done with its operator."""
    if isinstance(node, (ast.If, ast.IfExp, ast.While)) and not isinstance(node.test, ast.Compare):
        test = node.test
        yield _Site(
            test, lambda: setattr(node, "test", ast.UnaryOp(ast.Not(), test)), f"not: {_short(ast.unparse(test))}"
        )
    elif isinstance(node, ast.comprehension):
        for n, test in enumerate(node.ifs):
            if isinstance(test, ast.Compare):
                continue
            what = f"not: {_short(ast.unparse(test))}"
            yield _Site(test, lambda n=n, test=test: node.ifs.__setitem__(n, ast.UnaryOp(ast.Not(), test)), what)


def _dropped(node: ast.expr, parts: list[ast.expr], n: int) -> _Site:
    return _Site(
        node, lambda: parts.__delitem__(n), f"without {_short(ast.unparse(parts[n]))}: {_short(ast.unparse(node))}"
    )


def _other(op: ast.boolop) -> ast.boolop:
    return ast.Or() if isinstance(op, ast.And) else ast.And()


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _other_member(node: ast.Attribute, module: ModuleType) -> str | None:
    """The next member of the enum that an attribute is one of."""
    owner = vars(module).get(node.value.id) if isinstance(node.value, ast.Name) else None
    if not (isinstance(owner, type) and issubclass(owner, Enum) and node.attr in owner.__members__):
        return None
    names = list(owner.__members__)
    return names[(names.index(node.attr) + 1) % len(names)]
