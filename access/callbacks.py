"""Questions of the browser are hostile until checked: only the app's own callbacks, as declared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from access.texts import MalformedQuestionError, check_texts

_PROPERTIES: dict[str, tuple[type, ...]] = {
    "search": (str, type(None)),
    "pathname": (str, type(None)),
    "href": (str, type(None)),
    "n_clicks": (int, type(None)),
    "n_intervals": (int, type(None)),
    "value": (str, list, type(None)),
    "data": (dict, list, str, bool, type(None)),
}
_KEYS = {"output", "outputs", "inputs", "state", "changedPropIds", "parsedChangedPropsIds"}


def check_question(body: Any, callbacks: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise MalformedQuestionError unless ``body`` asks a callback for what it declares.

    ``callbacks`` is Dash's map of output -> declaration (inputs, state).
    """
    check_texts(body)
    if not isinstance(body, dict) or not _KEYS.issuperset(body):
        raise MalformedQuestionError("it has other parts")
    output = body.get("output")
    declared = callbacks.get(output) if isinstance(output, str) else None
    if declared is None or "callback" not in declared:
        raise MalformedQuestionError("there is no such callback")
    if body.get("outputs") != _outputs(str(output)):
        raise MalformedQuestionError("it has other outputs than declared")
    _check_values(body.get("inputs"), declared["inputs"])
    _check_values(body.get("state", []), declared["state"])
    inputs = {f"{given['id']}.{given['property']}" for given in body["inputs"]}
    for key in ("changedPropIds", "parsedChangedPropsIds"):
        changed = body.get(key, [])
        if not isinstance(changed, list) or not all(
            isinstance(name, str) and name in inputs for name in changed
        ):
            raise MalformedQuestionError(f"{key} names something else than inputs")


def _outputs(key: str) -> dict[str, str] | list[dict[str, str]]:
    """What Dash's name of a callback stands for: ``a.b``, or ``..a.b...c.d..`` for several."""
    parts = [
        dict(zip(("id", "property"), name.rsplit(".", 1), strict=True))
        for name in key.removeprefix("..").removesuffix("..").split("...")
    ]
    return parts if key.startswith("..") else parts[0]


def _check_values(given: Any, declared: list[dict[str, str]]) -> None:
    if not isinstance(given, list) or len(given) != len(declared):
        raise MalformedQuestionError("it has other inputs than declared")
    for value, wanted in zip(given, declared, strict=True):
        if not isinstance(value, dict) or any(
            value.get(key) != wanted[key] for key in ("id", "property")
        ):
            raise MalformedQuestionError("it has other inputs than declared")
        kinds = _PROPERTIES.get(wanted["property"])
        content = value.get("value")
        if kinds is None or not isinstance(content, kinds):
            raise MalformedQuestionError(f"{wanted['property']} is of a wrong type")
