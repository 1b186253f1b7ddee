"""The first released tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None

_TABLES = {
    "district": "district_code district_name",
    "school": "school_code school_name district_code",
    "student": "student_id first_name last_name birth_date:date home_language",
    "enrollment": "student_id school_year district_code school_code grade entry_date:date "
    "exit_date:date",
    "attendance_month": "student_id district_code month days_enrolled:double days_attended:double",
    "attendance_day": "student_id district_code date:date attended:double",
    "attendance_week": "student_id week:date days_enrolled:double days_attended:double",
    "visit": "visit_id student_id visit_date:date modality outcome visitor_type visitor language "
    "note_code",
    "delivery": "load_id loaded_at:time file sha256 rows_read:number rows_loaded:number "
    "rows_changed:number rows_duplicate:number rows_rejected:number",
    "rejected_row": "load_id file line:number column value reason row",
    "meta": "schema_version:integer load_id loaded_at:time is_demonstration:boolean "
    "data_as_of:date",
}
_KINDS = {
    "": sa.Text,
    "date": sa.Date,
    "time": sa.DateTime,
    "double": sa.Double,
    "integer": sa.Integer,
    "number": sa.BigInteger,
    "boolean": sa.Boolean,
}


def upgrade() -> None:
    """Make the facts and their provenance."""
    for table, columns in _TABLES.items():
        pairs = (column.partition(":") for column in columns.split())
        op.create_table(table, *(sa.Column(name, _KINDS[kind]()) for name, _, kind in pairs))
