"""What keeps a command from doing its work, told in one message instead of a traceback."""

import os
from typing import Any

from pydantic import SecretStr, ValidationError
from pydantic_settings import SettingsError

from suivi.core.evidence.objects import StoreUnavailable
from suivi.core.plugin_problems import PluginProblem
from suivi.settings import Settings


class Problem(Exception):  # noqa: N818 - the word operators meet
    """Says in full what is wrong and what to do; quotes no secret."""


def explain(error: BaseException) -> str | None:
    """The message for an operator; None for what only a traceback explains."""
    # What they need takes a while to import, and most commands end well.
    from suivi.core.access.keys import BrokenKeyFile
    from suivi.core.access.tokens import IdentityMisconfigured

    match error:
        case Problem() | PluginProblem():
            return str(error)
        case IdentityMisconfigured() | BrokenKeyFile():
            return error.sentence
        case ValidationError() if error.title == Settings.__name__:
            return _wrong_settings(error)
        case SettingsError():
            return _unreadable_setting(error)
        case StoreUnavailable():
            return f"The object store cannot be used: {error}. Check SUIVI_STORAGE_URL with `suivi doctor`."
        case OSError() if error.filename:
            return f"{error.filename} cannot be used: {error.strerror}. Set SUIVI_DATA_DIR to a folder of your own."
    return None


def variable(field: str) -> str:
    return f"{Settings.model_config.get('env_prefix', '')}{field}".upper()


def _wrong_settings(error: ValidationError) -> str:
    wrong = [_wrong_setting(str(fault["loc"][0]), fault) for fault in error.errors()]
    return "\n".join(["Suivi cannot start with these settings:", *wrong])


def _wrong_setting(field: str, fault: Any) -> str:
    known = Settings.model_fields[field]
    given = "" if is_secret(field) else f" is {fault['input']!r}"
    says = f"  {variable(field)}{given}: {fault['msg'].rstrip('.')}."
    return f"{says} {known.description}"


def _unreadable_setting(error: SettingsError) -> str:
    # Only complex fields are read as JSON; the value stays out of the message.
    field = next((name for name in Settings.model_fields if f'"{name}"' in str(error)), None)
    if field is None:
        return f"Suivi cannot read its settings: {error}"
    return f"Suivi cannot start: {variable(field)} is not JSON. {Settings.model_fields[field].description}"


def is_secret(field: str) -> bool:
    return SecretStr.__name__ in str(Settings.model_fields[field].annotation)


def unknown_variables() -> list[str]:
    """`SUIVI_` variables that no setting reads, most often misspelt ones."""
    known = {variable(field) for field in Settings.model_fields}
    return sorted(name for name in os.environ if name.upper().startswith("SUIVI_") and name.upper() not in known)
