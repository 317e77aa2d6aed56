"""`suivi demo`."""

from pathlib import Path

from suivi.problems import Problem


def run(folder: Path, *, port: int | None, reset: bool, keep_serving: bool) -> None:
    try:
        from suivi.demo.playing import start
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("suivi"):
            raise
        raise Problem(f"The demo needs {error.name}: install it with `pip install 'suivi[demo]'`.") from error
    start(folder, port=port, reset=reset, keep_serving=keep_serving)
