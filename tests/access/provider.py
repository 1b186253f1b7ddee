"""An OpenID Connect provider in a process of its own, which insists on PKCE (S256) and a nonce.

    python -m tests.access.provider PORT

The provider is oidc-provider-mock; what it leaves unchecked of PKCE is checked here.
"""

from __future__ import annotations

import base64
import hashlib
import sys
from urllib.parse import parse_qs, urlsplit

import flask
import oidc_provider_mock
from werkzeug.serving import make_server


def application() -> flask.Flask:
    """The provider's Flask application."""
    app = oidc_provider_mock.app(require_nonce=True)
    challenges: dict[str, str] = {}

    @app.before_request
    def insist_on_pkce() -> flask.Response | None:
        request = flask.request
        method = request.args.get("code_challenge_method")
        if request.path == "/oauth2/authorize" and method != "S256":
            return flask.make_response("code_challenge_method is not S256", 400)
        if request.path == "/oauth2/token":
            verifier = request.form.get("code_verifier", "")
            digest = hashlib.sha256(verifier.encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            if challenges.pop(request.form.get("code", ""), None) != challenge:
                return flask.make_response({"error": "invalid_grant"}, 400)
        return None

    @app.after_request
    def remember_challenge(response: flask.Response) -> flask.Response:
        if flask.request.path == "/oauth2/authorize" and response.location:
            [code] = parse_qs(urlsplit(response.location).query).get("code", [""])
            challenges[code] = flask.request.args["code_challenge"]
        return response

    return app


if __name__ == "__main__":
    make_server("127.0.0.1", int(sys.argv[1]), application(), threaded=True).serve_forever()
