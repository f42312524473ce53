"""Reads from the source what the catalogues must hold, and what goes to the screen unspoken."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from trackmend_app.actions import ACTIONS, Menu

REPOSITORY = Path(__file__).resolve().parents[2]
APP = REPOSITORY / "app" / "trackmend_app"
CORE = REPOSITORY / "core" / "trackmend_core"
_NO_WINDOW = ("cli", "commands", "many")
_SPEAKING = {"tr": 0, "_tr": 0, "translate": 1, "say": 0, "noted": 0, "QT_TRANSLATE_NOOP": 1}
_SHOWING = {
    "QLabel", "QPushButton", "QToolButton", "QCheckBox", "QRadioButton", "QGroupBox", "QAction",
    "QMenu", "QToolBar", "setText", "setToolTip", "setStatusTip", "setWindowTitle", "setTitle",
    "setPlaceholderText", "setAccessibleName", "setAccessibleDescription", "setLabelText",
    "addAction", "addMenu", "addItem", "addItems", "addTab", "addRow", "setSuffix", "setPrefix",
    "setHorizontalHeaderLabels", "setSpecialValueText", "drawText", "setIconText",
    "setInformativeText", "setDetailedText", "setWhatsThis", "addButton", "setFormat",
}  # fmt: skip
_COMPOSING = {
    "emit", "confirm", "tell", "text", "files_to_open", "folder_to_open", "file_to_write",
    "UserError", "Progress", "notice", "start", "say_composed",
}  # fmt: skip
_SENTENCES = (
    APP / "expectations.py",
    CORE / "review" / "sentences.py",
    CORE / "review" / "kinds.py",
    CORE / "review" / "index.py",
    CORE / "refinement" / "sentences.py",
    *(path for path in sorted((CORE / "project" / "edits").glob("*.py")) if path.stem[0] != "_"),
)
_WORD = re.compile(r"[^\W\d_]{2}")
_NAMES = re.compile(r"Trackmend|MOTChallenge|FairMOT|[a-z]+\.[a-z]+|%\w|\{\w*[:!]?[^}]*\}|<[^>]*>")


def window_files() -> list[Path]:
    """Every source file of the window; the command line speaks English."""
    return [
        path
        for path in sorted(APP.rglob("*.py"))
        if not path.relative_to(APP).parts[0].startswith(_NO_WINDOW)
    ]


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _name(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(_tree(path)) if isinstance(node, ast.Call))


def _has_word(text: str) -> bool:
    return bool(_WORD.search(_NAMES.sub("", text)))


def _texts(node: ast.expr) -> Iterator[str]:
    """Every text an expression may be, with `{0}` for what is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        number, parts = 0, []
        for part in node.values:
            if isinstance(part, ast.Constant):
                parts.append(str(part.value))
            else:
                parts.append(f"{{{number}}}")
                number += 1
        yield "".join(parts)
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                yield from _texts(part.value)
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _texts(value)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        for left in list(_texts(node.left)) or ["{0}"]:
            for right in list(_texts(node.right)) or ["{0}"]:
                yield _renumbered(left + right)
    elif isinstance(node, ast.Tuple | ast.List):
        for element in node.elts:
            yield from _texts(element)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _texts(value)


def _renumbered(text: str) -> str:
    numbers = iter(range(100))
    return re.sub(r"\{\d+\}", lambda _: f"{{{next(numbers)}}}", text)


def words() -> set[str]:
    """Our own texts: all that `tr`, `say` and their like are given, and the table of actions."""
    found = {text for row in ACTIONS for text in (row.title, row.tip, row.family) if text}
    found |= {menu.value for menu in Menu}
    for path in window_files():
        for call in _calls(path):
            name = _name(call)
            if name in _SPEAKING and len(call.args) > _SPEAKING[name]:
                found.update(_texts(call.args[_SPEAKING[name]]))
            elif name == "counted":
                found.update(text for one in call.args[1:3] for text in _texts(one))
    return {text for text in found if _WORD.search(text)}


def composed() -> set[str]:
    """Patterns of the sentences that are finished before they are said."""
    found: set[str] = set()
    for path in window_files():
        for call in _calls(path):
            if _name(call) in _COMPOSING:
                given = [*call.args, *(keyword.value for keyword in call.keywords)]
                found.update(text for one in given for text in _texts(one))
    for path in sorted(CORE.rglob("*.py")):
        found.update(_core_texts(path))
    for path in _SENTENCES:
        found.update(_plain_texts(path))
    return {text for text in found if _has_word(text)}


def _plain_texts(path: Path) -> Iterator[str]:
    """Every text of a file that is written to be read: not its docstrings, not its keys."""
    inner, docs = set(), set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.keyword) and node.arg == "where":
            yield from _texts(node.value)
        if isinstance(node, ast.Expr):
            docs.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            inner.update(id(part) for part in node.values)
        if isinstance(node, ast.Raise) and not _is_user_error(node):
            docs.update(id(part) for part in ast.walk(node))
        if isinstance(node, ast.Assign | ast.AnnAssign) and "__all__" in ast.unparse(node)[:7]:
            docs.update(id(part) for part in ast.walk(node))
    for node in ast.walk(_tree(path)):
        if id(node) in docs | inner or not isinstance(node, ast.Constant | ast.JoinedStr):
            continue
        for text in _texts(node):
            is_name = re.fullmatch(r"[A-Z]\w*[A-Z_]\w*", text) is not None
            if not is_name and (" " in text.strip() or text[:1].isupper()):
                yield text


def _is_user_error(node: ast.Raise) -> bool:
    return isinstance(node.exc, ast.Call) and _name(node.exc) == "UserError"


def _core_texts(path: Path) -> Iterator[str]:
    for call in _calls(path):
        if _name(call) in ("UserError", "Progress"):
            for one in [*call.args, *(keyword.value for keyword in call.keywords)]:
                yield from _texts(one)
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.FunctionDef) and _speaks(node):
            for part in ast.walk(node):
                if isinstance(part, ast.Return) and part.value is not None:
                    yield from _texts(part.value)


def _speaks(function: ast.FunctionDef) -> bool:
    name = function.name
    return name in ("title", "sentence") or name.startswith("say_") or name.endswith("_notice")


def unspoken() -> list[str]:
    """Places where a text goes to the screen without a translation call."""
    found = []
    for path in window_files():
        for call in _calls(path):
            if _name(call) not in _SHOWING:
                continue
            for one in [*call.args, *(keyword.value for keyword in call.keywords)]:
                texts = [text for text in _texts(one) if _has_word(text)]
                if texts:
                    place = f"{path.relative_to(APP)}:{call.lineno}"
                    found.append(f"{place} {_name(call)}({texts[0]!r})")
    return found


def unfixed() -> list[str]:
    """Translation calls whose text is not written out, so that no catalogue can hold it."""
    found = []
    for path in window_files():
        for call in _calls(path):
            name = _name(call)
            if name in ("tr", "say") and call.args and isinstance(call.args[0], ast.JoinedStr):
                found.append(f"{path.relative_to(APP)}:{call.lineno} {name}(f...)")
    return found
