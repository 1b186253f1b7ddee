"""One guard before every request, the sign-in pages, and what every answer carries.

Without signing in only this machine is answered. With it, everything but the sign-in page and
static files needs a signed-in person: documents lead to the sign-in page, Dash's endpoints answer
401 and no data.
"""

from __future__ import annotations

import ipaddress
import logging
import time
from collections.abc import Collection
from contextlib import suppress
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from dash import Dash
from dash.exceptions import DependencyException, InvalidResourceError
from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_talisman import Talisman
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as BaseResponse

from access.attempts import A_YEAR, Attempts
from access.audit import AuditError, AuditLog
from access.callbacks import check_question
from access.openid import OpenIdClient, OpenIdRefusedError
from access.people import DEMONSTRATION_ROLE, Person, in_users_file
from access.settings import ROLES, Settings
from access.texts import MalformedQuestionError, check_bytes, check_texts
from access.users import Users
from queries.busy import BusyError, Places
from queries.database import DatabaseUnavailableError

_log = logging.getLogger(__name__)

_LARGEST_BODY = 256_000
_CSRF_COOKIE = "_csrf_token"  # where Dash looks for it
_BROWSER_COOKIE = "leap_browser"
_SUITES = "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>"
# By endpoint, not by how the path begins: what no file is behind is an address as any other.
_FILES = frozenset({"static", "_dash_assets.static", _SUITES, "/_favicon.ico"})
_OPEN = _FILES | {"sign_in", "openid_start", "openid_callback"}
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

# Of the server's 24 threads a person has at most twelve: who asks for more, or holds connections
# open, keeps nobody else waiting. A page of ours asks four questions at once, so that several
# pages opened together find their answers after a moment.
_AT_ONCE, _WAITING, _LONGEST_WAIT = 6, 6, 5.0
_LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


class Guard:
    """Signing in for one server; ``settings`` may be replaced between requests."""

    def __init__(self, app: Dash, home: str, style: str, unattended: Collection[str]) -> None:
        """``home`` is the first page's path, ``style`` the theme's custom properties (CSS).

        ``unattended`` endpoints, which exist already, are for machines: they are answered
        without signing in, over http too, and without a cookie.
        """
        self._app = app
        self._home = home
        self._unattended = unattended
        self._ended: dict[str, float] = {}  # signed-out sessions and until when to remember
        server: Flask = app.server
        server.config.update(
            MAX_CONTENT_LENGTH=_LARGEST_BODY,
            MAX_FORM_MEMORY_SIZE=_LARGEST_BODY,
            SESSION_COOKIE_HTTPONLY=True,
            SESSION_COOKIE_SAMESITE="Lax",
            SESSION_REFRESH_EACH_REQUEST=False,
            WTF_CSRF_TIME_LIMIT=None,  # as long as the session
            WTF_CSRF_HEADERS=["X-CSRFToken"],
        )
        server.after_request(self._let_browsers_keep)  # the first told is the last to run
        self._talisman = Talisman(
            server,
            force_https=False,
            session_cookie_secure=False,
            frame_options="DENY",
            referrer_policy="same-origin",
            content_security_policy=_content_security_policy(app),
        )
        for endpoint in unattended:
            self._talisman(force_https=False)(server.view_functions[endpoint])
        self._login = LoginManager(server)
        self._login.session_protection = None  # the guard checks sessions itself
        self._login.user_loader(self._load_person)
        self._plain_application = server.wsgi_app
        # In this order: who asks is settled before what they ask is looked at.
        server.before_request(self._check_address)
        server.before_request(self._check)
        server.before_request(self._check_form)
        CSRFProtect(server)
        server.before_request(self._check_question)
        server.after_request(self._finish)
        server.after_request(self._give_back_when_sent)
        server.teardown_request(self._give_back)
        server.register_error_handler(Exception, self._refuse)
        server.register_blueprint(Blueprint("access", __name__, template_folder="templates"))
        server.context_processor(lambda: {"custom_properties": Markup(style)})  # noqa: S704 our own
        self._add_routes(server)

    def configure(self, settings: Settings) -> None:
        """Use these settings from now on."""
        server: Flask = self._app.server
        self.settings = settings
        self.users = Users(settings.users_file) if settings.users_file else None
        self.audit = AuditLog(settings.audit_log)
        self._openid = OpenIdClient(server, settings.openid) if settings.openid else None
        server.secret_key = settings.secret_key
        server.config["SESSION_COOKIE_SECURE"] = settings.tls
        self._talisman.force_https = settings.tls
        self._talisman.strict_transport_security = settings.tls
        self._talisman.session_cookie_secure = settings.tls
        hops = settings.trusted_proxies
        server.wsgi_app = (  # type: ignore[method-assign]
            ProxyFix(self._plain_application, hops, hops, hops) if hops else self._plain_application
        )
        self._ended.clear()
        self._attempts = Attempts(settings.secret_key)
        self._places: dict[str, Places] = {}  # by person

    # --- Before a request ---------------------------------------------------------------

    @staticmethod
    def _check_address() -> None:
        try:
            check_bytes(request.environ["PATH_INFO"].encode("latin-1"))
            check_bytes(unquote_to_bytes(request.query_string))
        except MalformedQuestionError as error:
            abort(400, f"This address cannot be read: {error}.")

    def _check(self) -> BaseResponse | None:
        if not self.settings.has_sign_in:
            self._answer_this_machine_alone()
            return None
        if request.endpoint in _OPEN or request.endpoint in self._unattended:
            return None
        if current_user.is_authenticated and self._is_fresh():
            g.role = current_user.role  # for the log of requests
            self._take_place(current_user.name)
            return None
        if current_user.is_authenticated:
            logout_user()
            session.clear()
        if request.path.startswith("/_dash") or request.method != "GET":
            abort(401)
        return redirect(url_for("sign_in", next=request.full_path.rstrip("?")))

    @staticmethod
    def _answer_this_machine_alone() -> None:
        address = ipaddress.ip_address(request.remote_addr or "0.0.0.0")  # noqa: S104
        name = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
        if not address.is_loopback or name not in _LOOPBACK_NAMES:
            abort(403, "Only reachable from the machine it runs on.")

    def _is_fresh(self) -> bool:
        """Neither signed out, nor idle, nor signed in for too long; notes that it was seen."""
        now = time.time()
        started, seen = session.get("started", 0.0), session.get("seen", 0.0)
        if session.get("key") in self._ended:
            return False
        if now - started > 3600 * self.settings.session_hours:
            return False
        if now - seen > 60 * self.settings.idle_minutes:
            return False
        if now - seen > 30:  # a cookie every half minute is enough
            session["seen"] = now
        return True

    @staticmethod
    def _check_form() -> None:
        if request.mimetype not in _FORMS:
            return
        try:
            check_bytes(unquote_to_bytes(request.get_data(cache=True)))
            check_texts(request.form.to_dict(flat=False))
        except MalformedQuestionError as error:
            abort(400, f"This form cannot be read: {error}.")

    def _check_question(self) -> None:
        if request.path != "/_dash-update-component" or request.method != "POST":
            return
        try:
            check_question(_sent_json(), self._app.callback_map)
        except MalformedQuestionError as error:
            abort(400, f"This is not a question that a page asks: {error}.")

    # --- One after the other ------------------------------------------------------------------

    def _take_place(self, who: str) -> None:
        """One of the places that a person has; refused where all are taken for long."""
        places = self._places.setdefault(who, Places(_AT_ONCE, _WAITING, _LONGEST_WAIT))
        try:
            places.take()
        except BusyError:
            abort(429, _TOO_MANY_QUESTIONS)
        g.places = places

    @staticmethod
    def _give_back_when_sent(response: Response) -> Response:
        """An answer that comes in parts keeps its place until the last."""
        if not response.direct_passthrough and (places := g.pop("places", None)):
            response.call_on_close(places.give_back)
        return response

    @staticmethod
    def _give_back(_error: BaseException | None) -> None:
        """Where there was no answer to wait for the end of."""
        if places := g.pop("places", None):
            places.give_back()

    # --- After it ---------------------------------------------------------------------------

    def _let_browsers_keep(self, response: Response) -> Response:
        """Files are the same for everybody: they stay in the browser, whatever cookies change."""
        if request.endpoint in _FILES and response.status_code == 200:
            session.accessed = False  # signing in looked at it; the answer does not depend on it
            if response.cache_control.max_age is None:
                response.cache_control.max_age = current_app.get_send_file_max_age(None)
        return response

    def _finish(self, response: Response) -> Response:
        if request.endpoint not in _FILES:
            response.headers["Cache-Control"] = "no-store"
            if request.endpoint not in self._unattended:
                response.set_cookie(
                    _CSRF_COOKIE, generate_csrf(), secure=self.settings.tls, samesite="Strict"
                )
        return response

    def _refuse(self, error: Exception) -> tuple[str | Response, int]:
        """A page, or a line of JSON for scripts and Dash's endpoints, that says what to do."""
        status, words = 500, "Something went wrong on our side, and it has been logged."
        if isinstance(error, CSRFError):
            status, words = 400, "The page is too old to be trusted: load it again."
        elif isinstance(error, HTTPException) and error.code:
            status, words = error.code, _WORDS.get(error.code, error.description or error.name)
        elif isinstance(error, _NO_SUCH_FILE):
            status, words = 404, _WORDS[404]
        elif isinstance(error, (DatabaseUnavailableError, *NOT_NOW)):
            status, words = 503, str(error)
        else:
            _log.error("A request failed", exc_info=error)
        if request.path.startswith("/_dash") or _is_for_a_script():
            return jsonify(error=words), status
        page = render_template("refused.html", words=words, status=status, home=self._home)
        return page, status

    # --- Signing in and out -------------------------------------------------------------------

    def _load_person(self, identity: str) -> Person | None:
        if session.get("by") == "openid":
            known = session.get("person")
            if known is None:
                return None
            districts, uploads = tuple(known["districts"]), known.get("uploads", False)
            return Person(identity, known["role"], districts, uploads)
        return in_users_file(self.users, identity) if self.users else None

    def _start(self, person: Person, by: str) -> BaseResponse:
        self.audit.record(person.name, "signed in", by=by, address=request.remote_addr)
        next_page = session.get("next") or self._home
        session.clear()
        now = time.time()
        session.update(by=by, started=now, seen=now, key=f"{now:.6f}-{person.id}")
        session["person"] = {
            "role": person.role,
            "districts": list(person.districts),
            "uploads": person.uploads,
        }
        login_user(person)
        return redirect(next_page)

    def _add_routes(self, server: Flask) -> None:
        server.add_url_rule("/sign-in", "sign_in", self._sign_in, methods=["GET", "POST"])
        server.add_url_rule("/sign-out", "sign_out", self._sign_out, methods=["POST"])
        server.add_url_rule("/openid/start", "openid_start", self._openid_start)
        server.add_url_rule("/openid/callback", "openid_callback", self._openid_callback)
        server.add_url_rule("/role", "choose_role", self._choose_role, methods=["POST"])

    def _sign_in(self) -> str | BaseResponse | tuple[str, int]:
        if not self.settings.has_sign_in:
            return redirect(self._home)
        if request.method == "GET":
            session["next"] = _own_path(request.args.get("next"))
            return self._sign_in_page()
        name, password = (request.form.get(key, "")[:200] for key in ("name", "password"))
        browser = request.cookies.get(_BROWSER_COOKIE, "")
        if not self._attempts.allows(name, request.remote_addr or "", browser):
            abort(429, _TOO_MANY_ATTEMPTS)
        user = self.users.verified(name, password) if self.users else None
        if user is None:
            self.audit.record(name, "was refused", by="password", address=request.remote_addr)
            return self._sign_in_page("The name or the password is wrong."), 401
        response = self._start(Person.of_user(user), "password")
        self._remember_browser(response, user.name)
        return response

    def _remember_browser(self, response: BaseResponse, name: str) -> None:
        response.set_cookie(
            _BROWSER_COOKIE,
            self._attempts.cookie(name),
            max_age=A_YEAR,
            secure=self.settings.tls,
            httponly=True,
            samesite="Strict",
        )

    def _sign_in_page(self, refusal: str = "") -> str:
        provider = self.settings.openid.name if self.settings.openid else ""
        return render_template(
            "sign_in.html", refusal=refusal, provider=provider, has_users=self.users is not None
        )

    def _sign_out(self) -> BaseResponse:
        if current_user.is_authenticated:
            # A session ends, recorded or not: whoever leaves takes nothing along.
            with suppress(AuditError):
                self.audit.record(current_user.name, "signed out")
            longest = 3600 * self.settings.session_hours
            now = time.time()
            self._ended = {key: until for key, until in self._ended.items() if until > now}
            self._ended[session.get("key", "")] = now + longest
        logout_user()
        session.clear()
        return redirect(url_for("sign_in"))

    def _openid_start(self) -> BaseResponse:
        if self._openid is None:
            abort(404)
        return self._openid.start(url_for("openid_callback", _external=True))

    def _openid_callback(self) -> BaseResponse:
        if self._openid is None:
            abort(404)
        try:
            person = self._openid.person()
        except OpenIdRefusedError as error:
            _log.warning("An answer of the identity provider was refused: %r", error.cause)
            said = str(error.__cause__ or error.cause)
            self.audit.record("", "was refused", by="openid", why=said, address=request.remote_addr)
            abort(403, str(error))
        return self._start(person, "openid")

    def _choose_role(self) -> BaseResponse:
        if self.settings.has_sign_in:
            abort(404)
        if request.form.get("role") in ROLES:
            session[DEMONSTRATION_ROLE] = request.form["role"]
        return redirect(_own_path(request.form.get("next")) or self._home)


def _sent_json() -> Any:
    try:
        return request.get_json(silent=True)
    except RecursionError:
        raise MalformedQuestionError("it is nested too deeply") from None


def _is_for_a_script() -> bool:
    """Scripts of ours say that they want JSON; a browser that opens a page does not."""
    offered = ["text/html", "application/json"]
    return request.accept_mimetypes.best_match(offered) == "application/json"


def _own_path(address: str | None) -> str | None:
    """A path of this server, never another host's address."""
    if not address or not address.startswith("/") or "\\" in address:
        return None
    parts = urlsplit(address)
    return address if not parts.netloc and not address.startswith("//") else None


def _content_security_policy(app: Dash) -> dict[str, Any]:
    return {
        "default-src": "'none'",
        "script-src": ["'self'", *app.csp_hashes()],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'self'",
        "frame-ancestors": "'none'",
    }


# What Dash raises for a script it does not have.
_NO_SUCH_FILE = (DependencyException, InvalidResourceError)

# What is refused now and may be done later: in words, whoever asks.
NOT_NOW = (BusyError, AuditError)

_TOO_MANY_ATTEMPTS = (
    "Too many attempts to sign in. Wait ten minutes and try again, use a browser that you have "
    "signed in with before, or ask whoever runs the dashboard."
)
_TOO_MANY_QUESTIONS = (
    "You have asked for much at once, and it is still being worked out. Wait a moment, then try "
    "again."
)
_WORDS = {
    401: "Your session has ended: sign in again.",
    404: "There is nothing at this address.",
    405: "This address does not take that kind of request.",
    413: "The request is too large.",
}
