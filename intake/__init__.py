"""Files that come in: deliveries sent as a zip file, checked, unpacked, loaded in the background.

The loader is a program to this room: it is started, and says in a file how far it is.
"""

from __future__ import annotations

from flask import current_app

from intake.uploads import Uploads

__all__ = ["UPLOADS", "Uploads", "current_uploads"]

UPLOADS = "leap-uploads"


def current_uploads() -> Uploads:
    """The uploads of the app that answers the current request."""
    uploads: Uploads = current_app.extensions[UPLOADS]
    return uploads
