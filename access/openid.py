"""Signing in with OpenID Connect: code flow with PKCE, state and nonce, by Authlib."""

from __future__ import annotations

from typing import Any

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask
from joserfc.errors import JoseError
from werkzeug.wrappers import Response

from access.people import Person, person_of_claims, why_nobody
from access.settings import OpenId


class OpenIdRefusedError(Exception):
    """An answer of the provider that is not accepted; the message is for the person.

    ``cause`` is for the log: it names nobody.
    """

    def __init__(self, words: str, cause: str) -> None:
        super().__init__(words)
        self.cause = cause


class OpenIdClient:
    """One provider."""

    def __init__(self, server: Flask, openid: OpenId) -> None:
        self._settings = openid
        self._client = OAuth(server).register(
            "leap",
            client_id=openid.client_id,
            client_secret=openid.client_secret,
            server_metadata_url=openid.discovery_url,
            client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256"},
        )

    def start(self, return_to: str) -> Response:
        """Send the browser to the provider."""
        return self._client.authorize_redirect(return_to)

    def person(self) -> Person:
        """The person whom the provider's answer names; raises OpenIdRefusedError."""
        try:
            token: dict[str, Any] = self._client.authorize_access_token()
        except (OAuthError, JoseError, requests.RequestException, KeyError, ValueError) as error:
            raise OpenIdRefusedError(
                "The answer of the sign-in service could not be accepted. Try again from the "
                "sign-in page.",
                _cause(error),
            ) from error
        claims = token.get("userinfo")
        if not claims:
            raise OpenIdRefusedError(
                "The sign-in service did not say who you are.", "there is no ID token"
            )
        person = person_of_claims(self._settings, dict(claims))
        if person is None:
            raise OpenIdRefusedError(
                "You are known, but no role here belongs to you. Ask whoever runs the dashboard "
                "to add your group.",
                why_nobody(dict(claims)),
            )
        return person


def _cause(error: Exception) -> str:
    """What went wrong. A provider's description can name the person; its code does not."""
    said = error.error if isinstance(error, OAuthError) else error
    return f"{type(error).__name__}: {said}"
