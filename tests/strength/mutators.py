"""Single changes of a source, each of which makes the program wrong and still readable.

Own code and no package (mutmut and cosmic-ray are BSD and MIT and well kept): both change what is
no rule here (annotations, texts, log lines), both decide by one command for the whole suite,
which takes a hundred times as long as the tests that run the changed line.

Not changed: docstrings and texts, annotations, what is logged, what an error says, assertions
(they only tell the type checker what is known), patterns, decorators, f-strings.
"""

import ast
from dataclasses import dataclass

_TURNED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_OTHER_SIGN: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_OTHER_CALL = {"min": "max", "max": "min", "any": "all", "all": "any"}
_EMPTY = {
    "int": "0",
    "str": '""',
    "tuple[": "()",
    "list[": "[]",
    "dict[": "{}",
    "set[": "set()",
    "frozenset[": "frozenset()",
}
_LOGS = ("log", "_log", "logger", "_logger", "logging")
_NO_RULE = ("__slots__", "__all__")


@dataclass(frozen=True)
class Mutant:
    """One change of one file. Offsets are bytes; lines count from 1."""

    file: str
    kind: str
    function: str
    """The qualified name of what it stands in; empty at the top of the file."""
    at_import: bool
    """It stands in no function, so that it runs when the file is imported."""
    line: int
    last_line: int
    """Of the whole statement, or of its head."""
    start: int
    end: int
    new: str
    original: str
    mutated: str
    """What stands in the changed lines before and after, in one line each."""

    def applied(self, source: bytes) -> bytes:
        """The source with the change in it."""
        return source[: self.start] + self.new.encode() + source[self.end :]


def mutants_of(file: str, source: bytes) -> list[Mutant]:
    """All of them, in the order of the source; no two make the same program."""
    finder = _Finder(file, source)
    finder.visit(ast.parse(source))
    same: dict[tuple[int, int, str], Mutant] = {}
    for mutant in finder.found:
        same.setdefault((mutant.start, mutant.end, mutant.new), mutant)
    return sorted(same.values(), key=lambda mutant: (mutant.start, mutant.end, mutant.new))


class _Finder(ast.NodeVisitor):
    """Walks over what is a rule."""

    def __init__(self, file: str, source: bytes) -> None:
        self.found: list[Mutant] = []
        self._file = file
        self._source = source
        self._starts = [0]
        for line in source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._names: list[str] = []
        self._returns: list[str] = []
        self._statement: tuple[int, int] = (1, 1)

    # What is found

    def _offset(self, line: int, column: int) -> int:
        return self._starts[line - 1] + column

    def _add(self, kind: str, node: ast.expr | ast.stmt, new: str) -> None:
        assert node.end_lineno is not None and node.end_col_offset is not None
        start = self._offset(node.lineno, node.col_offset)
        end = self._offset(node.end_lineno, node.end_col_offset)
        top = self._starts[node.lineno - 1]
        bottom = self._starts[node.end_lineno]
        before = self._source[top:bottom]
        after = self._source[top:start] + new.encode() + self._source[end:bottom]
        self.found.append(
            Mutant(
                self._file,
                kind,
                ".".join(self._names),
                not self._returns,
                *self._statement,
                start,
                end,
                new,
                " ".join(before.decode().split()),
                " ".join(after.decode().split()),
            )
        )

    def _replace(self, kind: str, node: ast.expr, by: ast.expr) -> None:
        text = ast.unparse(by)
        plain = isinstance(by, ast.Name | ast.Constant | ast.Call | ast.Attribute)
        self._add(kind, node, text if plain else f"({text})")

    # Statements

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            # Of a statement with a body only its head; a decorator is no part of it.
            last = body[0].lineno - 1 if body else node.end_lineno or node.lineno
            self._statement = (node.lineno, max(node.lineno, last))
        super().visit(node)

    def _visit_all(self, nodes: "list[ast.stmt]") -> None:
        for node in nodes:
            self.visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.visit(default)
        self._names.append(node.name)
        self._returns.append(ast.unparse(node.returns) if node.returns else "None")
        self._visit_all(node.body)
        self._returns.pop()
        self._names.pop()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        if any(ast.unparse(base).startswith("Protocol") for base in node.bases):
            return
        self._names.append(node.name)
        self._visit_all(node.body)
        self._names.pop()

    def visit_Assign(self, node: ast.Assign) -> None:
        if not any(isinstance(to, ast.Name) and to.id in _NO_RULE for to in node.targets):
            self.visit(node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None and ast.unparse(node.target) not in _NO_RULE:
            self.visit(node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        other = _OTHER_SIGN.get(type(node.op))
        if other is not None:
            turned = ast.AugAssign(node.target, other(), node.value)
            self._add("sign", node, ast.unparse(turned))
        self.visit(node.value)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call) and not _is_log(node.value):
            self._add("call removed", node, "pass")
            self.visit(node.value)

    def visit_Return(self, node: ast.Return) -> None:
        value = node.value
        if value is None:
            return
        wanted = self._returns[-1].strip("'\"")
        if wanted == "bool":
            if not isinstance(value, ast.Constant):
                self._add("return turned", value, f"not ({ast.unparse(value)})")
        elif "None" in wanted.split(" | ") and not _is(value, None):
            self._add("return dropped", value, "None")
        else:
            for name, empty in _EMPTY.items():
                if wanted == name or (name.endswith("[") and wanted.startswith(name)):
                    self._add("return dropped", value, empty)
        self.visit(value)

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test) == "TYPE_CHECKING":
            return
        self._condition(node.test, dropped=True)
        self.visit(node.test)
        self._visit_all(node.body)
        self._visit_all(node.orelse)

    def visit_While(self, node: ast.While) -> None:
        if not isinstance(node.test, ast.Constant):
            self._condition(node.test, dropped=False)
            self.visit(node.test)
        self._visit_all(node.body)
        self._visit_all(node.orelse)

    def visit_Continue(self, node: ast.Continue) -> None:
        self._add("loop", node, "break")

    def visit_Break(self, node: ast.Break) -> None:
        self._add("loop", node, "continue")

    def visit_Raise(self, node: ast.Raise) -> None:
        """What an error says is no rule."""

    def visit_Assert(self, node: ast.Assert) -> None:
        """Says to the type checker what is known anyway."""

    def visit_Import(self, node: ast.Import) -> None:
        """No rule."""

    visit_ImportFrom = visit_Import  # type: ignore[assignment]  # noqa: N815

    # Expressions

    def visit_match_case(self, node: ast.match_case) -> None:
        if node.guard is not None:
            self._condition(node.guard, dropped=True)
            self.visit(node.guard)
        self._visit_all(node.body)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self.visit(node.iter)
        for condition in node.ifs:
            self._condition(condition, dropped=True)
            self.visit(condition)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._condition(node.test, dropped=True)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        self._replace("and/or", node, ast.BoolOp(other, node.values))
        for number in range(len(node.values)):
            left = node.values[:number] + node.values[number + 1 :]
            rest = left[0] if len(left) == 1 else ast.BoolOp(node.op, left)
            self._replace("part dropped", node, rest)
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        for number, operator in enumerate(node.ops):
            for other in _TURNED[type(operator)]:
                turned = [*node.ops[:number], other(), *node.ops[number + 1 :]]
                self._replace("comparison", node, ast.Compare(node.left, turned, node.comparators))
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        kind = "negation dropped" if isinstance(node.op, ast.Not) else "sign"
        self._replace(kind, node, node.operand)
        self.visit(node.operand)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        other = _OTHER_SIGN.get(type(node.op))
        if other is not None and not (_is_text(node.left) or _is_text(node.right)):
            self._replace("sign", node, ast.BinOp(node.left, other(), node.right))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if _is_log(node):
            return
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in _OTHER_CALL:
            self._add("other function", node.func, _OTHER_CALL[name])
        elif name in ("abs", "sorted") and len(node.args) == 1 and not node.keywords:
            self._replace("call dropped", node, node.args[0])
        if name == "cast":
            self.visit(node.args[1])
        else:
            self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self._add("constant", node, str(not node.value))
        elif isinstance(node.value, int):
            for other in (node.value + 1, node.value - 1):
                self._add("constant", node, str(other) if other >= 0 else f"({other})")

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """A text; and before Python 3.12 its parts have no places of their own."""

    def _condition(self, test: ast.expr, *, dropped: bool) -> None:
        if not isinstance(test, ast.Compare) or len(test.ops) > 1 or _boundary(test):
            self._add("condition negated", test, f"not ({ast.unparse(test)})")
        if dropped:
            self._add("condition dropped", test, "True")
            self._add("condition dropped", test, "False")


def _boundary(test: ast.Compare) -> bool:
    return len(_TURNED[type(test.ops[0])]) > 1


def _is_log(call: ast.Call) -> bool:
    parts = ast.unparse(call.func).split(".")
    return len(parts) > 1 and parts[-2] in _LOGS


def _is(node: ast.expr, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_text(node.left) or _is_text(node.right)
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str | bytes)
    return isinstance(node, ast.JoinedStr)
