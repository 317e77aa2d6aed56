"""The documentation of hooks is the code's."""

import ast
import re
from pathlib import Path

from suivi.core import hookspecs

PAGE = (Path(__file__).parents[2] / "docs" / "hooks.md").read_text(encoding="utf-8")


def signatures() -> dict[str, str]:
    tree = ast.parse(Path(hookspecs.__file__).read_text(encoding="utf-8"))
    return {
        node.name: f"def {node.name}({ast.unparse(node.args)}) -> {ast.unparse(node.returns)}"
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.returns is not None
    }


def test_every_hook_is_documented_with_its_exact_signature() -> None:
    documented = dict(re.findall(r"^## (\w+)\n\n```python\n(def .*)\n```$", PAGE, flags=re.MULTILINE))

    assert documented == signatures()


def test_every_hook_has_a_docstring_and_is_marked() -> None:
    hooks = [getattr(hookspecs, name) for name in signatures()]

    assert all(hook.__doc__ and hasattr(hook, "suivi_spec") for hook in hooks)


def test_the_documented_hook_version_is_the_current_one() -> None:
    assert f'The current hook version is `"{hookspecs.HOOKS_VERSION}"`.' in PAGE


def test_the_plugin_in_the_documentation_is_python() -> None:
    for example in re.findall(r"```python\n(from .*?)```", PAGE, flags=re.DOTALL):
        compile(example, "docs/hooks.md", "exec")
