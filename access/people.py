"""The person behind a request, and what they may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flask import session
from flask_login import current_user

from access.settings import ROLES, OpenId, Settings
from access.users import User, Users
from queries.database import Snapshot
from queries.values import known_values
from queries.viewer import Account, Role, Viewer

SIGN_IN_NEEDED = (
    "This database holds real students, and signing in is not set up: nothing is served. Set "
    "LEAP_SETTINGS to a settings file (docs/signing-in.md), or point LEAP_DATABASE_URL at a "
    "demonstration database (python -m reporting demo makes one)."
)
DEMONSTRATION_ROLE = "demonstration_role"


class SignInNeededError(Exception):
    """Real data and nobody signed in; the message says what to do."""


@dataclass(frozen=True)
class Person:
    """Somebody signed in, in the form that Flask-Login asks for.

    ``id`` names them in the session. ``uploads``: whether they may load deliveries.
    """

    id: str
    role: Role
    districts: tuple[str, ...]
    uploads: bool = False
    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False

    def get_id(self) -> str:
        """What the session remembers."""
        return self.id

    @classmethod
    def of_user(cls, user: User) -> Person:
        """A person of the users file; the version ends the sessions of a changed user."""
        return cls(f"{user.name}#{user.version}", user.role, user.districts, user.uploads)

    @property
    def name(self) -> str:
        """How the person is called on screen and in the log."""
        return self.id.split("#")[0]


def person_of_claims(openid: OpenId, claims: dict[str, object]) -> Person | None:
    """The person whom a provider's claims describe; None where no grant fits.

    The first grant of a role that fits gives it; further ones of that role add districts. Any that
    fits gives the right to upload, if it has it.
    """
    known = _without_unverified_email(claims)
    fitting = [grant for grant in openid.grants if _has(known.get(grant.claim), grant.value)]
    role = next((grant.role for grant in fitting if grant.role is not None), None)
    if role is None:
        return None
    uploads = any(grant.uploads for grant in fitting)
    districts = {code for grant in fitting if grant.role == role for code in grant.districts}
    return Person(_name(known).replace("#", "_"), role, tuple(sorted(districts)), uploads)


def why_nobody(claims: dict[str, object]) -> str:
    """Why no grant fits, for the log: by the names of the claims, which tell of nobody."""
    is_doubtful = _without_unverified_email(claims) != claims
    doubt = "; the email is not said to be verified" if is_doubtful else ""
    return f"no grant fits the claims {', '.join(sorted(claims))}{doubt}"


# Who looks after the mailbox says email_verified. Microsoft Entra ID never does, and lets an
# administrator of any tenant write any address; what it says where asked is whether the address's
# domain belongs to the tenant: the optional claim xms_edov.
_VERIFIED_BY = ("email_verified", "xms_edov")
_YES = (True, "true", "1")  # 1 is True


def _without_unverified_email(claims: dict[str, object]) -> dict[str, object]:
    if any(claims.get(name) in _YES for name in _VERIFIED_BY):
        return claims
    return {name: claim for name, claim in claims.items() if name != "email"}


def _name(claims: dict[str, object]) -> str:
    """How a person is called: a verified address, or what nobody else can be called.

    Many providers let people choose their preferred_username.
    """
    if email := claims.get("email"):
        return str(email)
    chosen, sub = claims.get("preferred_username"), claims["sub"]
    return f"{chosen} ({sub})" if chosen else str(sub)


def _has(claim: object, value: str) -> bool:
    return value in claim if isinstance(claim, list) else claim == value


def in_users_file(users: Users, identity: str) -> Person | None:
    """The person of a session, as the users file has them now."""
    user = users.find(identity.split("#")[0])
    if user is None or not user.enabled:
        return None
    person = Person.of_user(user)
    return person if person.id == identity else None


def viewer_of(settings: Settings, data: Snapshot) -> Viewer:
    """The viewer of the current request.

    Without signing in only demonstration data is served, in the role chosen by the role switch.
    Raises SignInNeededError for real data.
    """
    if settings.has_sign_in:
        if not current_user.is_authenticated:
            raise SignInNeededError("Sign in to see this.")
        return _viewer(settings, current_user.role, current_user.districts)
    if not data.is_demonstration:
        raise SignInNeededError(SIGN_IN_NEEDED)
    role = demonstration_role()
    own = tuple(known_values(data).district)[:1] if role == "coordinator" else ()
    return _viewer(settings, role, own)


def _viewer(settings: Settings, role: Role, districts: tuple[str, ...]) -> Viewer:
    thresholds = settings.thresholds
    return Viewer(role, districts, thresholds[role], thresholds["presenter"])


def demonstration_role() -> Role:
    """The role chosen in the demonstration; leadership until one is."""
    chosen = session.get(DEMONSTRATION_ROLE)
    return next((role for role in ROLES if role == chosen), "leadership")


def may_upload(settings: Settings) -> bool:
    """Whether the person of the current request may load deliveries: a right beside the role.

    Over demonstration data, where nobody signs in, leadership tries it.
    """
    if settings.has_sign_in:
        return bool(current_user.is_authenticated and current_user.uploads)
    return demonstration_role() == "leadership"


def account_of(settings: Settings) -> Account:
    """The account of the current request; without signing in, the roles that can be tried."""
    if settings.has_sign_in:
        return Account(current_user.name, current_user.role, ())
    return Account(None, demonstration_role(), ROLES)
