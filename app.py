"""The dashboard: builds the app and hands it to the server.

``gunicorn app:server`` serves it; ``python app.py`` does where there is no gunicorn.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

from dash import Dash, Input, Output, callback, set_props
from flask import Flask, Response, request
from flask_compress import Compress

import operations
from access import (
    GUARD,
    NOT_NOW,
    AuditError,
    Guard,
    SignInNeededError,
    check_servable,
    current_account,
    current_viewer,
    read_settings,
)
from components import shell, states, theme
from intake import UPLOADS, Uploads
from intake.uploads import Upload
from pages import HOME, PAGES, page_at
from pages.data_files import DATA_FILES
from pages.deck_files import DECK_FILES
from queries.database import DatabaseUnavailableError, snapshot
from queries.student_groups import read_student_groups
from queries.targets import check_targets, read_targets
from queries.values import known_values

_log = logging.getLogger(__name__)

_INDEX = f"""<!DOCTYPE html>
<html lang="en" data-bs-theme="light">
<head>
{{%metas%}}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{%title%}}</title>
<script src="/assets/early/theme.js"></script>
<style>{theme.custom_properties()}</style>
{{%favicon%}}
{{%css%}}
</head>
<body>
{{%app_entry%}}
<footer class="scripts">{{%config%}}{{%scripts%}}{{%renderer%}}</footer>
</body>
</html>"""

_A_DAY = 24 * 60 * 60

_NOTHING_TO_SHOW = (DatabaseUnavailableError, SignInNeededError)


def create_app() -> Dash:
    """The app over the reporting database of LEAP_DATABASE_URL, signing in by LEAP_SETTINGS.

    Raises DatabaseUnavailableError without a database, SettingsError for settings that cannot be
    used, SignInNeededError over real data without signing in, TargetsError for targets that cannot
    be used, and StudentGroupsError for student groups that there are not.
    """
    settings = read_settings()
    read_student_groups()
    with snapshot() as data:
        check_servable(settings, data)
        check_targets(data, read_targets())
    app = _app()
    app.server.extensions[GUARD].configure(settings)
    app.server.config[operations.METRICS_TOKEN] = settings.metrics_token
    app.server.config[operations.AUDIT_LOG] = settings.audit_log
    app.server.extensions[UPLOADS] = Uploads(settings.uploads, _record_upload(app))
    return app


def _record_upload(app: Dash) -> Callable[[Upload], None]:
    def record(upload: Upload) -> None:
        """Into the audit log: what became of it, and the districts that somebody should look at."""
        crossed = {"crossed": upload.crossed} if upload.crossed else {}
        with suppress(AuditError):  # it is in the server's log; the load is done
            app.server.extensions[GUARD].audit.record(
                upload.by, f"an upload was {upload.state}", upload=upload.number, **crossed
            )

    return record


@cache
def _app() -> Dash:
    # Dash hands the pages' callbacks to the first app of a process alone: there is one.
    app = Dash(
        __name__,
        title="LEAP",
        update_title="",
        index_string=_INDEX,
        assets_path_ignore=["early"],
        suppress_callback_exceptions=True,  # a page's parts come with the page
        on_error=_report,
    )
    app.layout = _layout
    app.server.config["SEND_FILE_MAX_AGE_DEFAULT"] = _A_DAY
    operations.attach(app)
    app.server.extensions[GUARD] = Guard(
        app, HOME, theme.custom_properties(), unattended=operations.UNATTENDED
    )
    app.server.register_blueprint(DECK_FILES)
    app.server.register_blueprint(DATA_FILES)
    _add_routes(app.server)
    Compress(app.server)
    return app


def _layout() -> Any:
    try:
        with snapshot() as data:
            viewer = current_viewer(data)
            pages = [(page.path, page.title) for page in PAGES if page.is_for(viewer)]
            return shell.shell(
                pages,
                known_values(data),
                data.data_as_of,
                current_account(),
                demonstration=data.is_demonstration,
            )
    except _NOTHING_TO_SHOW as error:
        return states.unavailable(str(error))


@callback(Output(shell.PAGE_ID, "children"), Input(shell.URL_ID, "pathname"))
def _route(path: str | None) -> Any:
    page = page_at(path)
    return page.layout() if page else states.not_found(path or "/")


def _report(error: Exception) -> None:
    """A callback broke: log the cause, tell the reader what to do, leave the page standing."""
    if isinstance(error, NOT_NOW):
        raise error  # the guard answers 503, and the browser shows its words
    if isinstance(error, _NOTHING_TO_SHOW):
        state = states.unavailable(str(error))
    else:
        _log.error("A callback failed", exc_info=error)
        state = states.failed(operations.request_id())
    set_props(shell.NOTICES_ID, {"children": state})


def _add_routes(server: Flask) -> None:
    @server.after_request
    def unknown_pages_are_not_found(response: Response) -> Response:
        is_document = request.endpoint == "/<path:path>" and response.mimetype == "text/html"
        if is_document and response.status_code == 200 and page_at(request.path) is None:
            response.status_code = 404
        return response


def __getattr__(name: str) -> Flask:
    """``app:server`` for gunicorn, built when asked for, so that importing opens no database."""
    if name == "server":
        return create_app().server
    raise AttributeError(name)


if __name__ == "__main__":
    create_app().run(host="127.0.0.1", port=8050)
