"""Errors of the command line that a user can act on."""

from __future__ import annotations


class DeliveryRefusedError(Exception):
    """The delivery cannot be loaded; nothing has changed. Says which file, where, what to do."""


class MappingError(Exception):
    """The mapping file cannot be used. Says which entry and what to do."""
